"""F3: what open deals would credit, by probability, today's percent and the latest rates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app import clock
from app.models import OpportunityStage
from app.models.funds.forecast import forecast
from tests import factories
from tests.cast import Cast
from tests.models import accrual_stories as stories
from tests.models.accrual_stories import NOW, TODAY

AsPartner = Callable[..., AbstractContextManager[Session]]


@pytest.fixture(autouse=True)
def _in_may(session: Session, cast: Cast) -> Iterator[None]:
    with clock.told(NOW):
        stories.program(session, cast)
        yield


def test_open_deals_are_expected_at_their_probability(session: Session, cast: Cast) -> None:
    """F3: a deal's own probability, else its stage's; won and deleted ones are no forecast."""
    stories.partnership(session, cast.acme, "Silver")
    stories.won(session, cast.acme, cast.carl)
    stories.deal(session, cast.acme, cast.carl, "1000", probability=Decimal("0.5"))
    usual = stories.deal(session, cast.acme, cast.carl, "333.33")
    stories.deal(session, cast.acme, cast.carl, "900000").delete("Twice", by=cast.carl)
    fund = stories.fund_of(session, cast.acme)

    found = forecast(session, [fund.id])[fund.id]

    share = session.get_one(OpportunityStage, usual.stage_id).probability
    exact = Decimal("2.5") * (Decimal(1000) * Decimal("0.5") + Decimal("333.33") * share)
    assert found.units == int(exact.quantize(Decimal(1), rounding="ROUND_HALF_UP"))
    assert found.words == "expected of 2 open deals at 2.5 % (Silver), by probability"


def test_amounts_are_converted_by_the_latest_rate_known(session: Session, cast: Cast) -> None:
    """M3: and one without any rate is left out, which is said."""
    cast.acme.currency = "EUR"
    stories.partnership(session, cast.acme)
    factories.rate(session, "EUR", TODAY.replace(day=1), "2")
    factories.rate(session, "EUR", TODAY.replace(day=19), "1.25")
    stories.deal(session, cast.acme, cast.carl, "1000", probability=Decimal(1))
    stories.deal(session, cast.acme, cast.carl, "1000", currency="GBP", probability=Decimal(1))
    fund = stories.fund_of(session, cast.acme)

    found = forecast(session, [fund.id])[fund.id]

    assert (found.units, found.deals, found.without_rate) == (800, 1, 1)
    assert found.words.endswith("; 1 left out for want of a rate")


def test_a_partner_reads_its_own_forecast_alike(session: Session, cast: Cast, as_partner: AsPartner) -> None:
    """F8, A6: with the database's eyes of a partner; another's fund has none."""
    for partner in (cast.acme, cast.bolt):
        stories.partnership(session, partner)
        stories.deal(session, partner, cast.carl, "1000", probability=Decimal(1))
    mine, theirs = (stories.fund_of(session, one).id for one in (cast.acme, cast.bolt))

    with as_partner(cast.acme, cast.oscar) as own:
        found = forecast(own, [mine, theirs])

    assert {number: one.units for number, one in found.items()} == {mine: 1000}


def test_while_it_is_off_nothing_is_expected(session: Session, cast: Cast) -> None:
    """P3: nothing accrues."""
    partnership = stories.partnership(session, cast.acme)
    stories.deal(session, cast.acme, cast.carl, "1000")
    fund = stories.fund_of(session, cast.acme)
    partnership.deactivate(by=cast.carl)

    assert forecast(session, [fund.id]) == {}
