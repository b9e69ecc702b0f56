"""Deals, rates and partnerships that come in by files credit the funds like those written by hand (F3, P2, M3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from random import Random

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Entry, EntryKind, Fund, Opportunity
from app.models.funds import differing
from app.rules.money import minor_digits
from tests.cast import Cast
from tests.importing.conftest import BringIn
from tests.models import accrual_stories as stories
from tests.models.accrual_stories import BEGINS

DEALS = "key,name,partner_code,customer,stage,amount,currency,created_on,closed_on"
RATES = "currency,day,rate"
PARTNERSHIPS = "partner_code,start_on,due_on,tier,active"


@pytest.fixture(autouse=True)
def _in_may(session: Session, cast: Cast) -> Iterator[None]:
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC), tick=False):
        stories.program(session, cast)
        session.commit()
        yield


def won(
    key: str, amount: str, closed_on: date | str = "2026-05-04", currency: str = "USD", partner: str = "ACME"
) -> str:
    return f"{key},Deal {key},{partner},Customer {key},Won,{amount},{currency},2026-01-01,{closed_on}"


def known(session: Session, key: str) -> Opportunity:
    return session.scalars(select(Opportunity).where(Opportunity.key == key)).one()


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_a_thousand_deals_at_two_and_a_half_percent_equal_an_oracle_in_fractions(
    session: Session, cast: Cast, bring_in: BringIn, currency: str
) -> None:
    """F3, M1: rounded per deal, which is not the total rounded; in currencies of 2, 0 and 3 places."""
    cast.acme.currency = currency
    stories.partnership(session, cast.acme, "Silver")
    session.commit()
    dice = Random(2500)  # noqa: S311 - the same deals every time
    amounts = [Decimal(dice.randrange(1, 10**9)) / 10**4 for _ in range(1000)]
    days = [BEGINS + timedelta(days=dice.randrange(139)) for _ in amounts]

    came = bring_in(
        "opportunities",
        DEALS,
        *(won(f"D{n}", f"{a:f}", d, currency) for n, (a, d) in enumerate(zip(amounts, days, strict=True))),
    )

    shift = 10 ** minor_digits(currency)
    exact = [Fraction(amount) * Fraction(25, 1000) * shift for amount in amounts]
    per_deal = sum(floor(one + Fraction(1, 2)) for one in exact)
    assert came.counts == (1000, 0, 0)
    assert stories.available(session, cast.acme) == per_deal
    assert per_deal != floor(sum(exact) + Fraction(1, 2))
    assert differing.look(session, differing.deals_after(session, 0)) == []
    assert stories.fund_of(session, cast.acme).entries == sum(
        floor(one + Fraction(1, 2)) > 0 for one in exact
    )


def test_a_file_brought_in_again_credits_nothing_again_and_a_change_credits_anew(
    session: Session, cast: Cast, bring_in: BringIn
) -> None:
    """F3: also where the deal goes to another partner, is opened again, and is won again."""
    for partner in (cast.acme, cast.bolt):
        stories.partnership(session, partner)
    session.commit()
    rows = [won("A", "1000"), won("B", "2000")]
    bring_in("opportunities", DEALS, *rows)
    bring_in("opportunities", DEALS, *rows)
    bring_in("opportunities", DEALS, won("A", "1500"), won("B", "2000", partner="BOLT"))
    bring_in("opportunities", DEALS, "A,Deal A,ACME,Customer A,Qualify,1500,USD,2026-01-01,")
    bring_in("opportunities", DEALS, won("A", "1500"))

    assert stories.amounts(session, known(session, "A")) == [1000, -1000, 1500, -1500, 1500]
    assert stories.amounts(session, known(session, "B")) == [2000, -2000, 2000]
    assert (stories.available(session, cast.acme), stories.available(session, cast.bolt)) == (1500, 2000)


def test_deals_without_a_rate_come_in_and_the_rate_credits_them(
    session: Session, cast: Cast, bring_in: BringIn
) -> None:
    """M3, F3: the rate of the deal's currency, then the rate of the fund's; a corrected one credits anew."""
    cast.acme.currency = "EUR"
    stories.partnership(session, cast.acme)
    session.commit()

    bring_in("opportunities", DEALS, won("A", "1000", currency="GBP"))
    bring_in("exchange-rates", RATES, "GBP,2026-05-04,1.25")
    assert stories.amounts(session, known(session, "A")) == []
    bring_in("exchange-rates", RATES, "EUR,2026-05-04,1.00")
    bring_in("exchange-rates", RATES, "EUR,2026-05-04,2.5")

    assert stories.amounts(session, known(session, "A")) == [1250, -1250, 500]


def test_partnerships_from_a_file_have_their_funds_and_credit_what_was_closed_in_them(
    session: Session, cast: Cast, bring_in: BringIn
) -> None:
    """P2, F3: whichever file comes first."""
    bring_in("opportunities", DEALS, won("A", "1000"), won("B", "1000", "2026-01-31"))

    bring_in("partnerships", PARTNERSHIPS, "ACME,2026-02-01,2026-12-31,Bronze,yes")

    fund = stories.fund_of(session, cast.acme)
    assert (fund.starts_on, fund.currency) == (date(2026, 2, 1), "USD")
    assert stories.amounts(session, known(session, "A")) == [1000]
    assert stories.amounts(session, known(session, "B")) == []
    opened = select(func.count()).select_from(Fund)
    assert session.scalar(opened) == 1
    credited = select(func.count()).where(Entry.kind == EntryKind.ACCRUAL)
    assert session.scalar(credited) == 1
