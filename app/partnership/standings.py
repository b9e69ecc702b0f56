"""Where one partner stands, live on any day: tier, every parameter, and the records behind each number (P5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.listing.records import records_as_csv
from app.models import Assessment, Cause, Partner, Partnership, Tier
from app.models.assessing import Obligation, Standing, standing, store
from app.models.assessing.recording import figures_of
from app.models.assessing.records import Record, all_behind, behind, place_of, titles
from app.rules.measures import Source
from app.rules.periods import ASKABLE
from app.rules.refusals import RuleBroken

bp = Blueprint("standings", __name__, url_prefix="/partners/<id:partner_id>")

OPENS = {
    Source.LEADS: ("leads.show", "lead_id"),
    Source.OPPORTUNITIES: ("opportunities.show", "opportunity_id"),
    Source.ORDERS: ("orders.show", "order_id"),
    Source.ORDER_LINES: ("orders.show", "order_id"),
}


@bp.get("/standing")
@requires(Permission.PARTNERS_READ)
def show(partner_id: int) -> ResponseReturnValue:
    """Show the verdict on a day, today unless asked otherwise, beside the latest one stored."""
    partner = find(Partner, partner_id)
    on = _day(partner)
    found, trouble = _standing(partner, on)
    stored = _stored(found)
    return render_template(
        "partnership/standings/show.html",
        partner=partner,
        on=on,
        is_today=on == partner.today(),
        standing=found,
        trouble=trouble,
        stored=stored,
        differs=_differs(found, stored),
        awaits_approval=found is not None and found.awaits_approval,
    )


@bp.post("/assessments")
@requires(Permission.PARTNERS_WRITE)
def assess(partner_id: int) -> ResponseReturnValue:
    """Keep today's verdict and let the policy act on it."""
    partner = find(Partner, partner_id)
    outcomes = store(db.session(), partner.today(), [partner.id], cause=Cause.STAFF, by=current_person)
    flash(
        _told(outcomes[0].moved_to, stored=outcomes[0].stored)
        if outcomes
        else "There is nothing to assess today."
    )
    return redirect(url_for(".show", partner_id=partner_id))


@bp.post("/upgrade")
@requires(Permission.PARTNERS_WRITE)
def approve(partner_id: int) -> ResponseReturnValue:
    """Approve the tier that is earned, where upgrades wait for approval (P9)."""
    partner = find(Partner, partner_id)
    found, _ = _standing(partner, partner.today())
    if found is None or not found.awaits_approval:
        raise RuleBroken("There is no upgrade to approve today.")
    tier = find(Tier, found.earned.tier_id)
    find(Partnership, found.subject.partnership_id).set_tier(
        tier, "Earned, and the upgrade was approved.", by=current_person
    )
    flash(f"{partner.name} holds {tier.name} from today.")
    return redirect(url_for(".show", partner_id=partner_id))


@bp.get("/standing/<id:category_id>")
@requires(Permission.PARTNERS_READ)
def records(partner_id: int, category_id: int) -> ResponseReturnValue:
    """Show the records that make a number, or those that were not counted and why."""
    partner = find(Partner, partner_id)
    on = _day(partner)
    found, trouble = _standing(partner, on)
    asked = [] if found is None else _asked(found, category_id)
    if found is None or not asked:
        abort(404)
    part, counting = _part(), request.args.get("show") != "left-out"
    shown = behind(
        db.session(),
        found,
        asked[0].category,
        part=part,
        counting=counting,
        after=place_of(request.args.get("after")),
    )
    return render_template(
        "partnership/standings/records.html",
        partner=partner,
        on=on,
        standing=found,
        trouble=trouble,
        obligation=asked[0],
        targets=[
            (step, one) for step in found.steps for one in step.obligations if one.category_id == category_id
        ],
        behind=shown,
        rows=[(record, _href(record)) for record in shown.records] if shown else [],
        parts=titles(found, asked[0].category),
        part=part,
        counting=counting,
    )


@bp.get("/standing/<id:category_id>.csv")
@requires(Permission.PARTNERS_READ)
def records_file(partner_id: int, category_id: int) -> ResponseReturnValue:
    """Give the records behind a number, or those left out, as a file."""
    partner = find(Partner, partner_id)
    found, _ = _standing(partner, _day(partner))
    asked = [] if found is None else _asked(found, category_id)
    if found is None or not asked:
        abort(404)
    counting = request.args.get("show") != "left-out"
    rows = all_behind(db.session(), found, asked[0].category, part=_part(), counting=counting)
    return records_as_csv(rows, f"{partner.code}-records")


def _day(partner: Partner) -> date:
    """The day in the address, else today; one that cannot be read is today."""
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return partner.today()
    return on if on in ASKABLE else partner.today()


def _standing(partner: Partner, on: date) -> tuple[Standing | None, str | None]:
    """The verdict, or the sentence why there is none (a missing rate)."""
    try:
        return standing(db.session(), partner.id, on), None
    except RuleBroken as refusal:
        return None, refusal.sentence


def _stored(found: Standing | None) -> Assessment | None:
    if found is None:
        return None
    latest = Assessment.latest_of(found.subject.partnership_id)
    return db.session.scalars(select(Assessment).where(Assessment.id == latest)).one_or_none()


def _differs(found: Standing | None, stored: Assessment | None) -> bool:
    """P5: whether lists, which read the stored verdict, say something else than this page."""
    if found is None or stored is None:
        return found is not None and found.subject.active
    return stored.figures != figures_of(found) or stored.held_tier_id != found.held.tier_id


def _asked(found: Standing, category_id: int) -> list[Obligation]:
    return [one for step in found.steps for one in step.obligations if one.category_id == category_id]


def _part() -> int:
    text = request.args.get("part", "0")
    return int(text) if text in {"0", "1", "2", "3"} else 0


def _href(record: Record) -> str | None:
    """Where a record opens; measurements, files and certificates have no page of their own."""
    if record.source not in OPENS:
        return None
    endpoint, argument = OPENS[record.source]
    values: dict[str, Any] = {argument: record.opens}
    return url_for(endpoint, **values)


def _told(moved_to: str | None, *, stored: bool) -> str:
    if moved_to is not None:
        return f"Assessed: from today the partner holds {moved_to}."
    return (
        "Assessed; the tier stays."
        if stored
        else "The latest assessment of today has the same figures already."
    )
