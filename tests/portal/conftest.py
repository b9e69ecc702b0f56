"""The story of the portal: on 2 March 2026 Acme holds Silver as a reseller and works towards Gold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy.orm import Session

from app.models import Category, Partnership, ProgramVersion, ValueType
from tests import factories
from tests.cast import Cast

TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Story:
    """What the tests ask about."""

    version: ProgramVersion
    leads: Category
    won: Category
    partnership: Partnership


@pytest.fixture
def today() -> Iterator[date]:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("UTC")), tick=False):
        yield TODAY


@pytest.fixture
def story(today: date, cast: Cast, session: Session) -> Story:
    """Two tiers; Acme has two of three leads and 1,500 of 4,000 USD for Gold."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Silver", "Gold")
    leads = factories.category(
        session, "Converted leads", ValueType.INTEGER, version, {"count": "leads", "counting": "converted"}
    )
    won = factories.category(
        session,
        "Won amount",
        version=version,
        measure={"sum": "opportunities", "of": "amount", "counting": "won"},
    )
    discount = factories.category(session, "Discount", ValueType.PERCENT)
    for name, number, amount, percent in (("Silver", 1, 1000, 10), ("Gold", 3, 4000, 15)):
        rung = factories.rung(session, ladder, name)
        factories.obligation(session, rung, leads, number)
        factories.obligation(session, rung, won, amount)
        factories.benefit(session, rung, discount, number=Decimal(percent))
    experts = factories.ladder(session, version, cast.consultant, "Expert")
    factories.obligation(session, factories.rung(session, experts, "Expert"), won, 777)
    factories.published(session, version, date(2026, 1, 1))
    partnership = factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Silver")
    for company, closed_on in (("Harbour", date(2026, 1, 20)), ("Orchard", date(2026, 2, 3))):
        factories.lead(session, cast.acme, company, date(2026, 1, 10), stage="converted", closed_on=closed_on)
    factories.lead(
        session, cast.acme, "Old Mill", date(2025, 5, 1), stage="converted", closed_on=date(2025, 6, 1)
    )
    factories.opportunity(session, cast.acme, "Harbour roof", "1500", "Won", created_on=date(2026, 2, 1))
    factories.opportunity(session, cast.acme, "Harbour wall", "900", "Qualify", created_on=date(2026, 2, 2))
    session.commit()
    return Story(version, leads, won, partnership)
