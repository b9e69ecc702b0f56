"""Posting to a fund by hand: credit, debit, transfer to another fund of the partner, and taking an entry back (F4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.filters import money
from app.forms import AmountField, Form, render_form
from app.funds.finding import found
from app.models import Entry, Fund
from app.models.funds.entry_reading import LINES, EntryLine
from app.models.funds.fund_handling import Handled
from app.models.funds.fund_reading import FundHead, of_partner
from app.models.funds.two_person import limit_of
from app.models.funds.wanted_posting import check_may_be_taken_back
from app.partnership import choices
from app.rules.by_hand import LONGEST, minor_units
from app.rules.entry_words import TITLES
from app.rules.money import minor_digits
from app.rules.refusals import RuleBroken

bp = Blueprint("fund_postings", __name__)

LOOK = "look"
"""The name of the button that only shows what the balance would be."""


class ReasonForm(Form):
    """Why something is posted."""

    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Say why, so that everybody who reads the fund knows."),
            Length(max=LONGEST, message=f"Use at most {LONGEST:,} characters."),
        ],
        description="The partner reads it, too.",
        render_kw={"rows": 3},
    )


class PostingForm(Form):
    """How much, for which day, and why."""

    amount = AmountField("Amount", [InputRequired("Write the amount.")], render_kw={"inputmode": "decimal"})
    meant_on = DateField(
        "Day",
        [InputRequired("Choose a day.")],
        description="For which day it is meant; today or an earlier one.",
    )
    reason = ReasonForm.reason


class TransferForm(PostingForm):
    """How much goes to which other fund of the partner."""

    to_fund = SelectField("To", coerce=choices.number)


@dataclass(frozen=True)
class _Act:
    """What one of the forms does: its words, and what becomes of the available money."""

    name: str
    title: str
    says: str
    button: str
    sign: int


ACTS = {
    "credit": _Act("credit", "Credit", "Gives the partner money it may plan with", "Credit the fund", 1),
    "debit": _Act("debit", "Debit", "Spends available money of the partner", "Debit the fund", -1),
    "transfer": _Act(
        "transfer", "Transfer", "Moves available money into another fund of the partner", "Transfer", -1
    ),
}
_Carry = Callable[[Fund, Any], Handled]


@bp.route("/funds/<id:fund_id>/credit", methods=["GET", "POST"])
@requires(Permission.FUNDS_WRITE)
def credit(fund_id: int) -> ResponseReturnValue:
    """Credit a fund by hand."""
    return _post(found(fund_id), ACTS["credit"], PostingForm, _credit)


@bp.route("/funds/<id:fund_id>/debit", methods=["GET", "POST"])
@requires(Permission.FUNDS_WRITE)
def debit(fund_id: int) -> ResponseReturnValue:
    """Debit a fund by hand."""
    return _post(found(fund_id), ACTS["debit"], PostingForm, _debit)


@bp.route("/funds/<id:fund_id>/transfer", methods=["GET", "POST"])
@requires(Permission.FUNDS_WRITE)
def transfer(fund_id: int) -> ResponseReturnValue:
    """Move money to another fund of the partner."""
    return _post(found(fund_id), ACTS["transfer"], TransferForm, _transfer)


@bp.route("/fund-entries/<id:entry_id>/reversal", methods=["GET", "POST"])
@requires(Permission.FUNDS_WRITE)
def reversal(entry_id: int) -> ResponseReturnValue:
    """Take an entry back that was posted by hand, by import or by expiry."""
    form = ReasonForm()
    line = _line(entry_id)
    head = found(line.fund_id)
    if form.validate_on_submit():
        with form.refusals():
            done = find(Fund, line.fund_id).take_back(entry_id, form.reason.data or "", by=current_person)
            return _done(done, line.fund_id, "Taken back.")
    return render_form(
        "partnership/fund_postings/reversal.html",
        form,
        head=head,
        line=line,
        kind=TITLES[line.kind.value],
        after=head.money(head.available - line.change),
        impossible=_impossible(line),
        second=_second_person(head),
    )


def _impossible(line: EntryLine) -> str | None:
    """Say why an entry is not taken back by hand; None when it may be."""
    try:
        check_may_be_taken_back(line.kind, is_reversed=line.back_id is not None)
    except RuleBroken as refusal:
        return refusal.sentence
    return None


def _line(entry_id: int) -> EntryLine:
    row = db.session.execute(LINES.where(Entry.id == entry_id)).one_or_none()
    if row is None:
        abort(404)
    return EntryLine(*row)


def _post(head: FundHead, act: _Act, kind: type[PostingForm], carry: _Carry) -> ResponseReturnValue:
    """Show the form of an act, show what the balance would be, or do it."""
    form = kind(meant_on=head.today) if request.method == "GET" else kind()
    targets = _targets(head) if isinstance(form, TransferForm) else []
    if isinstance(form, TransferForm):
        form.to_fund.choices = [(str(one.id), _called(one)) for one in targets]
    after = None
    if form.validate_on_submit():
        if LOOK in request.form:
            after = _after(form, head, act)
        else:
            with form.refusals():
                return _done(carry(find(Fund, head.id), form), head.id, f"{act.title} posted.")
    page = render_template(
        "partnership/fund_postings/form.html",
        form=form,
        head=found(head.id),
        act=act,
        after=after,
        targets=targets,
        places=minor_digits(head.currency),
        second=_second_person(head),
    )
    return page, 422 if request.method == "POST" and after is None else 200


def _done(done: Handled, fund_id: int, words: str) -> ResponseReturnValue:
    """Lead to the fund, or to the request where a second person decides."""
    if done.request is not None:
        flash(f"Asked for: {done.request.because}. A second person is shown it under Requests.")
        return redirect(url_for("partnership.fund_requests.show", request_id=done.request.id))
    flash(words)
    return redirect(url_for("partnership.funds.show", fund_id=fund_id))


def _after(form: PostingForm, head: FundHead, act: _Act) -> Decimal | None:
    """Return what would be available afterwards; None with the sentence at the amount where it is none."""
    try:
        return head.money(head.available + act.sign * minor_units(form.amount.data, head.currency))
    except RuleBroken as refusal:
        form.refuse(refusal.sentence, refusal.field)
        return None


def _targets(head: FundHead) -> list[FundHead]:
    """Return the other funds of the partner in the same currency."""
    known = of_partner(db.session(), head.partner_id)
    return [one for one in known if one.id != head.id and one.currency == head.currency]


def _called(one: FundHead) -> str:
    return f"{one.type_name}, {money(one.money(one.available), one.currency)} {one.currency} available"


def _credit(fund: Fund, form: PostingForm) -> Handled:
    return fund.credit(
        form.amount.data or Decimal(0), form.reason.data or "", by=current_person, meant_on=_day(form)
    )


def _debit(fund: Fund, form: PostingForm) -> Handled:
    return fund.debit(
        form.amount.data or Decimal(0), form.reason.data or "", by=current_person, meant_on=_day(form)
    )


def _transfer(fund: Fund, form: TransferForm) -> Handled:
    if form.to_fund.data is None:
        raise RuleBroken("Choose the fund the money goes to.", "to_fund")
    return Fund.transfer(
        fund,
        find(Fund, form.to_fund.data),
        form.amount.data or Decimal(0),
        form.reason.data or "",
        by=current_person,
        meant_on=_day(form),
    )


def _day(form: PostingForm) -> Any:
    return form.meant_on.data


def _second_person(head: FundHead) -> str | None:
    """Say above which amount somebody else decides, or why always; None where nobody is asked."""
    limit = limit_of(db.session(), head.currency, head.today)
    return None if limit is None else limit.says
