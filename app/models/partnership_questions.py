"""What a partnership's page asks: the record with its tier and activity today, its history, the program that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models.ladder import Ladder
from app.models.partner_type import Tier
from app.models.partnership import Partnership, TierPeriod
from app.models.person import Person
from app.models.program import ProgramVersion, VersionStatus


@dataclass(frozen=True)
class Held:
    """A period in which a tier was held, and who brought it about."""

    tier: str
    first: date | None
    until: date | None
    cause: str
    why: str
    by: str | None


def loaded(session: Session, partnership_id: int) -> Partnership | None:
    """Return a partnership with its partner, type and periods."""
    return session.get(
        Partnership,
        partnership_id,
        options=(
            joinedload(Partnership.partner),
            joinedload(Partnership.partner_type),
            selectinload(Partnership.active_periods),
            selectinload(Partnership.tier_periods).joinedload(TierPeriod.tier),
        ),
        populate_existing=True,
    )


def tiers_held(session: Session, partnership_id: int) -> list[Held]:
    """Return the tiers a partnership held, the latest first."""
    query = (
        select(TierPeriod, Tier.name.label("tier_name"), Person.name.label("by_name"))
        .join(Tier, Tier.id == TierPeriod.tier_id)
        .outerjoin(Person, Person.id == TierPeriod.by_id)
        .where(TierPeriod.partnership_id == partnership_id)
        .order_by(TierPeriod.during.desc())
    )
    return [
        Held(
            row.tier_name,
            row[0].during.lower,
            row[0].during.upper,
            row[0].cause.value,
            row[0].why,
            row.by_name,
        )
        for row in session.execute(query)
    ]


def currency_of_the_day(on: Any) -> ScalarSelect[str]:
    """Return the currency of the program that held on a day, as part of a larger question."""
    holding = select(ProgramVersion.currency).where(
        ProgramVersion.status == VersionStatus.PUBLISHED, ProgramVersion.valid_from <= on
    )
    return holding.order_by(ProgramVersion.valid_from.desc()).limit(1).scalar_subquery()


def has_a_program(session: Session, partner_type_id: int, on: date) -> bool:
    """Say whether a published program has a ladder for the type on a day."""
    known = select(func.count(Ladder.id)).where(
        Ladder.partner_type_id == partner_type_id, Ladder.version_id == ProgramVersion.holding_id(on)
    )
    return bool(session.scalar(known))
