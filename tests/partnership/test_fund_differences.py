"""The list of differences between ledger and deals, and bringing them into line (F3, A2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import FundDifference, Opportunity
from app.models.funds import differing
from tests.cast import Cast
from tests.conftest import Queries
from tests.models import accrual_stories as stories

SignIn = Callable[[str], FlaskClient]
AT = "/partnership/fund-differences"


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def deals(session: Session, cast: Cast) -> list[Opportunity]:
    """Two deals of Acme whose amounts were changed behind the ledger: 50,000.00 that was 60,000.00, and so on."""
    stories.program(session, cast)
    stories.partnership(session, cast.acme)
    made = [stories.won(session, cast.acme, cast.carl, name=name) for name in ("Roof", "Tower")]
    for deal in made:
        session.execute(
            update(Opportunity.__table__).where(Opportunity.id == deal.id).values(amount=Decimal(60000))
        )
    differing.look(session, differing.deals_after(session, 0))
    session.commit()
    return made


def differences(session: Session) -> list[FundDifference]:
    found = select(FundDifference).order_by(FundDifference.id)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def test_without_differences_the_page_says_what_it_is_for(sign_in: SignIn) -> None:
    page = sign_in("mona").get(AT).text

    assert "Ledger and deals agree" in page
    assert "nothing changes by itself" in page


def test_the_list_says_what_is_due_posted_and_lacking_in_sum(
    sign_in: SignIn, deals: list[Opportunity]
) -> None:
    """F3"""
    page = sign_in("mona").get(AT, follow_redirects=True).text

    assert "Too little in USD" in page
    assert "Due 1,200.00 · posted 1,000.00 · 2 deals" in page
    for deal in deals:
        assert deal.name in page


def test_one_is_brought_into_line_on_its_page(
    sign_in: SignIn, session: Session, deals: list[Opportunity]
) -> None:
    """F3: the why stands there, and the button posts."""
    (first, _) = differences(session)
    mona = sign_in("mona")
    page = mona.get(f"{AT}/{first.id}").text
    assert "Due: 600.00 USD, 1 % of 60,000.00 USD, Bronze, program 2026-1.\nPosted: 500.00 USD" in page
    assert f'href="/opportunities/{deals[0].id}"' in page

    answer = mona.post(f"{AT}/{first.id}/settlement", follow_redirects=True)

    assert "The ledger is what the deal is again." in answer.text
    assert "Settled" in answer.text
    session.expire_all()
    assert stories.amounts(session, deals[0]) == [50000, -50000, 60000]
    again = mona.post(f"{AT}/{first.id}/settlement", follow_redirects=True)
    assert "This was brought into line already." in again.text


def test_all_that_is_selected_is_brought_into_line_at_once(
    sign_in: SignIn, session: Session, deals: list[Opportunity]
) -> None:
    """F3: two rows of one deal's partner, each by itself."""
    chosen = [str(one.id) for one in differences(session)]

    answer = sign_in("mona").post(
        f"{AT}/selection", data={"act": "bring-into-line", "row": chosen, "query": ""}, follow_redirects=True
    )

    assert "2 brought into line." in answer.text
    assert "Ledger and deals agree" in answer.text
    session.expire_all()
    assert [stories.amounts(session, deal)[-1] for deal in deals] == [60000, 60000]
    assert "Tower" in sign_in("mona").get(f"{AT}?state=settled").text


def test_a_difference_that_cannot_be_said_says_which_rate_is_missing(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """M3"""
    stories.program(session, cast)
    cast.acme.currency = "EUR"
    stories.partnership(session, cast.acme)
    stories.won(session, cast.acme, cast.carl)
    (found,) = differing.look(session, differing.deals_after(session, 0))
    session.commit()
    mona = sign_in("mona")

    page = mona.get(f"{AT}/{found.id}").text
    answer = mona.post(f"{AT}/{found.id}/settlement", follow_redirects=True)

    assert page.count("Cannot be said") == 2
    assert "No exchange rate for EUR on 2026-05-20" in answer.text
    session.expire_all()
    assert differences(session)[0].is_open


@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [("mona", 200, 303), ("carl", 200, 403), ("audrey", 200, 403), ("sam", 403, 403)],
)
def test_marketing_brings_into_line_others_read_or_nothing(
    sign_in: SignIn, session: Session, deals: list[Opportunity], who: str, reads: int, writes: int
) -> None:
    """A2: funds are marketing's to write."""
    number = differences(session)[0].id

    assert sign_in(who).get(f"{AT}?state=open").status_code == reads
    assert sign_in(who).get(f"{AT}/{number}").status_code == reads
    assert sign_in(who).post(f"{AT}/{number}/settlement").status_code == writes


def test_marketing_finds_the_number_on_its_home_page(sign_in: SignIn, deals: list[Opportunity]) -> None:
    """F3"""
    assert len(deals) == 2

    assert "Differences between ledger and deals</span><strong>2" in sign_in("mona").get("/").text
    assert "Differences between ledger and deals" not in sign_in("sam").get("/").text


def test_the_list_asks_for_few_queries(sign_in: SignIn, deals: list[Opportunity], queries: Queries) -> None:
    mona = sign_in("mona")
    queries.clear()

    mona.get(f"{AT}?state=open")

    assert len(queries) <= 10, queries
