"""A fund's statement: opening and closing balance, and every entry between them, whenever it is asked for (F2, F8)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
import time_machine
from sqlalchemy.orm import Session

from app.models import EntryKind, Fund
from app.models.funds.fund_reading import FundHead, head, of_partner, of_type
from app.models.funds.fund_statement import statement
from app.rules.refusals import RuleBroken
from tests.cast import Cast
from tests.models.fund_stories import at, told


def read(session: Session, fund: Fund) -> FundHead:
    found = head(session, fund.id)
    assert found is not None
    return found


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    return told(session, cast)


def test_a_fund_is_read_with_what_stands_on_its_accounts(session: Session, fund: Fund, cast: Cast) -> None:
    """F1"""
    found = read(session, fund)

    assert (found.available, found.reserved, found.spent, found.expired) == (129_999, 0, 20_001, 0)
    assert (found.partner, found.code, found.type_name, found.zone) == (
        "Acme Systems",
        "ACME",
        "Marketing fund",
        "UTC",
    )
    assert [one.id for one in of_partner(session, cast.acme.id)] == [fund.id]
    assert [one.id for one in of_type(session, "acme", "marketing FUND", date(2026, 1, 1))] == [fund.id]
    assert of_type(session, "acme", "marketing fund", date(2025, 12, 31)) == []


def test_opening_and_entries_make_the_closing_balance(session: Session, fund: Fund) -> None:
    """F2, F8: by an independent sum over the entries, of available and of reserved money."""
    with time_machine.travel(at(3, 31), tick=False):
        found = statement(session, read(session, fund), date(2026, 2, 1), date(2026, 3, 31))
    lines = list(found.lines(session))

    assert [one.sequence for one in lines] == [2, 3, 4, 5, 6, 7]
    assert (found.entries, found.opening.sequence, found.closing.sequence) == (6, 1, 7)
    available = Fraction(found.opening.available) + sum(Fraction(one.credit - one.debit) for one in lines)
    reserved = Fraction(found.opening.reserved) + sum(Fraction(one.reserved_change) for one in lines)
    assert (found.opening.available, found.opening.reserved) == (100_000, 0)
    assert (available, reserved) == (Fraction(129_999), Fraction(0))
    assert (found.closing.available, found.closing.reserved) == (129_999, 0)
    assert found.closing.hash == lines[-1].hash
    assert found.credit - found.debit == 29_999


def test_subtotals_say_what_each_kind_of_entry_made(session: Session, fund: Fund) -> None:
    """F8"""
    with time_machine.travel(at(3, 31), tick=False):
        found = statement(session, read(session, fund), date(2026, 1, 1), date(2026, 3, 31))

    assert [
        (one.kind.value, one.entries, one.credit, one.debit, one.reserved) for one in found.subtotals
    ] == [
        ("accrual", 1, 50_000, 0, 0),
        ("credit", 1, 100_000, 0, 0),
        ("debit", 1, 0, 777, 0),
        ("reserve", 1, 0, 30_000, 30_000),
        ("release", 1, 9_999, 0, -9_999),
        ("settle", 1, 0, 0, -20_001),
        ("reversal", 1, 777, 0, 0),
    ]


def test_entries_stand_on_the_day_they_were_posted_where_the_partner_is(
    session: Session, fund: Fund, cast: Cast
) -> None:
    """M4: 23:00 UTC on 28 February is 1 March in Berlin."""
    cast.company.time_zone = "Europe/Berlin"
    session.commit()
    with time_machine.travel(at(3, 31), tick=False):
        berlin = statement(session, read(session, fund), date(2026, 3, 1), date(2026, 3, 1))

    assert [one.kind for one in berlin.lines(session)] == [EntryKind.SETTLE, EntryKind.RELEASE]


def test_days_without_entries_have_the_balance_before_them(session: Session, fund: Fund) -> None:
    """F8"""
    with time_machine.travel(at(3, 31), tick=False):
        quiet = statement(session, read(session, fund), date(2026, 1, 11), date(2026, 1, 31))
        before = statement(session, read(session, fund), date(1, 1, 1), date(2025, 12, 31))

    assert (quiet.entries, quiet.opening, quiet.opening.available) == (0, quiet.closing, 100_000)
    assert (before.entries, before.closing.available, before.closing.hash) == (0, 0, b"")


@pytest.mark.parametrize(
    ("first", "last", "word"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "not later"),
        (date(2026, 3, 1), date(2026, 4, 1), "today is 2026-03-31"),
    ],
)
def test_days_that_make_no_statement_are_refused_in_words(
    session: Session, fund: Fund, first: date, last: date, word: str
) -> None:
    """F8"""
    with time_machine.travel(at(3, 31), tick=False), pytest.raises(RuleBroken, match=word):
        statement(session, read(session, fund), first, last)


def test_an_entry_says_what_it_takes_back_and_what_took_it_back(session: Session, fund: Fund) -> None:
    """F2, F4"""
    with time_machine.travel(at(3, 31), tick=False):
        found = statement(session, read(session, fund), date(2026, 1, 1), date(2026, 3, 31))
    lines = list(found.lines(session))

    assert lines[1].sentence == "1 % of 50,000.00 USD, Bronze, program 2026-1"
    assert lines[5].back_sequence == 7
    assert (lines[6].was_sequence, lines[6].was_kind) == (6, EntryKind.DEBIT)
    assert lines[6].sentence == "Reversed: Not ours (entry 6, “A fee”)"
    assert (lines[0].by_name, lines[0].by_partner_id) == ("Mona Marketing", None)
