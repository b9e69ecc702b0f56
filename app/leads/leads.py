"""Leads: the list and the record, as the vendor and the partner see them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.access import Permission, requires
from app.database import find
from app.leads.audience import SharedListing, crumb, history, partner_column, partner_filter
from app.listing import Column, choice, day, matches, text
from app.models import Lead, LeadStage, Partner

bp = Blueprint("leads", __name__, url_prefix="/leads")


def _leads() -> Select[*tuple[Any, ...]]:
    return select(Lead, Partner.name.label("partner_name")).outerjoin(Partner, Partner.id == Lead.partner_id)


LIST = SharedListing(
    "leads",
    query=_leads,
    key=Lead.id,
    columns=[
        Column("company", "Company", lambda row: row[0].company),
        Column("contact", "Contact", lambda row: row[0].contact),
        partner_column(),
        Column("stage", "Stage", lambda row: row[0].stage_words, kind="badge", tone=lambda row: row[0].tone),
        Column("source", "Source", lambda row: row[0].source),
        Column("country", "Country", lambda row: row[0].country),
        Column(
            "budget", "Budget", lambda row: row[0].budget, kind="money", currency=lambda row: row[0].currency
        ),
        Column("created", "Created", lambda row: row[0].created_on, sort=Lead.created_on, kind="day"),
        Column("closed", "Closed", lambda row: row[0].closed_on, kind="day"),
    ],
    filters=[
        choice(
            "stage",
            "Stage",
            [(stage.value, stage.value.capitalize()) for stage in LeadStage],
            lambda given: Lead.stage == LeadStage(given),
        ),
        partner_filter(Lead.partner_id),
        text("source", "Source", lambda given: func.lower(Lead.source) == given.lower()),
        text("country", "Country", lambda given: Lead.country == given.upper()),
        day("from", "Created from", lambda on: Lead.created_on >= on),
        day("to", "Created to", lambda on: Lead.created_on <= on),
    ],
    search=lambda words: matches(Lead.search, words),
    default="-created",
    href=lambda row: url_for("leads.show", lead_id=row[0].id),
    empty=("No leads yet", "Leads stand here as soon as somebody may buy."),
)
LIST.routes(bp, requires(Permission.LEADS_READ))


@bp.get("")
@requires(Permission.LEADS_READ)
def index() -> ResponseReturnValue:
    """List leads, the latest first."""
    return render_template("leads/leads/index.html", page=LIST.page())


@bp.get("/<id:lead_id>")
@requires(Permission.LEADS_READ)
def show(lead_id: int) -> ResponseReturnValue:
    """Show a lead with all that is known of it."""
    lead = find(Lead, lead_id, joinedload(Lead.partner))
    return render_template(
        "leads/leads/show.html", lead=lead, whose=crumb(lead.partner), happened=history(lead)
    )
