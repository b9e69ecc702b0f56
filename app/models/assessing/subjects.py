"""Whom an assessment is about: the partners with a partnership on a day, and the tier each holds then (P1, P5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, Select, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.models.partner import Partner
from app.models.partner_type import PartnerType, Tier
from app.models.partnership import ActivePeriod, Partnership, TierPeriod


@dataclass(frozen=True)
class Subject:
    """A partner in its partnership on a day, with the tier held then and since when."""

    partner_id: int
    partner_code: str
    partner_name: str
    partner_type_id: int
    partner_type: str
    partnership_id: int
    started_on: date
    due_on: date
    at_risk_until: date | None
    active: bool
    tier_id: int | None
    tier: str | None
    tier_since: date | None


def on_day(session: Session, on: date, partner_ids: Collection[int] | None = None) -> list[Subject]:
    """Everybody with a partnership on the day, by code; of several partnerships the active one, else the latest."""
    if partner_ids is None:
        rows = session.execute(_everybody(), {"on": on})
    else:
        rows = session.execute(_some(), {"on": on, "asked": list(partner_ids)})
    return sorted((Subject(*tuple(row)) for row in rows), key=lambda one: one.partner_code)


@cache
def _some() -> Select[*tuple[Any, ...]]:
    """The rows of the partners `asked`; composed once, since a page is about one of them."""
    return _everybody().where(Partner.id == func.any(bindparam("asked", type_=ARRAY(BigInteger))))


@cache
def _everybody() -> Select[*tuple[Any, ...]]:
    """A row for each partner with a partnership on the day `on`."""
    on = bindparam("on", type_=Date())
    is_active = (
        select(ActivePeriod.id)
        .where(ActivePeriod.partnership_id == Partnership.id, ActivePeriod.during.contains(on))
        .exists()
    )
    return (
        select(
            Partner.id,
            Partner.code,
            Partner.name,
            PartnerType.id,
            PartnerType.name,
            Partnership.id,
            Partnership.start_on,
            Partnership.due_on,
            Partnership.at_risk_until,
            is_active.label("active"),
            Tier.id,
            Tier.name,
            func.lower(TierPeriod.during),
        )
        .join(Partnership, Partnership.partner_id == Partner.id)
        .join(PartnerType, PartnerType.id == Partnership.partner_type_id)
        .outerjoin(
            TierPeriod, and_(TierPeriod.partnership_id == Partnership.id, TierPeriod.during.contains(on))
        )
        .outerjoin(Tier, Tier.id == TierPeriod.tier_id)
        .where(Partnership.start_on <= on, Partnership.due_on >= on)
        .ext(distinct_on(Partner.id))
        .order_by(Partner.id, is_active.desc(), Partnership.start_on.desc())
    )
