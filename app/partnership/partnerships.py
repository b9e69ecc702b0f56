"""Partnerships: the list, one record in its tabs, beginning one, and the acts on it (P1 to P4)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, select

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.funds.own import held
from app.listing import TODAY, Column, Listing, choice, day, matches
from app.models import (
    ActivePeriod,
    Fund,
    Partner,
    Partnership,
    PartnerType,
    Tier,
    TierPeriod,
    partnership_questions,
)
from app.partnership import choices
from app.partnership.partnership_forms import PartnershipForm, RenewalForm, TierForm
from app.rules.periods import add_months

bp = Blueprint("partnerships", __name__, url_prefix="/partnerships")


@cache
def _partnerships() -> Select[*tuple[Any, ...]]:
    """Return the partnerships; what holds today is asked for beside each row shown, not joined."""
    return (
        select(
            Partnership.id,
            Partnership.start_on,
            Partnership.due_on,
            Partnership.at_risk_until,
            Partner.name.label("partner_name"),
            Partner.code.label("partner_code"),
            PartnerType.name.label("type_name"),
            _held_today(select(Tier.name)).scalar_subquery().label("tier_name"),
            _active_today().label("active_id"),
        )
        .join(Partner, Partner.id == Partnership.partner_id)
        .join(PartnerType, PartnerType.id == Partnership.partner_type_id)
    )


def _held_today(chosen: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        chosen.select_from(TierPeriod)
        .join(Tier, Tier.id == TierPeriod.tier_id)
        .where(TierPeriod.partnership_id == Partnership.id, TierPeriod.during.contains(TODAY))
    )


def _active_today() -> ScalarSelect[int]:
    return (
        select(ActivePeriod.id)
        .where(
            ActivePeriod.partnership_id == Partnership.id,
            ActivePeriod.during.contains(TODAY),
            Partnership.due_on >= TODAY,
        )
        .correlate(Partnership)
        .scalar_subquery()
    )


def _state(row: Any) -> str:
    if row.at_risk_until is not None and row.active_id is not None:
        return "At risk"
    return "Active" if row.active_id is not None else "Off"


STATES: dict[str, Callable[[], ColumnElement[bool]]] = {
    "active": lambda: _active_today().is_not(None),
    "off": lambda: _active_today().is_(None),
    "risk": lambda: and_(_active_today().is_not(None), Partnership.at_risk_until.is_not(None)),
}
TONES = {"Active": "good", "Off": "neutral", "At risk": "warn"}


def _tier(given: str) -> Any:
    return _held_today(select(Tier.id)).where(Tier.id == int(given)).correlate(Partnership).exists()


LIST = Listing(
    "partnerships",
    query=_partnerships,
    key=Partnership.id,
    columns=[
        Column("partner", "Partner", lambda row: row.partner_name, sort=Partner.sort_name),
        Column("code", "Code", lambda row: row.partner_code, sort=Partner.code),
        Column("type", "Type", lambda row: row.type_name, sort=PartnerType.name),
        Column("tier", "Tier", lambda row: row.tier_name, kind="tier"),
        Column("start", "From", lambda row: row.start_on, sort=Partnership.start_on, kind="day"),
        Column("due", "Due", lambda row: row.due_on, sort=Partnership.due_on, kind="day"),
        Column("state", "State", _state, kind="badge", tone=lambda row: TONES[_state(row)]),
    ],
    filters=[
        choice("type", "Type", choices.types, lambda given: Partnership.partner_type_id == int(given)),
        choice("tier", "Tier", choices.tiers, _tier),
        choice(
            "state",
            "State",
            [("active", "Active"), ("risk", "At risk"), ("off", "Off")],
            lambda given: STATES[given](),
        ),
        day("due", "Due until", lambda on: Partnership.due_on <= on),
    ],
    search=lambda words: matches(Partner.search, words),
    default="partner",
    href=lambda row: url_for("partnership.partnerships.show", partnership_id=row.id),
    empty=(
        "No partnerships yet",
        "A partnership puts a partner into a type at a tier. Begin one on a partner's page.",
    ),
    action=lambda: ("Go to the partners", url_for("partnership.partners.index")),
)
LIST.routes(bp, requires(Permission.PARTNERS_READ))


@bp.get("")
@requires(Permission.PARTNERS_READ)
def index() -> ResponseReturnValue:
    """List the partnerships with the tier each holds today."""
    return render_template("partnership/partnerships/index.html", page=LIST.page())


def found(partnership_id: int) -> Partnership:
    """Return a partnership with its partner, type and periods, or answer 404."""
    partnership = partnership_questions.loaded(db.session(), partnership_id)
    if partnership is None:
        abort(404)
    return partnership


@bp.get("/<id:partnership_id>")
@requires(Permission.PARTNERS_READ)
def show(partnership_id: int) -> ResponseReturnValue:
    """Show what a partnership is now, and what can be done with it."""
    partnership = found(partnership_id)
    today = partnership.partner.today()
    return render_template(
        "partnership/partnerships/show.html",
        partnership=partnership,
        today=today,
        has_program=partnership_questions.has_a_program(db.session(), partnership.partner_type_id, today),
        funds=held(Fund.partnership_id == partnership.id) if may(Permission.FUNDS_READ) else None,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS_WRITE)
def new() -> ResponseReturnValue:
    """Begin a partnership of the partner named in the address (P2)."""
    partner = find(Partner, _asked_partner())
    form = PartnershipForm(data={"partner_type_id": partner.partner_type_id, "start_on": partner.today()})
    form.partner_type_id.choices = choices.types()
    form.tier_id.choices = [("", "Registered"), *choices.tiers()]
    if form.validate_on_submit():
        with form.refusals():
            begun = Partnership.begin(db.session(), partner, by=current_person, **_given(form))
            flash("The partnership began.")
            return redirect(url_for(".show", partnership_id=begun.id))
    return render_form("partnership/partnerships/new.html", form, partner=find(Partner, partner.id))


def _asked_partner() -> int:
    number = request.args.get("partner", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0  # noqa: PLR2004 - a bigint


def _given(form: PartnershipForm) -> dict[str, Any]:
    return {name: form[name].data for name in ("partner_type_id", "tier_id", "start_on", "due_on")}


@bp.post("/<id:partnership_id>/activity")
@requires(Permission.PARTNERS_WRITE)
def activate(partnership_id: int) -> ResponseReturnValue:
    """Turn a partnership on from today (P3)."""
    partnership = find(Partnership, partnership_id)
    partnership.activate(by=current_person)
    flash(
        "The partnership is active. Nothing was made up for the days it was off; recalculate if its tier should follow now."
    )
    return redirect(url_for(".show", partnership_id=partnership_id))


@bp.post("/<id:partnership_id>/activity/end")
@requires(Permission.PARTNERS_WRITE)
def deactivate(partnership_id: int) -> ResponseReturnValue:
    """Turn a partnership off from today (P3)."""
    partnership = find(Partnership, partnership_id)
    partnership.deactivate(by=current_person)
    flash("The partnership is off. Its records stay, its program is gone from the portal.")
    return redirect(url_for(".show", partnership_id=partnership_id))


@bp.route("/<id:partnership_id>/tier", methods=["GET", "POST"])
@requires(Permission.PARTNERS_WRITE)
def tier(partnership_id: int) -> ResponseReturnValue:
    """Set the tier by hand, with a reason (P4)."""
    partnership = found(partnership_id)
    form = TierForm()
    form.tier_id.choices = [("", "Choose a tier"), *choices.tiers(partnership.partner_type_id)]
    if form.validate_on_submit():
        with form.refusals():
            partnership.set_tier(find(Tier, form.tier_id.data), form.why.data or "", by=current_person)
            flash("The tier is set from today.")
            return redirect(url_for(".show", partnership_id=partnership_id))
    partnership = found(partnership_id)
    today = partnership.partner.today()
    return render_form("partnership/partnerships/tier.html", form, partnership=partnership, today=today)


@bp.route("/<id:partnership_id>/edit", methods=["GET", "POST"])
@requires(Permission.PARTNERS_WRITE)
def edit(partnership_id: int) -> ResponseReturnValue:
    """Renew a partnership, or let it end on another day."""
    partnership = found(partnership_id)
    form = RenewalForm(data={"due_on": add_months(partnership.due_on, 12)})
    if form.validate_on_submit():
        with form.refusals():
            partnership.renew(form.due_on.data, by=current_person)
            flash("The due day is changed.")
            return redirect(url_for(".show", partnership_id=partnership_id))
    partnership = found(partnership_id)
    today = partnership.partner.today()
    return render_form("partnership/partnerships/edit.html", form, partnership=partnership, today=today)
