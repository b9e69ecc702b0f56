"""What is done with an activity by either side: proposed, changed, submitted, called off, proved, completed (F5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.activities.activity_forms import HUNDRED, ActivityForm, MoreForm, ReasonForm
from app.activities.finding import mine
from app.activities.proposing import OFF, open_funds
from app.database import find
from app.extensions import db
from app.forms import VersionedForm, render_form
from app.listing.partner_search import candidates
from app.models import Activity, Fund, Partner
from app.models.funds.fund_reading import FundHead, of_partner
from app.rules.activities import LARGEST, share
from app.rules.ledger import in_words
from app.rules.refusals import RuleBroken

FEW = 8
DIGITS = 18


def back(activity_id: int) -> ResponseReturnValue:
    """Return to the record."""
    return redirect(url_for(".show", activity_id=activity_id))


def seen_version() -> int | None:
    """Return the version of the record that was on the page of a button."""
    given = request.form.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= DIGITS else None


# ---------------------------------------------------------------- the plan


def new() -> ResponseReturnValue:
    """Propose an activity; the vendor says first for which partner."""
    partner = _partner()
    if partner is None:
        return _choose()
    funds = open_funds(partner.id)
    form = ActivityForm(funds, partner.id, **_beginning(funds))
    if form.validate_on_submit():
        with form.refusals():
            fund = _chosen(form, funds)
            activity = Activity.draft(db.session(), fund, by=current_person, **form.facts())
            flash(_sent(activity))
            return back(activity.id)
    return render_form(
        "activities/form.html",
        form,
        activity=None,
        partner=find(Partner, partner.id),
        funds=funds,
        stays=_what_stays(form, funds),
        off=OFF if not funds and of_partner(db.session(), partner.id) else None,
    )


def edit(activity_id: int) -> ResponseReturnValue:
    """Change a draft, or what came back with a question."""
    activity = mine(activity_id)
    funds = open_funds(activity.partner_id, activity.fund_id)
    form = ActivityForm(funds, activity.partner_id, activity)
    if form.validate_on_submit():
        with form.refusals():
            fund = _chosen(form, funds)
            activity.edit(by=current_person, version=form.seen_version(), fund_id=fund.id, **form.facts())
            flash(_sent(activity))
            return back(activity_id)
    activity = mine(activity_id)
    form.show_version(activity)
    return render_form(
        "activities/form.html",
        form,
        activity=activity,
        partner=activity.partner,
        funds=funds,
        is_active=activity.partnership_is_active(),
    )


def _beginning(funds: Sequence[FundHead]) -> dict[str, Any]:
    """Return what stands in a new form: who proposes works on it, and the fund that the address names pays."""
    named = [one.id for one in funds if str(one.id) == request.args.get("fund")]
    known: dict[str, Any] = {"fund_id": named[0]} if named else {}
    return known if current_person.is_staff else {**known, "owner_id": current_person.id}


def _what_stays(form: ActivityForm, funds: Sequence[FundHead]) -> str | None:
    """Say what the fund would pay of the budget in the form, and what would stay; None where nothing is written yet."""
    fund = next((one for one in funds if one.id == form.fund_id.data), None)
    budget, percent = form.budget.data, form.vendor_percent.data
    if fund is None or budget is None or percent is None or not 0 < percent <= HUNDRED or budget <= 0:
        return None
    part = share(min(budget, LARGEST), percent, fund.currency)
    if part > fund.available:
        return f"The fund would pay {in_words(part, fund.currency)}: {in_words(part - fund.available, fund.currency)} more than it has available."
    return f"The fund pays {in_words(part, fund.currency)}; {in_words(fund.available - part, fund.currency)} stay available."


def _partner() -> Partner | None:
    """Return for whom something is planned: the reader's own organisation, or the one the address names by its code."""
    if current_person.partner_id is not None:
        return find(Partner, current_person.partner_id)
    code = request.args.get("partner", "").strip()
    found = candidates(code) if code else []
    return found[0] if len(found) == 1 else None


def _choose() -> ResponseReturnValue:
    """Ask the vendor for which partner it plans."""
    q = request.args.get("partner", "").strip()[:100]
    return render_template("activities/choose.html", q=q, found=candidates(q, FEW))


def _chosen(form: ActivityForm, funds: Sequence[FundHead]) -> Fund:
    if form.fund_id.data not in {one.id for one in funds}:
        raise RuleBroken("Choose the fund that is to pay.", "fund_id")
    return find(Fund, form.fund_id.data)


def _sent(activity: Activity) -> str:
    """Submit it where the form says so, and say what became of it."""
    if request.form.get("then") == "submit":
        db.session.flush()
        activity.submit(by=current_person)
        return f"“{activity.title}” is submitted. You are told what is decided."
    if activity.joint_id is not None:
        return "Saved. All parts are submitted together, in the joint activity."
    return f"“{activity.title}” is kept as a draft. Nobody decides about it until it is submitted."


def submit(activity_id: int) -> ResponseReturnValue:
    """Ask the vendor to approve it."""
    activity = mine(activity_id)
    activity.submit(by=current_person, version=seen_version())
    flash("Submitted. You are told what is decided.")
    return back(activity_id)


def withdraw(activity_id: int) -> ResponseReturnValue:
    """Call it off; what was reserved for it is available again."""
    form = ReasonForm()
    if mine(activity_id).status.value == "draft":
        form.reason.validators = form.reason.validators[1:]
        form.reason.flags.required = False
    word = "Cancel the activity" if current_person.is_staff else "Withdraw"
    means = "It is over for good. What was reserved for it is available in the fund again."
    return asked(
        activity_id,
        form,
        lambda one: one.withdraw(form.reason.data or "", by=current_person, version=form.seen_version()),
        (word, means, "Called off. What was reserved is available again."),
        danger=True,
    )


def ask_for_more(activity_id: int) -> ResponseReturnValue:
    """Ask for a larger budget than was approved: it takes the steps of what it makes in all."""
    form = MoreForm()
    means = (
        "It is decided anew, by the steps that the new budget takes in all; only the difference is reserved."
        " Until then what was approved holds."
    )
    return asked(
        activity_id,
        form,
        lambda one: one.ask_for_more(
            form.budget.data or Decimal(0),
            form.reason.data or "",
            by=current_person,
            version=form.seen_version(),
        ),
        ("Ask for more", means, "Asked for. You are told what is decided."),
        beside=lambda one: None if one.partnership_is_active() else OFF,
    )


def asked(
    activity_id: int,
    form: VersionedForm,
    act: Callable[[Activity], Any],
    words: tuple[str, str, str],
    *,
    danger: bool = False,
    beside: Callable[[Activity], str | None] = lambda _: None,
) -> ResponseReturnValue:
    """Ask for what an act needs, then do it; `words` are its button, what it means, and what is said afterwards."""
    label, means, done = words
    activity = mine(activity_id)
    if form.validate_on_submit():
        with form.refusals():
            act(activity)
            flash(done)
            return back(activity_id)
    activity = mine(activity_id)
    form.show_version(activity)
    return render_form(
        "activities/act.html",
        form,
        activity=activity,
        act=label,
        means=means,
        danger=danger,
        beside=beside(activity),
    )


def complete(activity_id: int) -> ResponseReturnValue:
    """Say that it has taken place, with a file for every proof."""
    mine(activity_id).complete(by=current_person, version=seen_version())
    flash("Completed. Marketing settles it next.")
    return back(activity_id)
