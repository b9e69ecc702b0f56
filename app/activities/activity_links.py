"""What came of an activity: the leads and deals it is linked with, finding more of them, and what it all returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import current_person
from app.activities.activity_forms import number
from app.activities.finding import mine
from app.database import find
from app.extensions import db
from app.listing import matches
from app.models import Activity, ActivityLink, Lead, Opportunity, OpportunityStage
from app.rules.refusals import RuleBroken

FOUND = 10
SHOWN = 200


@dataclass(frozen=True)
class Linked:
    """A lead or deal that came of the activity."""

    id: int
    title: str
    noun: str
    note: str
    href: str | None
    amount: Decimal | None
    currency: str | None


@dataclass(frozen=True)
class Found:
    """A lead or deal that may be linked."""

    field: str
    id: int
    title: str
    noun: str
    note: str


def linked(activity: Activity) -> Sequence[Linked]:
    """Return what the activity is linked with, the latest first; what the reader may not see has no name."""
    rows = (
        select(
            ActivityLink.id,
            ActivityLink.lead_id,
            ActivityLink.opportunity_id,
            Lead.company,
            Lead.stage.label("lead_stage"),
            Opportunity.name.label("deal"),
            Opportunity.amount,
            Opportunity.currency,
            OpportunityStage.name.label("stage"),
        )
        .outerjoin(Lead, Lead.id == ActivityLink.lead_id)
        .outerjoin(Opportunity, Opportunity.id == ActivityLink.opportunity_id)
        .outerjoin(OpportunityStage, OpportunityStage.id == Opportunity.stage_id)
        .where(ActivityLink.activity_id == activity.id)
        .order_by(ActivityLink.id.desc())
        .limit(SHOWN)
    )
    return [_lead(row) if row.lead_id else _deal(row) for row in db.session.execute(rows)]


def _lead(row: Any) -> Linked:
    company = row.company
    href = url_for("leads.show", lead_id=row.lead_id) if company else None
    stage = row.lead_stage.value.capitalize() if company else ""
    return Linked(row.id, company or "A colleague’s lead", "Lead", stage, href, None, None)


def _deal(row: Any) -> Linked:
    name = row.deal
    href = url_for("opportunities.show", opportunity_id=row.opportunity_id) if name else None
    return Linked(
        row.id,
        name or "A colleague’s deal",
        "Deal",
        row.stage or "",
        href,
        row.amount,
        row.currency,
    )


def choose(activity_id: int) -> ResponseReturnValue:
    """Find leads and deals of the same partner that came of the activity."""
    activity = mine(activity_id)
    q = request.args.get("q", "").strip()[:100]
    return render_template("activities/links.html", activity=activity, q=q, found=_found(activity, q))


def _found(activity: Activity, q: str) -> list[Found]:
    """Return what matches the words, or the latest where none are given; what is linked already is left out."""
    there = select(ActivityLink.lead_id).where(ActivityLink.lead_id.is_not(None))
    leads = select(Lead.id, Lead.company, Lead.stage).where(
        Lead.partner_id == activity.partner_id, Lead.id.not_in(there)
    )
    known = select(ActivityLink.opportunity_id).where(ActivityLink.opportunity_id.is_not(None))
    deals = select(Opportunity.id, Opportunity.name, Opportunity.customer).where(
        Opportunity.partner_id == activity.partner_id,
        Opportunity.deleted_at.is_(None),
        Opportunity.id.not_in(known),
    )
    if q:
        leads, deals = leads.where(matches(Lead.search, q)), deals.where(matches(Opportunity.search, q))
    session = db.session()
    return [
        *(
            Found("lead_id", row.id, row.company, "Lead", row.stage.value.capitalize())
            for row in session.execute(leads.order_by(Lead.id.desc()).limit(FOUND))
        ),
        *(
            Found("opportunity_id", row.id, row.name, "Deal", row.customer)
            for row in session.execute(deals.order_by(Opportunity.id.desc()).limit(FOUND))
        ),
    ]


def link(activity_id: int) -> ResponseReturnValue:
    """Say that a lead or deal came of the activity."""
    activity = mine(activity_id)
    record = _record()
    ActivityLink.link(activity, record, by=current_person)
    flash(f"“{record.company if isinstance(record, Lead) else record.name}” is linked.")
    return redirect(url_for(".show", activity_id=activity_id) + "#came")


def _record() -> Lead | Opportunity:
    try:
        lead_id, deal_id = number(request.form.get("lead_id")), number(request.form.get("opportunity_id"))
    except ValueError:
        lead_id = deal_id = None
    if lead_id is not None:
        return find(Lead, lead_id)
    if deal_id is not None:
        return find(Opportunity, deal_id)
    raise RuleBroken("Choose a lead or a deal.")


def unlink(activity_id: int, link_id: int) -> ResponseReturnValue:
    """Say that it did not come of the activity after all."""
    activity = mine(activity_id)
    find(ActivityLink, link_id).unlink(activity, by=current_person)
    flash("No longer linked.")
    return redirect(url_for(".show", activity_id=activity_id) + "#came")
