"""The partner's own leads and open deals as they stand: by stage, how many convert, how fast offers are accepted.

One question. Each number opens the list behind it, so what is counted is what those lists filter by: leads by the day
they were created, offers accepted, deals that are open. Amounts stay in the currencies of their deals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy import Row, text

from app import filters
from app.extensions import db
from app.models import LeadStage

UNITS = (("days", 172_800, 86_400), ("hours", 3600, 3600), ("minutes", 0, 60))
"""What a time is told in, from how many seconds on, and how long one is."""

_STANDING = text("""
    select 'lead' as kind, stage as name, null::bigint as stage_id, null as currency, count(*) as records,
           null::numeric as amount, null::numeric as weighted, 0 as position
    from lead where created_on >= :since group by stage
    union all
    select 'accepted', null, null, null, count(*), avg(extract(epoch from answered_at - offered_at)), null, 0
    from lead_offer where state = 'accepted'
    union all
    select 'deal', s.name, s.id, o.currency, count(*), sum(o.amount),
           sum(o.amount * coalesce(o.probability, s.probability)), s.position
    from opportunity o join opportunity_stage s on s.id = o.stage_id and s.kind = 'open'
    where o.closed_on is null and o.deleted_at is null group by s.id, o.currency
    order by position, name, currency
""")


@dataclass(frozen=True)
class Stage:
    """So many leads are at a stage; the address lists them."""

    name: str
    leads: int
    href: str


@dataclass(frozen=True)
class Under:
    """The open deals of a stage in one currency: how many, what they are worth, and weighted by their chance."""

    stage: str
    currency: str
    deals: int
    amount: Decimal
    weighted: Decimal
    href: str


@dataclass(frozen=True)
class Pipeline:
    """All of it, and the boxes that are looked at first."""

    stages: Sequence[Stage]
    under_way: Sequence[Under]
    figures: Sequence[tuple[str, str, str | None, str | None]]


def own_pipeline(since: date) -> Pipeline:
    """Return how the partner's leads since a day and its open deals stand."""
    rows = db.session.execute(_STANDING, {"since": since}).all()
    leads = {row.name: row.records for row in rows if row.kind == "lead"}
    stages = [
        Stage(stage.value.capitalize(), leads[stage.value], _leads(since, stage))
        for stage in LeadStage
        if stage.value in leads
    ]
    under_way = [
        Under(row.name, row.currency, row.records, row.amount, row.weighted, _deals(row.stage_id))
        for row in rows
        if row.kind == "deal"
    ]
    accepted = next(row for row in rows if row.kind == "accepted")
    return Pipeline(stages, under_way, [*_of_leads(leads, since), _acceptance(accepted), _open(under_way)])


def _of_leads(leads: dict[str, int], since: date) -> list[tuple[str, str, str | None, str | None]]:
    came, converted = sum(leads.values()), leads.get(LeadStage.CONVERTED.value, 0)
    share = filters.percent(Decimal(100) * converted / came, 0) if came else "–"
    return [
        ("Leads", filters.number(came), f"since {filters.day(since)}", _leads(since)),
        (
            "Converted",
            share,
            f"{filters.number(converted)} of {filters.number(came)}",
            _leads(since, LeadStage.CONVERTED),
        ),
    ]


def _acceptance(accepted: Row[Any]) -> tuple[str, str, str | None, str | None]:
    offers = "offer" if accepted.records == 1 else "offers"
    note = f"on average, of {filters.number(accepted.records)} accepted {offers}"
    href = url_for("lead_offers.index", state="accepted")
    if accepted.records:
        return "Time to accept", _long(accepted.amount), note, href
    else:
        return "Time to accept", "–", "no offer accepted yet", None


def _open(under_way: Sequence[Under]) -> tuple[str, str, str | None, str | None]:
    deals = sum(one.deals for one in under_way)
    return "Open deals", filters.number(deals), None, url_for("opportunities.index", state="open")


def _long(seconds: Decimal) -> str:
    """Return a time in its largest unit, to one place."""
    unit, length = next((unit, length) for unit, least, length in UNITS if seconds >= least)
    return f"{filters.number(seconds / length, 1)} {unit}"


def _leads(since: date, stage: LeadStage | None = None) -> str:
    narrowed = {} if stage is None else {"stage": stage.value}
    return url_for("leads.index", **{"from": since.isoformat()}, **narrowed)  # type: ignore[arg-type]


def _deals(stage_id: int) -> str:
    return url_for("opportunities.index", stage=stage_id, state="open")
