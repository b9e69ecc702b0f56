"""What the browser tests read about."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app import clock
from app.models import ValueType
from tests import factories
from tests.cast import Cast


def told(session: Session, cast: Cast) -> None:
    """Acme holds Silver and has one of three leads for Gold."""
    today = clock.today()
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Silver", "Gold")
    leads = factories.category(
        session, "Converted leads", ValueType.INTEGER, version, {"count": "leads", "over": "ever"}
    )
    discount = factories.category(session, "Discount", ValueType.PERCENT)
    for name, target, percent in (("Silver", 1, 10), ("Gold", 3, 15)):
        rung = factories.rung(session, ladder, name)
        factories.obligation(session, rung, leads, target)
        factories.benefit(session, rung, discount, number=Decimal(percent))
    factories.published(session, version, date(2020, 1, 1))
    factories.partnership(
        session, cast.acme, today - timedelta(days=90), today + timedelta(days=275), "Silver"
    )
    factories.lead(session, cast.acme, "Harbour Logistics", today, stage="converted", closed_on=today)
    factories.opportunity(session, cast.acme, "Harbour roof", "1500", "Won", created_on=today)
    product = factories.product(session, "LEDGER", name="Ledger", list_price=Decimal(1200), currency="USD")
    factories.order(session, cast.acme, "SO-1", today, (product, "1200"))
    factories.certificate(session, cast.acme, "alice@acme.example", "Ledger Consultant", today)
