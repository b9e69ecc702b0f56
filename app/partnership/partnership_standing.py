"""A partnership's parameters, live: target, current, missing; and what recalculating would change before it does (P3, P5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, current_person, may, requires
from app.extensions import db
from app.filters import locale
from app.models import Cause, Partnership, partner_questions
from app.models.assessing import Obligation, Standing, foresee, standing, store
from app.models.assessing.recording import Changed
from app.models.assessing.words import kept
from app.models.funds.due import Due
from app.models.funds.off_days import credit, missing
from app.partnership.partnerships import found
from app.rules.money import from_minor
from app.rules.refusals import RuleBroken

bp = Blueprint("partnership_standing", __name__, url_prefix="/partnerships/<id:partnership_id>")


@bp.get("/parameters")
@requires(Permission.PARTNERS_READ)
def parameters(partnership_id: int) -> ResponseReturnValue:
    """Show every parameter with target, current value and what is missing, as of today or of the last day."""
    partnership = found(partnership_id)
    today = partnership.partner.today()
    on = _day(partnership, today)
    stands, trouble = _standing(partnership, on)
    return render_template(
        "partnership/partnerships/parameters.html",
        partnership=partnership,
        today=today,
        on=on,
        standing=stands,
        trouble=trouble,
        assessed=partner_questions.last_assessed(db.session(), partnership.id),
    )


@bp.get("/recalculation")
@requires(Permission.PARTNERS_WRITE)
def recalculation(partnership_id: int) -> ResponseReturnValue:
    """Say what recalculating would change, without changing it."""
    partnership = found(partnership_id)
    today = partnership.partner.today()
    outcome, changes, trouble = None, [], None
    try:
        foreseen = foresee(db.session(), today, [partnership.partner_id], cause=Cause.STAFF)
        mine = [one for one in foreseen if one[0].standing.subject.partnership_id == partnership.id]
        outcome, changes = mine[0] if mine else (None, [])
    except RuleBroken as refusal:
        trouble = refusal.sentence
    known = {} if outcome is None else _categories(outcome.standing)
    off_days = missing(db.session(), partnership) if may(Permission.FUNDS_READ) else []
    return render_template(
        "partnership/partnerships/recalculation.html",
        partnership=partnership,
        today=today,
        outcome=outcome,
        changes=[_in_words(one, known) for one in changes],
        trouble=trouble,
        credits=[one for one in off_days if one.is_due],
        without_rate=[one for one in off_days if one.problem],
        sums=_sums(off_days),
    )


@bp.post("/off-day-credits")
@requires(Permission.PARTNERS_WRITE)
def credit_off_days(partnership_id: int) -> ResponseReturnValue:
    """Credit the deals that were closed while the partnership was off (P3)."""
    if not may(Permission.FUNDS_READ):
        raise RuleBroken("Funds are not yours to read, so not to credit. Ask a channel manager.")
    number = credit(db.session(), found(partnership_id), by=current_person)
    flash(
        f"Credited: {number} {'deal' if number == 1 else 'deals'} of days on which the partnership was off."
    )
    return redirect(url_for(".recalculation", partnership_id=partnership_id))


def _sums(off_days: Sequence[Due]) -> list[tuple[str, Decimal]]:
    """Return what credits make together, by currency."""
    units: dict[str, int] = {}
    for one in off_days:
        if one.is_due:
            units[one.row.fund_currency] = units.get(one.row.fund_currency, 0) + one.units
    return [(currency, from_minor(total, currency)) for currency, total in sorted(units.items())]


@bp.post("/recalculation")
@requires(Permission.PARTNERS_WRITE)
def recalculate(partnership_id: int) -> ResponseReturnValue:
    """Assess the partner as of today, keep the verdict, and let the policy act on it."""
    partnership = found(partnership_id)
    outcomes = store(
        db.session(),
        partnership.partner.today(),
        [partnership.partner_id],
        cause=Cause.STAFF,
        by=current_person,
    )
    moved_to = outcomes[0].moved_to if outcomes else None
    flash(
        f"Recalculated: the tier is {moved_to} from today." if moved_to else "Recalculated. The tier stays."
    )
    return redirect(url_for(".parameters", partnership_id=partnership_id))


def _day(partnership: Partnership, today: date) -> date:
    """The day the page is about: today while the partnership lasts, else its last day, or its first."""
    return max(min(today, partnership.due_on), partnership.start_on)


def _standing(partnership: Partnership, on: date) -> tuple[Standing | None, str | None]:
    try:
        stands = standing(db.session(), partnership.partner_id, on)
    except RuleBroken as refusal:
        return None, refusal.sentence
    if stands is None or stands.subject.partnership_id != partnership.id:
        return None, "On that day another partnership of this partner holds, so this one is not judged."
    return stands, None


def _categories(stands: Standing) -> dict[int, Obligation]:
    return {one.category_id: one for step in stands.steps for one in step.obligations}


def _in_words(one: Changed, known: dict[int, Obligation]) -> tuple[str, str, str]:
    """What would change, what it was and what it becomes, as a person reads it."""
    asked = known.get(one.category_id or 0)
    value_type = asked.value_type if asked else None
    currency = asked.currency if asked else ""
    what = f"{asked.category}: {one.what}" if asked else one.what.capitalize()
    return what, kept(one.old, value_type, currency, locale()), kept(one.new, value_type, currency, locale())
