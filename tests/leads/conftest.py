"""What Acme and Bolt sold: a lead, a deal and an order each, with names that cannot be mistaken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.models import Lead, LeadStage, Opportunity, Order, OrderLine, Product
from tests import factories
from tests.cast import Cast


@dataclass(frozen=True)
class Sold:
    """The records of the tests."""

    product: Product
    acme_lead: Lead
    bolt_lead: Lead
    free_lead: Lead
    acme_deal: Opportunity
    bolt_deal: Opportunity
    acme_order: Order
    bolt_order: Order


@pytest.fixture
def sold(session: Session, cast: Cast) -> Sold:
    """Acme's order has a credit line, and lines whose cents only add up unrounded (M2)."""
    product = factories.product(session, "BAT-10", name="Wall battery")
    day = date(2026, 1, 15)
    rows = Sold(
        product,
        factories.lead(
            session,
            cast.acme,
            "Bäckerei Ackerloh",
            day,
            stage=LeadStage.ACCEPTED,
            source="Trade fair",
            country="DE",
        ),
        factories.lead(session, cast.bolt, "Secret Bakery", day, source="Campaign", country="GB"),
        factories.lead(session, None, "Nobody's Inn", date(2026, 2, 1)),
        factories.opportunity(
            session, cast.acme, "Roof of Ackerloh", "12500.50", "Won", product_id=product.id
        ),
        factories.opportunity(session, cast.bolt, "Secret roof", "99999"),
        factories.order(
            session, cast.acme, "A-1", day, (product, "10.004"), (product, "10.004"), (product, "-1.5")
        ),
        factories.order(session, cast.bolt, "B-SECRET", day, (product, "777")),
    )
    session.commit()
    return rows


def line(session: Session, order: Order, number: int, product: Product, amount: str) -> OrderLine:
    """Add a line of one piece."""
    return factories.added(
        session,
        OrderLine(
            partner_id=order.partner_id,
            order_id=order.id,
            line=number,
            product_id=product.id,
            quantity=Decimal(1),
            unit_price=Decimal(amount),
            amount=Decimal(amount),
        ),
    )
