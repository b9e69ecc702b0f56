"""F2, F4: what one entry may move, and the sentences of those that may not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import ledger
from app.rules.refusals import RuleBroken

units = st.integers(min_value=0, max_value=ledger.MOST)
amounts = st.integers(min_value=1, max_value=ledger.MOST)
kinds = st.sampled_from(sorted(ledger.PATHS))
DAY = date(2026, 3, 1)


@given(amounts, units, units)
def test_what_is_taken_is_never_more_than_is_there(amount: int, available: int, reserved: int) -> None:
    """F4: refused exactly when the account would fall below zero."""
    held = ledger.Held(available, reserved)
    for left, there in (("available", available), ("reserved", reserved)):
        if amount <= there:
            ledger.check_held(left, amount, held, "USD")
        else:
            with pytest.raises(ledger.InsufficientFunds) as refusal:
                ledger.check_held(left, amount, held, "USD")
            assert refusal.value.missing == amount - there


@given(amounts, units, units)
def test_an_overdraft_lowers_the_floor_of_what_is_available_only(
    amount: int, available: int, overdraft: int
) -> None:
    """F4"""
    held = ledger.Held(available, reserved=0, least=-overdraft)
    if amount <= available + overdraft:
        ledger.check_held("available", amount, held, "USD")
    else:
        with pytest.raises(ledger.InsufficientFunds):
            ledger.check_held("available", amount, held, "USD")
    with pytest.raises(ledger.InsufficientFunds):
        ledger.check_held("reserved", amount, held, "USD")


@given(amounts, st.integers(max_value=0))
def test_without_a_limit_anything_is_available(amount: int, available: int) -> None:
    """F4"""
    ledger.check_held("available", amount, ledger.Held(available, 0, None), "USD")


@given(amounts)
def test_the_budget_has_no_floor(amount: int) -> None:
    """F4: what the vendor gives is owed by nobody."""
    ledger.check_held("budget", amount, ledger.Held(0, 0), "USD")


@given(kinds)
def test_a_reversal_goes_back_along_the_entry_it_reverses(kind: str) -> None:
    """F2"""
    left, reached = ledger.path(kind)

    assert left != reached
    assert ledger.path("reversal", reverses=kind) == (reached, left)


@given(st.lists(st.tuples(kinds, amounts), max_size=30))
def test_money_is_moved_and_never_made(moved: list[tuple[str, int]]) -> None:
    """F2: the five accounts of a fund make zero together, whatever is posted, and once all is reversed each does."""
    accounts = dict.fromkeys(("budget", "available", "reserved", "spent", "expired"), 0)

    def post(path: tuple[str, str], amount: int) -> None:
        accounts[path[0]] -= amount
        accounts[path[1]] += amount

    for kind, amount in moved:
        post(ledger.path(kind), amount)
        assert sum(accounts.values()) == 0
    for kind, amount in reversed(moved):
        post(ledger.path("reversal", kind), amount)
    assert set(accounts.values()) == {0}


@pytest.mark.parametrize("amount", [0, -1, -ledger.MOST])
def test_an_entry_moves_something(amount: int) -> None:
    """F2"""
    with pytest.raises(RuleBroken, match="greater than zero"):
        ledger.check_amount(amount)


def test_an_entry_moves_no_more_than_the_ledger_can_count() -> None:
    """F2"""
    ledger.check_amount(ledger.MOST)
    with pytest.raises(RuleBroken, match="too large"):
        ledger.check_amount(ledger.MOST + 1)


@given(st.integers(min_value=0, max_value=4000))
def test_nothing_is_posted_for_a_day_before_the_fund_began(days: int) -> None:
    """F1"""
    ledger.check_day(DAY + timedelta(days), DAY)
    with pytest.raises(ledger.BeforeItStarts, match=str(DAY)):
        ledger.check_day(DAY - timedelta(days + 1), DAY)


@pytest.mark.parametrize(
    ("currency", "said"),
    [("USD", "1,234,567.89 USD"), ("JPY", "123,456,789 JPY"), ("KWD", "123,456.789 KWD")],
)
def test_an_amount_is_said_in_its_currencys_smallest_coin(currency: str, said: str) -> None:
    """M1"""
    assert ledger.in_words(123_456_789, currency) == said


def test_a_refusal_says_what_is_there_and_what_is_missing() -> None:
    """F4"""
    with pytest.raises(ledger.InsufficientFunds) as refusal:
        ledger.check_held("reserved", 15_000, ledger.Held(0, 10_000), "USD")

    assert str(refusal.value).startswith("Only 100.00 USD is reserved, 50.00 USD less than 150.00 USD.")


def test_an_overdrawn_fund_says_by_how_much_and_what_to_do() -> None:
    """F4: nobody is told that only less than nothing is available."""
    with pytest.raises(ledger.InsufficientFunds) as refusal:
        ledger.check_held("available", 50_00, ledger.Held(-1737_35, 0), "EUR", chosen=False)

    assert str(refusal.value) == (
        "The fund is overdrawn by 1,737.35 EUR, so 50.00 EUR cannot be taken from it."
        " Credit it with at least 1,787.35 EUR first."
    )
    assert (refusal.value.field, refusal.value.missing) == (None, 1787_35)
