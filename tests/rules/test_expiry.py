"""F6: which money expires when: periods, grace, first in first out, and warnings ahead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.expiry import Standing, Terms, end_before, period_end, warning
from app.rules.periods import DAY

LONG_AGO = date(2000, 1, 1)


@pytest.mark.parametrize(
    ("day", "within", "end"),
    [
        ("2026-01-01", "quarter", "2026-03-31"),
        ("2026-06-30", "quarter", "2026-06-30"),
        ("2026-06-30", "half-year", "2026-06-30"),
        ("2026-07-01", "half-year", "2026-12-31"),
        ("2028-02-29", "year", "2028-12-31"),
    ],
)
def test_a_period_ends_with_its_calendar_part(day: str, within: str, end: str) -> None:
    """F6"""
    assert period_end(date.fromisoformat(day), within) == date.fromisoformat(end)


def test_a_period_is_over_when_its_grace_is() -> None:
    """F6: thirty days after 30 June the last day is 30 July."""
    terms = Terms("half-year", 30, LONG_AGO)

    assert terms.over(date(2026, 7, 30)) == [(date(2025, 12, 31), date(2026, 1, 30))]
    assert terms.over(date(2026, 7, 31)) == [(date(2026, 6, 30), date(2026, 7, 30))]
    assert terms.next(date(2026, 7, 30)) == (date(2026, 6, 30), date(2026, 7, 30))
    assert terms.next(date(2026, 7, 31)) == (date(2026, 12, 31), date(2027, 1, 30))


def test_what_was_agreed_later_ends_no_period_before() -> None:
    """F6: a policy that begins in May lets nothing expire for the winter."""
    terms = Terms("half-year", 0, date(2026, 5, 1))

    assert terms.over(date(2026, 6, 30)) == []
    assert terms.over(date(2026, 7, 1)) == [(date(2026, 6, 30), date(2026, 6, 30))]


def test_a_fund_ends_before_its_period_does() -> None:
    """F6"""
    terms = Terms("year", 0, LONG_AGO, ends_on=date(2026, 9, 30))

    assert terms.next(date(2026, 9, 30)) == (date(2026, 9, 30), date(2026, 9, 30))
    assert terms.over(date(2026, 9, 30)) == [(date(2025, 12, 31), date(2025, 12, 31))]
    assert terms.over(date(2026, 10, 1))[-1] == (date(2026, 9, 30), date(2026, 9, 30))
    assert terms.next(date(2026, 10, 1)) is None


def test_what_may_be_used_for_ever_never_expires() -> None:
    """F6"""
    assert Terms("ever", 0, LONG_AGO).next(date(2026, 1, 1)) is None
    assert Terms("ever", 0, LONG_AGO).over(date(2026, 1, 1)) == []


@given(
    st.dates(date(2003, 1, 1), date(2090, 1, 1)),  # two ends of any period have passed by then
    st.sampled_from(["quarter", "half-year", "year"]),
    st.integers(0, 366),
)
def test_the_next_end_is_the_first_that_is_not_over(day: date, within: str, grace: int) -> None:
    """F6: no period is left out, and none counted twice."""
    terms = Terms(within, grace, LONG_AGO)
    coming = terms.next(day)
    (over,) = terms.over(day)

    assert coming is not None
    assert over[1] < day <= coming[1]
    assert end_before(coming[0], within) == over[0]
    assert period_end(over[0] + DAY, within) == coming[0]


@pytest.mark.parametrize(
    ("left", "days"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)]
)
def test_of_warnings_only_the_nearest_is_due(left: int, days: int | None) -> None:
    """F6"""
    today = date(2026, 5, 1)

    assert warning(today, today + timedelta(left)) == days


@given(
    st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=8),
    st.integers(0, 400),
)
def test_first_in_first_out_is_what_a_till_would_do(lots: list[tuple[int, bool]], used: int) -> None:
    """F6: coin by coin, the oldest are used first; what is left of the period's expires, whatever the sums say."""
    coins = sorted(later for amount, later in lots for _ in range(amount))
    unused = coins[used:]
    available = len(coins) - used
    later = sum(coins)

    assert Standing(available, later, available, later).expires == unused.count(False)
