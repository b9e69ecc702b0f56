"""The partner's own funds: cards, the same statement, read only; nothing of anybody else's (F8, A6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Fund, Opportunity, Vendor
from tests import factories, funds
from tests.cast import Cast
from tests.conftest import Queries
from tests.models.fund_stories import BEGINS, ENDS, at, told

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def _end_of_march() -> Iterator[None]:
    with time_machine.travel(at(3, 31), tick=False):
        yield


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    return told(session, cast)


def test_the_partner_sees_what_it_may_plan_with(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """F8, F6: available large, what is spent, what expires next with its day in words."""
    funds.credited(
        funds.fund(session, cast.acme, funds.fund_type(session, "Travel"), ends_on=date(2026, 4, 30)), 1_234
    )
    session.commit()
    page = sign_in("oscar").get("/portal/funds").text

    for said in ("Marketing fund", "1,299.99", "200.01", "Travel", "12.34 in 30 days (30 Apr 2026)"):
        assert said in page, said


@pytest.mark.parametrize("who", ["alice", "mona"])
def test_an_entry_has_one_day_and_hour_whoever_reads_it(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund, who: str
) -> None:
    """M4, F8: those of the fund's partner, as its statement has them."""
    cast.company.time_zone = "Asia/Tokyo"
    session.commit()
    face = "portal" if who == "alice" else "partnership"
    page = sign_in(who).get(f"/{face}/funds/{fund.id}").text

    hours = set(re.findall(r"<dt>Posted</dt><dd>[^<]* (\d\d:\d\d)</dd>", page))
    assert hours == {"21:00", "08:00"}  # noon, and an hour before midnight, in UTC


def test_why_an_entry_is_there_is_said_in_plain_words_first(sign_in: SignIn, fund: Fund) -> None:
    """F8: the amount as money, days as the reader writes them; numbers and hashes are folded away."""
    page = sign_in("alice").get(f"/portal/funds/{fund.id}").text
    _, _, row = page.partition("<bdi>1 % of 50,000.00 USD")
    plain, _, folded = row.partition("For those who check")
    folded = folded.partition("</details>")[0]

    assert "<dt>Amount</dt><dd>50,000.00 USD</dd>" in plain
    assert re.search(r"<dt>Closed on</dt><dd>\d+ [A-Z][a-z]{2} 2026</dd>", plain)
    for kept in ("Cause", "Sequence", "Hash", "Rule"):
        assert f"<dt>{kept}</dt>" not in plain, kept
        assert f"<dt>{kept}</dt>" in folded, kept


def test_the_statement_is_the_vendors_but_names_none_of_its_staff(sign_in: SignIn, fund: Fund) -> None:
    """F8: every entry with its why."""
    page = sign_in("alice").get(f"/portal/funds/{fund.id}").text

    for said in (
        "1 % of 50,000.00 USD, Bronze, program 2026-1",
        "Solar park",
        "Spring fair",
        "A fee",
        "1,299.99",
    ):
        assert said in page, said
    assert page.count("<title") == 1  # a drawing brings none of its own
    assert "Mona" not in page
    assert "/partnership/" not in page


def test_a_partner_changes_nothing_of_a_fund(sign_in: SignIn, fund: Fund) -> None:
    """F8: no form of its pages posts, but the ones of every page of the portal."""
    alice = sign_in("alice")
    acts = set(
        re.findall(
            r'<form[^>]*method="post"[^>]*action="([^"]*)"', alice.get(f"/portal/funds/{fund.id}").text
        )
    )

    assert {act for act in acts if "fund" in act} == set()
    for act in ("credit", "debit", "transfer"):
        assert alice.post(f"/portal/funds/{fund.id}/{act}").status_code == 404
        assert alice.post(f"/partnership/funds/{fund.id}/{act}").status_code in {403, 404}


def test_another_partners_fund_is_not_there_and_support_agents_have_none(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """A6, A2"""
    bob = sign_in("bob")
    for address in ("", ".csv", "/statement.pdf", "/statement.csv", "/statement.json"):
        assert bob.get(f"/portal/funds/{fund.id}{address}").status_code == 404, address
        assert sign_in("sue").get(f"/portal/funds/{fund.id}{address}").status_code == 403, address
    assert "1,299.99" not in bob.get("/portal/funds").text


def test_links_lead_only_where_the_reader_may_go(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """F8, L7: an agent who works its own deals reads the sentence, and no name or link of a colleague's."""
    Vendor.here(session).own_only = True
    deal = session.scalars(select(Opportunity).where(Opportunity.name == "Solar park")).one()
    deal.owner_id = cast.alice.id
    session.commit()
    own_only = sign_in("oscar").get(f"/portal/funds/{fund.id}").text
    alice = sign_in("alice").get(f"/portal/funds/{fund.id}").text

    assert "1 % of 50,000.00 USD" in own_only
    assert "Solar park" not in own_only
    assert re.search(r'href="/opportunities/\d+"><bdi>Solar park', alice)


def test_the_program_page_and_the_main_page_say_what_is_available(sign_in: SignIn, fund: Fund) -> None:
    """F8: funds and amounts, latest credits and debits; nothing of it for a support agent."""
    alice, sue = sign_in("alice"), sign_in("sue")

    assert "1,299.99" in alice.get("/portal").text
    assert "1,299.99" not in sue.get("/portal").text


def test_a_partner_without_a_fund_reads_what_comes_first(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    """F1"""
    assert "No fund yet" in sign_in("alice").get("/portal/funds").text
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    empty = funds.fund(session, cast.acme)
    session.commit()
    assert "Nothing has been posted yet" in sign_in("alice").get(f"/portal/funds/{empty.id}").text


def test_the_partners_page_of_a_fund_asks_little(sign_in: SignIn, fund: Fund, queries: Queries) -> None:
    """Few statements, however many entries there are."""
    alice = sign_in("alice")
    queries.clear()
    alice.get(f"/portal/funds/{fund.id}")

    assert len(queries) <= 8, queries
