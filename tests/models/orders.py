"""A small shop that the tests of orders tell their stories in: a base list with a break, a tier with a discount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Partner,
    Price,
    PriceList,
    PriceListPartner,
    PriceScope,
    Product,
    Tier,
    TierPeriod,
    Upgrades,
    ValueType,
)
from app.rules.pricing import DISCOUNT
from tests import factories
from tests.cast import Cast

BEGINS, ENDS = date(2026, 1, 1), date(2027, 12, 31)


@dataclass(frozen=True)
class Shop:
    """What is sold at which prices."""

    base: PriceList
    battery: Product
    single: Price
    cable: Product

    def personal(self, session: Session, partner: Partner, unit_price: str) -> PriceList:
        """Give a partner a list of its own with a price of the battery."""
        own = factories.price_list(session, f"OWN-{partner.code}", PriceScope.PERSONAL)
        factories.price(session, own, self.battery, unit_price)
        factories.added(session, PriceListPartner(price_list_id=own.id, partner_id=partner.id))
        return own

    def tier_of(self, session: Session, partner: Partner) -> str | None:
        """The tier a partner holds by its latest period."""
        held = select(Tier.name).join(TierPeriod, TierPeriod.tier_id == Tier.id)
        latest = held.where(TierPeriod.partner_id == partner.id).order_by(TierPeriod.id.desc()).limit(1)
        return session.scalar(latest)


def opened(session: Session, cast: Cast) -> Shop:
    """Batteries at 100 (90 from 50 on), cables at 3.3333; Acme holds Bronze, with 5 % off; 900 ordered make Silver."""
    version = factories.draft(session)
    ladder = factories.ladder(
        session,
        version,
        cast.reseller,
        "Bronze",
        "Silver",
        upgrades=Upgrades.AT_ONCE,
        needs_lower_tiers=False,
    )
    off = factories.category(session, DISCOUNT, ValueType.PERCENT)
    ordered = factories.category(
        session, "Ordered", version=version, measure={"sum": "order lines", "of": "amount", "over": "ever"}
    )
    factories.benefit(session, factories.rung(session, ladder, "Bronze"), off, number=5)
    factories.obligation(session, factories.rung(session, ladder, "Silver"), ordered, 900)
    factories.published(session, version, BEGINS)
    factories.partnership(session, cast.acme, BEGINS, ENDS, "Bronze")
    base = factories.price_list(session, "BASE", PriceScope.BASE)
    battery = factories.product(session, "BAT-10", name="Wall battery")
    cable = factories.product(session, "CABLE", name="Cable by the metre")
    single = factories.price(session, base, battery, "100")
    factories.price(session, base, battery, "90", min_quantity=50)
    factories.price(session, base, cable, "3.3333")
    return Shop(base, battery, single, cable)
