"""Recalculating a partnership also offers to credit what was closed while it was off (P3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import Opportunity, Partnership
from tests.cast import Cast
from tests.models import accrual_stories as accruals

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def off_deal(session: Session, cast: Cast) -> Iterator[Opportunity]:
    """Acme was off for a week in May, closed a deal in it, and is on again."""
    with time_machine.travel(datetime(2026, 5, 10, 12, tzinfo=UTC), tick=False):
        accruals.program(session, cast)
        accruals.partnership(session, cast.acme).deactivate(by=cast.carl)
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC), tick=False):
        deal = accruals.won(session, cast.acme, cast.carl, closed_on=date(2026, 5, 13))
        session.get_one(Partnership, accruals.fund_of(session, cast.acme).partnership_id).activate(
            by=cast.carl
        )
        session.commit()
        yield deal


def test_recalculating_says_which_deals_of_off_days_it_would_credit_and_credits_them_on_demand(
    sign_in: SignIn, session: Session, cast: Cast, off_deal: Opportunity
) -> None:
    """P3: nothing is posted by looking; what is posted says that it was recalculated."""
    carl = sign_in("carl")
    fund = accruals.fund_of(session, cast.acme)
    address = f"/partnership/partnerships/{fund.partnership_id}"

    page = carl.get(f"{address}/recalculation").text

    assert "1 % of 50,000.00 USD, Bronze, program 2026-1" in page
    assert "Credit 500.00 USD" in page
    assert accruals.amounts(session, off_deal) == []
    answer = carl.post(f"{address}/off-day-credits", follow_redirects=True).text
    assert "Credited: 1 deal of days on which the partnership was off." in answer
    assert "No won deal waits here" in answer
    (entry,) = accruals.entries(session, off_deal)
    assert (entry.amount, entry.facts["recalculated"]) == (50000, "yes")


def test_who_reads_no_funds_neither_sees_nor_posts_credits_of_off_days(
    sign_in: SignIn, session: Session, cast: Cast, off_deal: Opportunity
) -> None:
    """A2: the administrator recalculates tiers, and has no funds."""
    anna = sign_in("anna")
    address = f"/partnership/partnerships/{accruals.fund_of(session, cast.acme).partnership_id}"

    assert "while the partnership was off" not in anna.get(f"{address}/recalculation").text
    answer = anna.post(f"{address}/off-day-credits", follow_redirects=True).text
    assert "Funds are not yours to read, so not to credit." in answer
    assert accruals.amounts(session, off_deal) == []
