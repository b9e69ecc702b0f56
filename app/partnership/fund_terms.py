"""A fund's beginning and its terms: give a partnership a fund, change its end and how far it may be spent (F1, F4, F6)."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import AmountField, Form, VersionedForm, render_form
from app.funds.finding import found
from app.models import Fund, FundType, Overdraft, Partner, Partnership
from app.models.partnership_questions import loaded
from app.partnership import choices
from app.partnership.fund_types import OVERDRAFTS
from app.rules.refusals import RuleBroken

bp = Blueprint("fund_terms", __name__)


class PartnerForm(Form):
    """Whose partnership gets a fund."""

    partner = StringField(
        "Partner code",
        [DataRequired("Say which partner, by its code."), Length(max=60)],
        description="Its latest partnership gets the fund.",
    )


class NewFundForm(Form):
    """Which kind of fund, from when to when."""

    fund_type_id = SelectField("Type", coerce=choices.number)
    starts_on = DateField(
        "From", [InputRequired("Choose a day.")], description="The first day anything is posted for."
    )
    ends_on = DateField(
        "Until", [Optional()], description="What is unspent at the end of this day expires; empty: never."
    )


class TermsForm(VersionedForm):
    """When a fund ends, and how far it may be spent."""

    ends_on = DateField(
        "Until", [Optional()], description="What is unspent at the end of this day expires; empty: never."
    )
    overdraft = SelectField(
        "How far it may be spent", choices=[(one.value, words) for one, words in OVERDRAFTS.items()]
    )
    limit = AmountField("Limit", [Optional()], description="Only with a limit.")

    def amount(self) -> Decimal | None:
        """Return by how much the fund may be overdrawn; None: without a limit."""
        match Overdraft(self.overdraft.data):
            case Overdraft.NONE:
                return Decimal(0)
            case Overdraft.UNLIMITED:
                return None
            case Overdraft.LIMIT:
                if not self.limit.data or self.limit.data <= 0:
                    raise RuleBroken("Write how far below zero, an amount greater than zero.", "limit")
                return Decimal(self.limit.data)


@bp.route("/funds/new", methods=["GET", "POST"])
@requires(Permission.FUNDS_WRITE)
def choose() -> ResponseReturnValue:
    """Choose whose partnership gets a fund."""
    form = PartnerForm()
    if form.validate_on_submit():
        with form.refusals():
            partner = Partner.by_code(db.session(), form.partner.data or "")
            latest = select(Partnership.id).where(Partnership.partner_id == partner.id)
            number = db.session.scalar(latest.order_by(Partnership.start_on.desc()).limit(1))
            if number is None:
                raise RuleBroken(
                    f"{partner.name} has no partnership yet, and a fund belongs to one. Begin it first.",
                    "partner",
                )
            return redirect(url_for(".new", partnership_id=number))
    return render_form("partnership/fund_terms/choose.html", form)


@bp.route("/partnerships/<id:partnership_id>/funds/new", methods=["GET", "POST"])
@requires(Permission.FUNDS_WRITE)
def new(partnership_id: int) -> ResponseReturnValue:
    """Give a partnership a fund of a type it has none of."""
    partnership = _partnership(partnership_id)
    form = NewFundForm(starts_on=partnership.start_on)
    form.fund_type_id.choices = _types_without(partnership_id)
    if form.validate_on_submit():
        with form.refusals():
            kind = find(FundType, form.fund_type_id.data or 0)
            opened = Fund.open(
                partnership,
                kind,
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                by=current_person,
            )
            flash(f"{kind.name} is opened.")
            return redirect(url_for("partnership.funds.show", fund_id=opened.id))
    return render_form(
        "partnership/fund_terms/new.html",
        form,
        partnership=_partnership(partnership_id),
        has_types=bool(form.fund_type_id.choices),
    )


@bp.route("/funds/<id:fund_id>/terms", methods=["GET", "POST"])
@requires(Permission.FUNDS_WRITE)
def edit(fund_id: int) -> ResponseReturnValue:
    """Change when a fund ends, and how far it may be spent."""
    head = found(fund_id)
    form = TermsForm(
        ends_on=head.ends_on,
        overdraft=_kind(head.overdraft),
        limit=head.money(head.overdraft) if head.overdraft else None,
    )
    if form.validate_on_submit():
        with form.refusals():
            find(Fund, fund_id).change(
                ends_on=form.ends_on.data,
                overdraft=form.amount(),
                by=current_person,
                version=form.seen_version(),
            )
            flash("Saved.")
            return redirect(url_for("partnership.funds.show", fund_id=fund_id))
    head = found(fund_id)
    form.show_version(head)
    return render_form("partnership/fund_terms/edit.html", form, head=head)


def _kind(overdraft: int | None) -> str:
    if overdraft is None:
        return Overdraft.UNLIMITED.value
    return Overdraft.LIMIT.value if overdraft else Overdraft.NONE.value


def _partnership(number: int) -> Partnership:
    partnership = loaded(db.session(), number)
    if partnership is None:
        abort(404)
    return partnership


def _types_without(partnership_id: int) -> choices.Choices:
    """Return the types in use of which the partnership has no fund."""
    has = select(Fund.fund_type_id).where(Fund.partnership_id == partnership_id)
    free = select(FundType.id, FundType.name).where(FundType.active, FundType.id.not_in(has))
    return [(str(row.id), row.name) for row in db.session.execute(free.order_by(FundType.name))]
