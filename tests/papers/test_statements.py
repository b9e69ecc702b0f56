"""A fund's statement as paper and as files: the same figures everywhere, the same bytes every time (F2, F8)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Entry, Fund
from app.papers import statements
from tests import factories, funds
from tests.cast import Cast
from tests.models.fund_stories import BEGINS, ENDS, at, told

SignIn = Callable[[str], FlaskClient]
DAYS = "from=2026-02-01&to=2026-03-31"


@pytest.fixture(autouse=True)
def _end_of_march() -> Iterator[None]:
    with time_machine.travel(at(3, 31), tick=False):
        yield


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    cast.acme.street, cast.acme.city, cast.acme.country = "Main Street 7", "Springfield", "US"
    return told(session, cast)


def words(content: bytes) -> str:
    """Every word of a PDF, whatever line it stands on."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_the_paper_says_opening_entries_closing_and_the_rule_of_rounding(
    session: Session, sign_in: SignIn, fund: Fund
) -> None:
    """F2, F8, F7"""
    answer = sign_in("mona").get(f"/partnership/funds/{fund.id}/statement.pdf?{DAYS}")
    text = words(answer.data)
    last = session.scalars(select(Entry.hash).where(Entry.fund_id == fund.id, Entry.sequence == 7)).one()

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "ACME-Marketing-fund-2026-02-01-2026-03-31.pdf" in answer.headers["Content-Disposition"]
    for said in (
        "Statement of Marketing fund",
        "1 Feb 2026 to 31 Mar 2026",
        "Northwind US",
        "Acme Systems",
        "Main Street 7",
        "United States",
        "Opening balance 1,000.00 0.00",
        "1 % of 50,000.00 USD, Bronze, program 2026-1",
        "Solar park",
        "for 5 Jan 2026",
        "Reversed: Not ours",
        "Closing balance 1,299.99 0.00",
        "half up to the minor unit; the sum of rounded credits may differ from the rounded sum",
        "2 to 7",
        "Together 6",
    ):
        assert said in text, (said, text)
    assert last.hex() in text.replace(" ", "")
    assert "Mona" not in text


def test_a_statement_has_the_same_bytes_whenever_it_is_asked_for(
    session: Session, sign_in: SignIn, fund: Fund
) -> None:
    """F2: also after more was posted, and an entry of its days was taken back."""
    mona = sign_in("mona")
    asked = [
        f"/partnership/funds/{fund.id}/statement.{form}?from=2026-01-01&to=2026-03-04"
        for form in ("pdf", "csv", "json")
    ]
    first = [mona.get(address).data for address in asked]
    gift = session.scalars(select(Entry.id).where(Entry.fund_id == fund.id, Entry.sequence == 1)).one()
    with time_machine.travel(at(4, 9), tick=False):
        fund.reverse(gift, by=None, meant_on=date(2026, 4, 9), reason="Too generous", forced=True)
        session.commit()
        later = sign_in("mona")
        again = [later.get(address).data for address in asked]

    assert first == again


def test_the_files_carry_the_figures_of_the_paper(session: Session, sign_in: SignIn, fund: Fund) -> None:
    """F8: exact texts; opening + entries = closing, by an independent sum; the chain is whole."""
    oscar = sign_in("oscar")
    table = list(csv.DictReader(io.StringIO(oscar.get(f"/portal/funds/{fund.id}/statement.csv?{DAYS}").text)))
    tree = json.loads(oscar.get(f"/portal/funds/{fund.id}/statement.json?{DAYS}").text)
    entries = [row for row in table if row["row"] == "entry"]
    moved = sum(Fraction(row["credit"] or "0") - Fraction(row["debit"] or "0") for row in entries)

    assert [row["row"] for row in table] == ["opening", *["entry"] * 6, "closing"]
    assert Fraction(table[0]["available"]) + moved == Fraction(table[-1]["available"]) == Fraction("1299.99")
    assert (tree["opening"]["available"], tree["closing"]["available"]) == ("1000.00", "1299.99")
    assert [one["amount"] for one in tree["entries"]] == [row["amount"] for row in entries]
    assert [one["hash"] for one in tree["entries"]] == [row["hash"] for row in entries]
    hashes = [tree["opening"]["hash"], *(one["hash"] for one in tree["entries"])]
    assert [one["previous_hash"] for one in tree["entries"]] == hashes[:-1]
    assert tree["closing"]["hash"] == hashes[-1] == table[-1]["hash"]
    assert tree["entries"][0]["facts"]["percent"] == "1"
    assert "each credit is rounded on its own" in tree["rounding"].lower()
    subtotals = {one["kind"]: one for one in tree["subtotals"]}
    assert subtotals["accrual"]["credit"] == "500.00"


def test_rounding_each_credit_is_not_rounding_the_sum(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """F3: three credits of half a cent each are three cents; the paper names the rule."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme)
    for _ in range(3):
        funds.credited(fund, 1)
    session.commit()
    tree = json.loads(sign_in("mona").get(f"/partnership/funds/{fund.id}/statement.json").text)

    assert tree["closing"]["available"] == "0.03"
    assert "may differ from the rounded sum" in tree["rounding"]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("from=2026-03-31&to=2026-03-01", "not later"),
        ("from=2026-03-01&to=2026-04-01", "today is 2026-03-31"),
        ("from=yesterday&to=2026-03-01", "is not a day"),
        ("from=2026-02-30", "is not a day"),
        ("to=%D9%A2%D9%A0%D9%A2%D9%A6-01-01", "is not a day"),
    ],
)
def test_days_that_make_no_statement_are_refused_in_words(
    sign_in: SignIn, fund: Fund, question: str, sentence: str
) -> None:
    """F8: a person is back on the fund's page and reads why; a program gets a problem document."""
    path, browser = f"/partnership/funds/{fund.id}", {"Accept": "text/html,*/*;q=0.8"}
    mona = sign_in("mona")
    for form in ("pdf", "csv", "json"):
        answer = mona.get(f"{path}/statement.{form}?{question}", headers=browser, follow_redirects=True)
        assert (answer.status_code, answer.request.path) == (200, path)
        assert sentence in answer.text

    problem = mona.get(f"{path}/statement.json?{question}")
    assert (problem.status_code, problem.mimetype) == (422, "application/problem+json")
    assert sentence in problem.get_json()["detail"]


def test_what_people_wrote_is_text_on_paper_and_harmless_in_a_sheet(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    """Markup of the paper, formulas of spreadsheets, right-to-left, a fund without minor units."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme, currency="JPY")
    for reason in ("#panic() $x$ *b*", "=1+1", "<script>alert(1)</script>", "مرحبا بالعالم"):
        funds.credited(fund, 1_000, reason=reason)
    session.commit()
    mona = sign_in("mona")
    paper = mona.get(f"/partnership/funds/{fund.id}/statement.pdf?from=0001-01-01&to=2026-03-31")
    sheet = mona.get(f"/partnership/funds/{fund.id}/statement.csv?from=0001-01-01&to=2026-03-31").text

    assert "#panic() $x$ *b*" in words(paper.data)
    assert "<script>alert(1)</script>" in words(paper.data)
    assert "4,000" in words(paper.data)
    assert ",'=1+1," in sheet


def test_a_fund_without_entries_has_a_statement(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """F8: nothing, opening and closing at zero."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme)
    session.commit()
    text = words(sign_in("alice").get(f"/portal/funds/{fund.id}/statement.pdf").data)

    assert "Opening balance 0.00 0.00 Closing balance 0.00 0.00" in text


def test_a_paper_of_too_many_entries_is_refused_and_the_file_is_not(
    sign_in: SignIn, fund: Fund, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement nobody could hold is offered as CSV, in words."""
    monkeypatch.setattr(statements, "MOST", 5)
    mona = sign_in("mona")
    refused = mona.get(f"/partnership/funds/{fund.id}/statement.pdf?{DAYS}", follow_redirects=True)
    table = mona.get(f"/partnership/funds/{fund.id}/statement.csv?{DAYS}")

    assert refused.request.path == f"/partnership/funds/{fund.id}"
    assert "take the CSV file" in refused.text
    assert table.text.count("\nentry,") == 6
    assert Decimal(table.text.splitlines()[-1].split(",")[9]) == Decimal("1299.99")
