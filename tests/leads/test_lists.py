"""Leads, opportunities and orders as lists: staff see whose they are, partners see their own (A6)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.leads.conftest import Sold

SignIn = Callable[[str], FlaskClient]
ONE = {"/leads": "lead", "/opportunities": "opportunity", "/orders": "order"}
BUDGET = 9
"""Questions a list may ask: its rows, its total, what its filters offer, who reads it."""


@pytest.mark.parametrize(
    ("address", "ours", "theirs"),
    [
        ("/leads", "Bäckerei Ackerloh", "Secret Bakery"),
        ("/opportunities", "Roof of Ackerloh", "Secret roof"),
        ("/orders", "A-1", "B-SECRET"),
    ],
)
@pytest.mark.usefixtures("sold")
class TestEveryList:
    """What holds for all three."""

    def test_staff_see_everybodys_records_and_whose_they_are(
        self, sign_in: SignIn, address: str, ours: str, theirs: str
    ) -> None:
        page = sign_in("sam").get(address).text

        assert ours in page
        assert theirs in page
        assert "Acme Systems" in page

    def test_a_partner_sees_its_own_and_nothing_of_others(
        self, sign_in: SignIn, address: str, ours: str, theirs: str
    ) -> None:
        """A6: no row, no name, no total of anybody else."""
        page = sign_in("sue").get(address).text

        assert ours in page
        assert theirs not in page
        assert "Bolt Trading" not in page
        assert f"1 {ONE[address]}<" in page

    def test_a_partners_filter_and_export_reach_no_further(
        self, sign_in: SignIn, address: str, ours: str, theirs: str
    ) -> None:
        client = sign_in("alice")

        assert theirs not in client.get(f"{address}?q=secret").text
        assert theirs not in client.get(f"{address}?partner=BOLT").text
        assert ours in client.get(f"{address}?partner=BOLT").text  # a filter it does not have
        exported = client.get(f"{address}.csv").text
        assert ours in exported
        assert theirs not in exported
        assert "Partner" not in exported.splitlines()[0].split(",")

    def test_a_spreadsheet_stands_beside_the_list(
        self, sign_in: SignIn, address: str, ours: str, theirs: str
    ) -> None:
        answer = sign_in("alice").get(f"{address}.xlsx")

        assert answer.status_code == 200
        assert answer.data.startswith(b"PK")

    def test_staff_filter_by_partner_and_search(
        self, sign_in: SignIn, address: str, ours: str, theirs: str
    ) -> None:
        client = sign_in("anna")

        by_partner = client.get(f"{address}?partner=acme").text
        by_words = client.get(f"{address}?q=secr").text

        assert (ours in by_partner, theirs in by_partner) == (True, False)
        assert (ours in by_words, theirs in by_words) == (False, True)

    def test_a_list_is_read_in_a_handful_of_questions(
        self, sign_in: SignIn, queries: Queries, address: str, ours: str, theirs: str
    ) -> None:
        for name in ("anna", "alice"):
            client = sign_in(name)
            client.get(address)
            queries.clear()

            client.get(address)

            assert len(queries) <= BUDGET, queries

    def test_old_links_match_nothing_and_break_nothing(
        self, sign_in: SignIn, address: str, ours: str, theirs: str
    ) -> None:
        client = sign_in("anna")
        for wrong in (
            "stage=nonsense&state=nonsense&status=nonsense",
            "from=2026-02-30",
            "after=999999999999999999999",
            "sort=-search",
            "q=%27%22%3Aa%26|!%20x",
            "least=1e9",
        ):
            assert client.get(f"{address}?{wrong}").status_code == 200


def test_leads_are_filtered_by_stage_source_country_and_period(sign_in: SignIn, sold: Sold) -> None:
    client = sign_in("sam")

    for question in (
        "stage=accepted",
        "source=trade+fair",
        "country=de",
        "from=2026-01-15&to=2026-01-15&q=ack",
    ):
        page = client.get(f"/leads?{question}").text

        assert "Bäckerei Ackerloh" in page, question
        assert "Secret Bakery" not in page, question


def test_leads_that_are_nobodys_are_found(sign_in: SignIn, sold: Sold) -> None:
    page = sign_in("sam").get("/leads?partner=nobody").text

    assert "Nobody&#39;s Inn" in page
    assert "Ackerloh" not in page


def test_opportunities_are_filtered_by_state_product_and_amount(
    sign_in: SignIn, sold: Sold, session: Session
) -> None:
    client = sign_in("sam")

    for question in (
        "state=won",
        "product=bat-10",
        "state=won&least=12000",
        "closed_from=2026-01-15&closed_to=2026-01-15",
    ):
        page = client.get(f"/opportunities?{question}").text

        assert "Roof of Ackerloh" in page, question
        assert "Secret roof" not in page, question


def test_a_win_that_nobody_confirmed_waits_in_a_filter_of_its_own(
    sign_in: SignIn, sold: Sold, session: Session, cast: Cast
) -> None:
    """F3"""
    factories.opportunity(session, cast.acme, "Reported roof", "5", "Won", confirmed_at=None)
    session.commit()

    page = sign_in("sam").get("/opportunities?state=reported").text

    assert "Reported roof" in page
    assert "Won, to be confirmed" in page
    assert "Roof of Ackerloh" not in page


def test_the_total_of_an_order_is_the_sum_of_its_lines_rounded_once(sign_in: SignIn, sold: Sold) -> None:
    """M2: 10.004 + 10.004 − 1.5 is 18.508, shown 18.51; rounded lines would make 18.50."""
    client = sign_in("sam")

    listed = client.get("/orders?q=A-1").text
    shown = client.get(f"/orders/{sold.acme_order.id}").text

    assert "18.51" in listed
    assert "18.51" in shown
    assert "18.50" not in shown


def test_orders_are_filtered_by_status_product_currency_and_day(sign_in: SignIn, sold: Sold) -> None:
    client = sign_in("sam")

    assert "A-1" in client.get("/orders?status=closed&product=BAT-10&currency=usd&from=2026-01-15").text
    assert "A-1" not in client.get("/orders?status=draft").text
    assert "A-1" not in client.get("/orders?product=unknown").text


def test_pages_go_on_after_the_last_row_seen(sign_in: SignIn, session: Session, cast: Cast) -> None:
    for number in range(60):
        factories.lead(session, cast.acme, f"Customer {number:02d}", date(2026, 1, 1))
    session.commit()
    client = sign_in("oscar")

    seen: list[str] = []
    address: str | None = "/leads?sort=created"
    while address:
        page = client.get(address).text
        seen += [name for number in range(60) if (name := f"Customer {number:02d}") in page]
        links = [part.split('"')[0] for part in page.split('href="')[1:]]
        address = next(
            (link.replace("&amp;", "&") for link in links if "after=" in link and "/leads?" in link), None
        )

    assert seen == [f"Customer {number:02d}" for number in range(60)]


def test_every_list_exports_what_it_shows(sign_in: SignIn, sold: Sold) -> None:
    rows = list(csv.reader(io.StringIO(sign_in("sam").get("/orders.csv?partner=ACME").text)))

    assert len(rows) == 2
    assert rows[1][0] == "A-1"
    assert "18.508" in " ".join(rows[1])


def test_an_empty_list_says_what_belongs_there(sign_in: SignIn) -> None:
    assert "No orders yet" in sign_in("anna").get("/orders").text


@pytest.mark.parametrize("words", ["ackerl", "baeck", "bäck ACK", "anna@ackerloh.example", "L-17", "17"])
def test_a_lead_is_found_by_what_people_type(
    sign_in: SignIn, session: Session, cast: Cast, words: str
) -> None:
    factories.lead(
        session, cast.acme, "Bäckerei Ackerloh", date(2026, 1, 1), key="L-17", email="anna@ackerloh.example"
    )
    session.commit()

    found = "Bäckerei Ackerloh" in sign_in("alice").get("/leads", query_string={"q": words}).text

    assert found is (words != "baeck")  # ä is found as a, not as ae
