"""Funds, entries and activities made quickly for a story; commit before a client or another session looks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.models import Activity, ActivityType, EntryKind, Fund, FundType, Partner, Partnership, Person
from tests.factories import added

MARKETING = "Marketing fund"


def fund_type(session: Session, name: str = MARKETING, **more: Any) -> FundType:
    """The type of this name, made unless it is there; the marketing fund is shipped."""
    known = session.scalars(select(FundType).where(FundType.name == name)).one_or_none()
    return known or added(session, FundType(name=name, **more))


def fund(
    session: Session, partner: Partner, kind: FundType | None = None, *, currency: str = "USD", **more: Any
) -> Fund:
    """A fund of the partner's latest partnership, from that one's first day, with its five accounts."""
    kind = kind or fund_type(session)
    latest = select(Partnership).where(Partnership.partner_id == partner.id).order_by(Partnership.id.desc())
    partnership = session.scalars(latest.limit(1)).one()
    values = {"starts_on": partnership.start_on, "opened_at": clock.now(), "overdraft": 0, **more}
    return added(
        session,
        Fund(
            partner_id=partner.id,
            partnership_id=partnership.id,
            fund_type_id=kind.id,
            currency=currency,
            **values,
        ),
    )


def credited(fund: Fund, amount: int, *, cause: str = "", by: Person | None = None, **more: Any) -> int:
    """Minor units credited to a fund on its first day; the entry's number."""
    known = {"meant_on": fund.starts_on, "reason": "A story", **more}
    cause = cause or f"story/{fund.id}/{fund.entries + 1}"
    return fund.post(EntryKind.CREDIT, amount, cause=cause, by=by, **known)


def activity(session: Session, fund: Fund, title: str, budget: str = "100", **more: Any) -> Activity:
    """An activity planned on a fund; a draft unless the story says otherwise."""
    event = session.scalars(select(ActivityType).where(ActivityType.name == "Event")).one()
    values = {"starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 2), "plan": "A stand", **more}
    return added(
        session,
        Activity(
            partner_id=fund.partner_id,
            fund_id=fund.id,
            activity_type_id=event.id,
            title=title,
            budget=Decimal(budget),
            currency=fund.currency,
            created_at=clock.now(),
            **values,
        ),
    )
