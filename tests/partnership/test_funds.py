"""The vendor's pages of funds: the list, a fund as a bank statement, one entry in full."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AccountKind, Entry, EntryKind, Fund
from app.models.funds import expiring
from tests import factories, funds
from tests.cast import Cast
from tests.conftest import Queries
from tests.models.fund_stories import BEGINS, ENDS, at, told

SignIn = Callable[[str], FlaskClient]
D = Decimal


@pytest.fixture(autouse=True)
def _end_of_march() -> Iterator[None]:
    with time_machine.travel(at(3, 31), tick=False):
        yield


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    return told(session, cast)


def sequences(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'<tr role="row" id="entry-(\d+)"', page)]


def test_the_list_says_what_each_fund_holds_and_the_sums_above(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """F1: figures equal the accounts, sums are by currency."""
    factories.partnership(session, cast.bolt, BEGINS, ENDS)
    funds.credited(funds.fund(session, cast.bolt, currency="EUR"), 4_711)
    session.commit()
    page = sign_in("audrey").get("/partnership/funds").text

    for said in ("Acme Systems", "Bolt Trading", "1,299.99", "200.01", "47.11"):
        assert said in page, said
    assert "Available in 1 fund" in page


def test_the_list_is_narrowed_by_type_partner_currency_and_state(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """F1, F4, F6"""
    factories.partnership(session, cast.bolt, BEGINS, ENDS)
    factories.partnership(session, cast.crane, BEGINS, ENDS)
    budget = funds.fund_type(session, "Travel budget")
    overdrawn = funds.fund(session, cast.bolt, budget, currency="EUR", overdraft=None)
    overdrawn.post(EntryKind.DEBIT, 100, cause="d", by=cast.mona, meant_on=BEGINS, reason="A train")
    ending = funds.fund(session, cast.crane, ends_on=date(2026, 4, 30))
    funds.credited(ending, 12_345)
    funds.fund(session, cast.crane, funds.fund_type(session, "Certification fund"))
    session.commit()
    mona = sign_in("mona")

    def found(question: str) -> set[str]:
        page = mona.get(f"/partnership/funds.csv?{question}").text
        return {f"{row['Partner']} {row['Fund']}" for row in csv.DictReader(io.StringIO(page))}

    assert found("state=overdrawn") == {"Bolt Trading Travel budget"}
    assert found("state=expiring") == {"Crane Advisers Marketing fund"}
    assert found("state=empty") == {"Crane Advisers Certification fund"}
    assert found("partner=acme") == {"Acme Systems Marketing fund"}
    assert found("currency=EUR") == {"Bolt Trading Travel budget"}
    assert found(f"type={budget.id}") == {"Bolt Trading Travel budget"}
    assert found("q=crane") == {"Crane Advisers Marketing fund", "Crane Advisers Certification fund"}
    assert found("state=nonsense") == set()


def test_a_fund_reads_as_a_bank_statement(sign_in: SignIn, fund: Fund) -> None:
    """F2, F8: newest first, each with its sentence, credit, debit, and the balance after it."""
    page = sign_in("mona").get(f"/partnership/funds/{fund.id}").text

    assert sequences(page) == [7, 6, 5, 4, 3, 2, 1]
    for said in (
        "1 % of 50,000.00 USD, Bronze, program 2026-1",
        "Solar park",
        "Reserved for “Spring fair”",
        "Reversed: Not ours",
        "for 5 Jan 2026",
        "1,299.99",
        "Mona Marketing",
        "amount × percent ÷ 100, rounded half up to the minor unit",
    ):
        assert said in page, said


def test_the_figures_of_the_page_are_those_of_the_ledger(sign_in: SignIn, fund: Fund) -> None:
    """F1"""
    page = sign_in("carl").get(f"/partnership/funds/{fund.id}").text
    figures = re.search(r'<dl class="figures fund-figures">.*?</dl>', page, re.DOTALL)
    assert figures
    held = fund.balances()

    for kind in (AccountKind.AVAILABLE, AccountKind.RESERVED, AccountKind.SPENT, AccountKind.EXPIRED):
        assert f"{D(held[kind]) / 100:,.2f}" in figures[0], kind


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("kind=debit", [6]),
        ("kind=reversal", [7]),
        ("from=2026-02-03&to=2026-02-28", [5, 4, 3, 2]),
        ("to=2026-01-31", [1]),
        ("q=solar", [2]),
        ("q=spring+fair", [5, 4, 3]),
        ("q=not+ours", [7]),
        ("q=100%25", []),
        ("kind=nonsense", []),
        ("from=yesterday", []),
        ("sort=posted", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_entries_are_narrowed_by_kind_days_and_words(
    sign_in: SignIn, fund: Fund, question: str, left: list[int]
) -> None:
    """F8"""
    assert sequences(sign_in("mona").get(f"/partnership/funds/{fund.id}?{question}").text) == left


def test_paging_walks_every_entry_once(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """F8: by the sequence, forwards and backwards, also while something is posted meanwhile."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme)
    for number in range(61):
        funds.credited(fund, number + 1)
    session.commit()
    mona, seen = sign_in("mona"), list[int]()
    address: str | None = f"/partnership/funds/{fund.id}"
    while address:
        page = mona.get(address).text
        seen += sequences(page)
        following = re.search(r'href="([^"]*)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else None
        funds.credited(fund, 1)
        session.commit()

    assert seen == list(range(61, 0, -1))
    assert sequences(mona.get(f"/partnership/funds/{fund.id}?before=36").text) == list(range(61, 36, -1))


def test_a_file_of_entries_is_what_the_page_shows(session: Session, sign_in: SignIn, fund: Fund) -> None:
    """F8: narrowed the same way, with every fact."""
    mona = sign_in("mona")
    whole = list(csv.DictReader(io.StringIO(mona.get(f"/partnership/funds/{fund.id}.csv").text)))
    narrowed = list(
        csv.DictReader(io.StringIO(mona.get(f"/partnership/funds/{fund.id}.csv?kind=accrual").text))
    )

    assert [row["Sequence"] for row in whole] == ["7", "6", "5", "4", "3", "2", "1"]
    assert sum(D(row["Credit"] or 0) - D(row["Debit"] or 0) for row in whole) == D("1299.99")
    (deal,) = narrowed
    assert (deal["Percent"], deal["Of amount"], deal["Tier"], deal["From"]) == (
        "1",
        "50000",
        "Bronze",
        "Solar park",
    )
    kept = session.scalars(select(Entry).where(Entry.fund_id == fund.id, Entry.kind == "accrual")).one()
    assert deal["Hash"] == kept.hash.hex()
    sheet = mona.get(f"/partnership/funds/{fund.id}.xlsx")
    assert sheet.data.startswith(b"PK")
    sheet.close()


def test_an_entry_in_full_links_what_belongs_together_and_its_hash_can_be_checked(
    session: Session, sign_in: SignIn, fund: Fund
) -> None:
    """F2, F7: the text shown, hashed by anybody, is the hash."""
    entries = {one.sequence: one for one in session.scalars(select(Entry).where(Entry.fund_id == fund.id))}
    audrey = sign_in("audrey")
    debit = audrey.get(f"/partnership/fund-entries/{entries[6].id}").text
    reversal = audrey.get(f"/partnership/fund-entries/{entries[7].id}").text

    assert f'/partnership/fund-entries/{entries[7].id}">entry 7' in debit
    assert f'/partnership/fund-entries/{entries[6].id}">entry 6' in reversal
    assert entries[6].hash.hex() in debit
    assert entries[6].previous_hash.hex() == entries[5].hash.hex()
    covered = re.search(r"<pre class=\"entry-covered\"><code>(.*?)</code>", debit, re.DOTALL)
    assert covered
    assert sha256(html.unescape(covered[1]).encode()).digest() == entries[6].hash
    assert "Fits" in debit


def test_a_transfer_names_the_other_fund_on_both_sides(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """F4: two entries with one transfer, each leading to the other."""
    travel = funds.fund(session, cast.acme, funds.fund_type(session, "Travel budget"))
    Fund.transfer(fund, travel, D("12.50"), "To the fair", by=cast.mona, meant_on=date(2026, 3, 31))
    session.commit()
    mona = sign_in("mona")
    source, target = (mona.get(f"/partnership/funds/{one.id}").text for one in (fund, travel))
    entry = session.scalars(select(Entry).where(Entry.fund_id == travel.id)).one()
    full = mona.get(f"/partnership/fund-entries/{entry.id}").text

    assert f'<a href="/partnership/funds/{travel.id}"><bdi>Travel budget' in source
    assert f'<a href="/partnership/funds/{fund.id}"><bdi>Marketing fund' in target
    assert "The other side" in full


def test_a_fund_without_entries_says_what_comes_first(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """F1"""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme)
    session.commit()
    page = sign_in("mona").get(f"/partnership/funds/{fund.id}")

    assert page.status_code == 200
    assert "Nothing has been posted yet" in page.text


def test_what_people_wrote_is_text_whatever_its_script(session: Session, cast: Cast, sign_in: SignIn) -> None:
    """A6: right-to-left and markup in a reason."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme)
    hostile = "<script>alert(1)</script> \u202eمرحبا بالعالم"
    entry = funds.credited(fund, 5, reason=hostile, facts={"<b>": "<i>x</i>"})
    session.commit()
    mona = sign_in("mona")

    for address in (f"/partnership/funds/{fund.id}", f"/partnership/fund-entries/{entry}"):
        page = mona.get(address).text
        assert "<script>alert" not in page
        assert "<i>x</i>" not in page
        assert "مرحبا بالعالم" in page


def test_the_page_of_a_fund_asks_little(sign_in: SignIn, fund: Fund, queries: Queries) -> None:
    """Few statements, however many entries there are."""
    mona = sign_in("mona")
    queries.clear()
    mona.get(f"/partnership/funds/{fund.id}")

    assert len(queries) <= 8, queries


def test_who_has_nothing_to_do_with_funds_is_kept_out(sign_in: SignIn, fund: Fund) -> None:
    """A2"""
    for player, status in (("anna", 403), ("sam", 403), ("carl", 200), ("audrey", 200), ("mona", 200)):
        assert sign_in(player).get(f"/partnership/funds/{fund.id}").status_code == status, player
    assert sign_in("mona").get("/partnership/funds/999999999").status_code == 404


def test_the_start_page_names_funds_that_need_a_look(
    session: Session, cast: Cast, sign_in: SignIn, fund: Fund
) -> None:
    """F4, F6: what a reversal took below what is allowed, and what expires soon; nothing of it without the right."""
    version = factories.draft(session)
    factories.ladder(session, version, cast.reseller, "Bronze")
    factories.published(session, version, BEGINS)
    factories.partnership(session, cast.bolt, BEGINS, ENDS)
    ending = funds.fund(session, cast.bolt, ends_on=date(2026, 4, 30))
    funds.credited(ending, 4_321)
    expiring.warn_due(session)
    gift = session.scalars(select(Entry.id).where(Entry.fund_id == fund.id, Entry.sequence == 1)).one()
    fund.post(EntryKind.DEBIT, 100_000, cause="all", by=cast.mona, meant_on=date(2026, 3, 31), reason="Spent")
    fund.reverse(gift, by=cast.mona, meant_on=date(2026, 3, 31), reason="Not ours", forced=True)
    session.commit()
    page = sign_in("carl").get("/").text

    assert "Funds that need a look" in page
    assert "700.01" in page
    assert "Expires in 30 days (30 Apr 2026)" in page
    assert "43.21" in page
    assert "Funds that need a look" not in sign_in("sam").get("/").text
