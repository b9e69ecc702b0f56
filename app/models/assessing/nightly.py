"""The night: once a day is over in a time zone, everybody there is assessed on it (P9, P10, M4).

Reviews take place and graces end here. A night that was missed is made up for: review days and ends of grace in
between are assessed as of their own day, then yesterday. A partner that cannot be assessed, because a rate is missing,
does not keep the others waiting; the event says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Date, cast, func, select
from sqlalchemy.orm import Session

from app import clock
from app.models.assessing import programs
from app.models.assessing.storing import store
from app.models.assessment import Cause
from app.models.event import Event, EventDetail
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.partnership import ActivePeriod, Partnership
from app.models.vendor import Vendor
from app.rules.periods import DAY, is_review_day
from app.rules.refusals import RuleBroken

CLOSED = "assessment.night"
REFUSED = "assessment.refused"
AT_ONCE = 500
"""Partners per transaction."""
LOOKS_BACK = 366
"""Days that a missed night is made up for at most."""


@dataclass(frozen=True)
class _Refused:
    """The partner that could not be assessed, as an event names it."""

    id: int
    __tablename__ = "partner"


def zones(session: Session) -> list[str]:
    """The time zones in which partners have their days."""
    zone = zone_of_partners()
    found = (
        select(zone)
        .select_from(Partner)
        .outerjoin(OperatingCompany, Partner.operating_company_id == OperatingCompany.id)
    )
    return sorted(set(session.scalars(found.distinct())))


def members(session: Session, zone: str) -> list[int]:
    """The partners whose days are those of a zone."""
    found = select(Partner.id).outerjoin(
        OperatingCompany, Partner.operating_company_id == OperatingCompany.id
    )
    return list(session.scalars(found.where(zone_of_partners() == zone)))


def days_to_close(session: Session, zone: str) -> list[date]:
    """The days that are over in a zone and were not looked at: reviews and ends of grace missed, and yesterday."""
    yesterday = clock.today(zone) - DAY
    last = _last_closed(session, zone)
    if last is not None and last >= yesterday:
        return []
    first = max(last + DAY, yesterday - timedelta(days=LOOKS_BACK)) if last else yesterday
    missed = [first + timedelta(days=number) for number in range((yesterday - first).days)]
    ends = set(
        session.scalars(select(Partnership.at_risk_until).where(Partnership.at_risk_until.is_not(None)))
    )
    return [day for day in missed if day - DAY in ends or _somebody_is_reviewed(session, day)] + [yesterday]


def partners_of(session: Session, zone: str, day: date) -> list[list[int]]:
    """The partners of a zone that were active on the day, in portions of one transaction each."""
    found = (
        select(ActivePeriod.partner_id)
        .join(Partner, Partner.id == ActivePeriod.partner_id)
        .outerjoin(OperatingCompany, Partner.operating_company_id == OperatingCompany.id)
        .where(ActivePeriod.during.contains(day), zone_of_partners() == zone)
        .order_by(ActivePeriod.partner_id)
    )
    ids = list(session.scalars(found))
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def assess_apart(
    session: Session, day: date, partner_ids: Sequence[int], *, cause: Cause = Cause.NIGHT
) -> int:
    """Store verdicts for as many as possible; how many could not be assessed, each with an event that says why."""
    try:
        with session.begin_nested():
            store(session, day, partner_ids, cause=cause)
    except RuleBroken as refusal:
        if len(partner_ids) == 1:
            why = {"day": day, "why": refusal.sentence}
            Event.record(
                session, REFUSED, _Refused(partner_ids[0]), by=None, after=why, partner_id=partner_ids[0]
            )
            return 1
        half = len(partner_ids) // 2
        halves = (partner_ids[:half], partner_ids[half:])
        return sum(assess_apart(session, day, one, cause=cause) for one in halves)
    else:
        return 0


def close(session: Session, zone: str, day: date, *, refused: int) -> None:
    """Remember that the day is done in this zone."""
    Event.record(session, CLOSED, None, by=None, after={"zone": zone, "day": day, "refused": refused})


def zone_of_partners() -> ColumnElement[str]:
    """A partner's time zone, where its operating company is joined: the company's, else the vendor's (M4)."""
    return func.coalesce(
        OperatingCompany.time_zone, select(Vendor.time_zone).limit(1).scalar_subquery(), "UTC"
    )


def _last_closed(session: Session, zone: str) -> date | None:
    closed: date | None = session.scalar(
        select(func.max(cast(EventDetail.after["day"].astext, Date)))
        .join(Event, Event.id == EventDetail.event_id)
        .where(Event.kind == CLOSED, EventDetail.after["zone"].astext == zone)
    )
    return closed


def _somebody_is_reviewed(session: Session, day: date) -> bool:
    program = programs.holding(session, day)
    return program is not None and any(
        is_review_day(day, ladder.policies.review.value, program.year_starts)
        for ladder in program.ladders.values()
    )
