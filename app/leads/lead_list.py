"""The list of leads: who may buy, who has it, since when it waits, and what is on offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import Select, and_, func, select

from app import clock
from app.access import Permission, current_person, may
from app.filters import in_time
from app.leads import choices, selected
from app.listing import Column, choice, day, matches, text
from app.listing.audience import SharedListing, partner_column, partner_filter
from app.models import Lead, LeadOffer, LeadStage, OfferState, Partner, Person
from app.rules.lead_stages import OPEN

ME, NOBODY = "me", "nobody"
STATES = {
    "open": "Open",
    "queue": "In the vendor’s queue",
    "offered": "On offer",
    "partner": "With a partner",
    "closed": "Closed",
}


@cache
def _leads() -> Select[*tuple[Any, ...]]:
    """Return leads with whose they are, who works them, and until when an offer of theirs is open."""
    return (
        select(
            Lead,
            Partner.name.label("partner_name"),
            Person.name.label("owner_name"),
            LeadOffer.answer_by.label("answer_by"),
        )
        .outerjoin(Partner, Partner.id == Lead.partner_id)
        .outerjoin(Person, Person.id == Lead.owner_id)
        .outerjoin(LeadOffer, and_(LeadOffer.lead_id == Lead.id, LeadOffer.state == OfferState.OPEN))
    )


def _owners() -> choices.Choices:
    side = None if current_person.is_staff else current_person.partner_id
    return [(ME, "Me"), (NOBODY, "Nobody"), *choices.workers(side)]


def _owned(given: str) -> Any:
    if given == NOBODY:
        return Lead.owner_id.is_(None)
    return Lead.owner_id == (current_person.id if given == ME else int(given))


def _state(given: str) -> Any:
    in_hand, is_open = Lead.partner_id.is_not(None), Lead.stage.in_(sorted(OPEN))
    return {
        "open": is_open,
        "queue": and_(~in_hand, Lead.stage.in_([LeadStage.NEW, LeadStage.QUALIFIED])),
        "offered": and_(~in_hand, Lead.stage == LeadStage.HANDED_OFF),
        "partner": and_(in_hand, is_open),
        "closed": ~is_open,
    }[given]


def _waits(row: Any) -> str | None:
    """Say since when a lead stands as it does; a closed one waits for nothing."""
    return waiting(row[0].waits_since) if row[0].stage in OPEN else None


def waiting(since: date | datetime) -> str:
    """Say how long it is since then, in days."""
    began = since.date() if isinstance(since, datetime) else since
    days = (clock.today() - began).days
    return "today" if days <= 0 else "1 day" if days == 1 else f"{days} days"


def _offer(row: Any) -> str | None:
    return None if row.answer_by is None else in_time(row.answer_by, short=True)


STAFF_ONLY = frozenset({"offer", "state", "campaign"})


class LeadListing(SharedListing):
    """The list both faces read; what only staff know is left out for partners."""

    def _own(self) -> SharedListing:
        own = super()._own()
        return replace(
            own,
            columns=[one for one in own.columns if one.name not in STAFF_ONLY],
            filters=[one for one in own.filters if one.name not in STAFF_ONLY],
        )


LIST = LeadListing(
    "leads",
    query=_leads,
    key=Lead.id,
    acts=selected.LEADS,
    columns=[
        Column("company", "Company", lambda row: row[0].company),
        partner_column(),
        Column("owner", "Worked by", lambda row: row.owner_name),
        Column("stage", "Stage", lambda row: row[0].stage_words, kind="badge", tone=lambda row: row[0].tone),
        Column("offer", "On offer", _offer, kind="num"),
        Column("waits", "Waiting", _waits, kind="num"),
        Column("source", "Source", lambda row: row[0].source),
        Column("country", "Country", lambda row: row[0].country),
        Column(
            "budget", "Budget", lambda row: row[0].budget, kind="money", currency=lambda row: row[0].currency
        ),
        Column("created", "Created", lambda row: row[0].created_on, sort=Lead.created_on, kind="day"),
    ],
    filters=[
        choice("state", "Where it is", list(STATES.items()), _state),
        choice(
            "stage",
            "Stage",
            [(stage.value, stage.value.capitalize()) for stage in LeadStage],
            lambda given: Lead.stage == LeadStage(given),
        ),
        partner_filter(Lead.partner_id),
        choice("owner", "Worked by", _owners, _owned),
        choice("campaign", "Campaign", choices.campaigns, lambda given: Lead.campaign_id == int(given)),
        text("source", "Source", lambda given: func.lower(Lead.source) == given.lower()),
        text("country", "Country", lambda given: Lead.country == given.upper()),
        day("from", "Created from", lambda on: Lead.created_on >= on),
        day("to", "Created to", lambda on: Lead.created_on <= on),
        day("closed_from", "Closed from", lambda on: Lead.closed_on >= on),
        day("closed_to", "Closed to", lambda on: Lead.closed_on <= on),
    ],
    search=lambda words: matches(Lead.search, words),
    default="-created",
    href=lambda row: url_for("leads.show", lead_id=row[0].id),
    empty=("No leads yet", "Leads stand here as soon as somebody may buy: write one down, or import a file."),
    action=lambda: ("New lead", url_for("leads.new")) if may(Permission.LEADS_WRITE) else None,
)
