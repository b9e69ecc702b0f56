"""The page of a deal says what it credited to the funds, or why not, to those who read funds (F3, F8, A2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import Opportunity
from tests.cast import Cast
from tests.models import accrual_stories as stories

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def _in_may(session: Session, cast: Cast) -> Iterator[None]:
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC), tick=False):
        stories.program(session, cast)
        yield


@pytest.fixture
def deal(session: Session, cast: Cast) -> Opportunity:
    """A deal of Acme, won and credited."""
    stories.partnership(session, cast.acme)
    won = stories.won(session, cast.acme, cast.carl)
    session.commit()
    return won


@pytest.mark.parametrize(("who", "face"), [("mona", "/partnership/funds/"), ("oscar", "/portal/funds/")])
def test_a_won_deal_says_what_it_credited(
    sign_in: SignIn, session: Session, cast: Cast, deal: Opportunity, who: str, face: str
) -> None:
    """F8: with the way to the entry, on either side."""
    page = sign_in(who).get(f"/opportunities/{deal.id}").text

    assert "Credited to the Marketing fund: 500.00 USD, 1 % of 50,000.00 USD, Bronze, program 2026-1." in page
    assert f'href="{face}{stories.fund_of(session, cast.acme).id}?after=2#entry-1"' in page


@pytest.mark.parametrize("who", ["sam", "sue"])
def test_who_reads_no_funds_reads_nothing_of_them_here(sign_in: SignIn, deal: Opportunity, who: str) -> None:
    """A2: sales and a partner's support have no funds."""
    page = sign_in(who).get(f"/opportunities/{deal.id}").text

    assert "Marketing fund" not in page


def test_a_deal_of_an_off_day_says_why_it_credited_nothing(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """P3"""
    stories.partnership(session, cast.acme).deactivate(by=cast.carl)
    deal = stories.won(session, cast.acme, cast.carl)
    session.commit()

    page = sign_in("mona").get(f"/opportunities/{deal.id}").text

    assert "Nothing is credited to the Marketing fund: The partnership was off on 2026-05-20." in page


def test_a_missing_rate_is_said_to_staff_and_to_the_partner_in_its_words(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """M3"""
    cast.acme.currency = "EUR"
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl, closed_on=date(2026, 5, 4))
    session.commit()

    to_staff, to_partner = (sign_in(who).get(f"/opportunities/{deal.id}").text for who in ("mona", "alice"))

    assert "No exchange rate for EUR on 2026-05-04. Import it" in to_staff
    assert "the vendor has no exchange rate for its day yet." in to_partner
