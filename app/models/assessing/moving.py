"""Moving the tier held: close the period that holds on the day, open the next from that day on (P4, P9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.models.assessing.among import among
from app.models.partnership import Partnership, TierCause, TierPeriod


@dataclass(frozen=True)
class Move:
    """A partnership that shall hold another tier from a day on, and why."""

    partnership_id: int
    partner_id: int
    partner_type_id: int
    tier_id: int
    why: str
    cause: TierCause = TierCause.ASSESSMENT
    assessment_id: int | None = None
    by_id: int | None = None


def move(session: Session, on: date, moves: Sequence[Move]) -> None:
    """Let each partnership hold its new tier from the day on, for as long as the old one would have been held."""
    if not moves:
        return
    ids = [one.partnership_id for one in moves]
    held = select(TierPeriod.id, TierPeriod.partnership_id, TierPeriod.during).where(
        among(TierPeriod.partnership_id, ids), TierPeriod.during.contains(on)
    )
    ends: dict[int, date | None] = {}
    begun_today: list[int] = []
    for period_id, partnership_id, during in session.execute(held).all():
        ends[partnership_id] = during.upper
        if during.lower == on:
            begun_today.append(period_id)
    session.execute(
        delete(TierPeriod)
        .where(among(TierPeriod.id, begun_today))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(TierPeriod)
        .where(among(TierPeriod.partnership_id, ids), TierPeriod.during.contains(on))
        .values(during=func.daterange(func.lower(TierPeriod.during), on))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(TierPeriod),
        [
            {
                "partnership_id": one.partnership_id,
                "partner_id": one.partner_id,
                "partner_type_id": one.partner_type_id,
                "tier_id": one.tier_id,
                "during": Range(on, ends.get(one.partnership_id)),
                "cause": one.cause,
                "why": one.why,
                "assessment_id": one.assessment_id,
                "by_id": one.by_id,
            }
            for one in moves
        ],
    )
    forget(session, set(ids))


def forget(session: Session, partnership_ids: set[int]) -> None:
    """Let objects the session already holds be read anew, since the rows were changed set-based."""
    for held in list(session.identity_map.values()):
        if (isinstance(held, Partnership) and held.id in partnership_ids) or (
            isinstance(held, TierPeriod) and held.partnership_id in partnership_ids
        ):
            session.expire(held)
