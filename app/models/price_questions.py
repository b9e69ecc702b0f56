"""What the price pages ask: the personal lists of a partner, the partners of a list, who lists a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.models.ladder import Ladder, Parameter, Rung
from app.models.partner import Partner
from app.models.partner_type import PartnerType, Tier
from app.models.price_list import Price, PriceList, PriceListPartner
from app.models.program import ProgramVersion, VersionStatus


def partners_of(session: Session, price_list_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return to whom a personal list is assigned, and for which days."""
    query = (
        select(PriceListPartner, Partner.name.label("partner_name"), Partner.code.label("partner_code"))
        .join(Partner, Partner.id == PriceListPartner.partner_id)
        .where(PriceListPartner.price_list_id == price_list_id)
        .order_by(Partner.sort_name, PriceListPartner.valid_from)
    )
    return session.execute(query).all()


def lists_of(session: Session, partner_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the personal lists of a partner with their days and how many prices each has."""
    prices = select(func.count(Price.id)).where(Price.price_list_id == PriceList.id).scalar_subquery()
    query = (
        select(PriceListPartner, PriceList, prices.label("prices"))
        .join(PriceList, PriceList.id == PriceListPartner.price_list_id)
        .where(PriceListPartner.partner_id == partner_id)
        .order_by(PriceList.name, PriceListPartner.valid_from)
    )
    return session.execute(query).all()


def granted_by(session: Session, price_list_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the tiers that grant a list, by program version."""
    query = (
        select(
            ProgramVersion.name.label("version_name"),
            ProgramVersion.status.label("status"),
            PartnerType.name.label("type_name"),
            Tier.name.label("tier_name"),
        )
        .select_from(Parameter)
        .join(Rung, Rung.id == Parameter.rung_id)
        .join(Tier, Tier.id == Rung.tier_id)
        .join(Ladder, Ladder.id == Rung.ladder_id)
        .join(PartnerType, PartnerType.id == Ladder.partner_type_id)
        .join(ProgramVersion, ProgramVersion.id == Ladder.version_id)
        .where(Parameter.price_list_id == price_list_id)
        .order_by(
            (ProgramVersion.status == VersionStatus.DRAFT).desc(), ProgramVersion.valid_from.desc(), Rung.rank
        )
    )
    return session.execute(query).all()


def prices_of(session: Session, product_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the rows of every list for a product: by list, currency, quantity and time."""
    query = (
        select(Price, PriceList)
        .join(PriceList, PriceList.id == Price.price_list_id)
        .where(Price.product_id == product_id)
        .order_by(PriceList.name, Price.currency, Price.min_quantity, Price.valid_from.desc())
        .limit(200)
    )
    return session.execute(query).all()
