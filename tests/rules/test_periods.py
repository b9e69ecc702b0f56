"""P8, P9: windows, reviews and calendar arithmetic."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.periods import (
    Anchors,
    Days,
    Window,
    add_months,
    add_years,
    counted,
    is_review_day,
    period,
    quarter_around,
    review_after,
    year_around,
)

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
APRIL = Anchors(year_starts=(4, 1), partnership_started=date(2012, 2, 29), tier_changed=date(2013, 5, 7))


@pytest.mark.parametrize(
    ("window", "day", "first", "last"),
    [
        ("program year", date(2013, 3, 31), date(2012, 4, 1), date(2013, 3, 31)),
        ("program year", date(2013, 4, 1), date(2013, 4, 1), date(2013, 4, 1)),
        ("calendar year", date(2013, 12, 31), date(2013, 1, 1), date(2013, 12, 31)),
        ("quarter", date(2013, 5, 9), date(2013, 4, 1), date(2013, 5, 9)),
        ("partnership year", date(2013, 2, 27), date(2012, 2, 29), date(2013, 2, 27)),
        ("partnership year", date(2013, 2, 28), date(2013, 2, 28), date(2013, 2, 28)),
        ("partnership year", date(2016, 2, 28), date(2015, 2, 28), date(2016, 2, 28)),
        ("partnership year", date(2016, 2, 29), date(2016, 2, 29), date(2016, 2, 29)),
        ("rolling 12 months", date(2013, 12, 31), date(2013, 1, 1), date(2013, 12, 31)),
        ("rolling 1 month", date(2013, 3, 30), date(2013, 2, 28), date(2013, 3, 30)),
        ("since the last tier change", date(2013, 6, 1), date(2013, 5, 7), date(2013, 6, 1)),
        ("ever", date(2013, 6, 1), None, date(2013, 6, 1)),
    ],
)
def test_a_window_holds_the_days_of_its_period_up_to_the_day(
    window: str, day: date, first: date | None, last: date | None
) -> None:
    """P8"""
    assert counted(Window.parse(window), day, APRIL) == Days(first, last)


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        ("program year", date(2012, 4, 1), date(2013, 3, 31)),
        ("calendar year", date(2012, 1, 1), date(2012, 12, 31)),
        ("quarter", date(2013, 4, 1), date(2013, 6, 30)),
        ("partnership year", date(2012, 2, 29), date(2013, 2, 27)),
        ("rolling 3 months", date(2013, 2, 16), date(2013, 5, 15)),
    ],
)
def test_the_period_before_is_counted_whole(window: str, first: date | None, last: date | None) -> None:
    """P8"""
    assert counted(Window.parse(window), date(2013, 8, 15), APRIL, before=True) == Days(first, last)


def test_a_window_without_a_period_before_counts_nothing_before() -> None:
    """P8"""
    nothing = counted(Window.parse("ever"), date(2013, 8, 15), APRIL, before=True)

    assert date(2013, 8, 14) not in nothing
    assert date(2013, 8, 15) not in nothing


@settings(max_examples=25, deadline=None)
@given(day=days, start=days)
def test_years_follow_each_other_without_gap_or_overlap(day: date, start: date) -> None:
    """P8"""
    year = year_around(day, start)

    assert year.first
    assert year.last
    assert day in year
    assert year_around(year.last + timedelta(days=1), start).first == year.last + timedelta(days=1)
    assert year_around(year.first, start) == year


@settings(max_examples=25, deadline=None)
@given(day=days, months=st.integers(-240, 240))
def test_adding_months_lands_in_the_month_and_never_on_a_later_day(day: date, months: int) -> None:
    """P8"""
    later = add_months(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@settings(max_examples=25, deadline=None)
@given(
    day=days,
    window=st.sampled_from(
        ["program year", "calendar year", "quarter", "rolling 5 months", "partnership year"]
    ),
)
def test_the_day_asked_for_counts_and_no_later_one(day: date, window: str) -> None:
    """P8"""
    now = counted(Window.parse(window), day, APRIL)

    assert now.last == day
    assert now.first
    assert now.first <= day
    assert day in period(Window.parse(window), day, APRIL)


def test_29_february_is_the_28th_in_a_common_year() -> None:
    """P8"""
    assert add_years(date(2012, 2, 29), 1) == date(2013, 2, 28)
    assert add_years(date(2012, 2, 29), 4) == date(2016, 2, 29)


def test_a_quarter_is_three_months() -> None:
    """P8"""
    assert quarter_around(date(2013, 12, 31)) == Days(date(2013, 10, 1), date(2013, 12, 31))


@pytest.mark.parametrize(
    ("review", "after", "due"),
    [
        ("monthly", date(2013, 1, 31), date(2013, 2, 28)),
        ("quarterly", date(2013, 1, 31), date(2013, 3, 31)),
        ("half-yearly", date(2013, 6, 30), date(2013, 12, 31)),
        ("yearly", date(2013, 6, 30), date(2013, 12, 31)),
        ("yearly", date(2013, 12, 31), date(2014, 12, 31)),
    ],
)
def test_a_review_takes_place_on_the_last_day_of_its_period(review: str, after: date, due: date) -> None:
    """P9"""
    assert review_after(after, review) == due
    assert is_review_day(due, review)
    assert not is_review_day(due - timedelta(days=1), review)


def test_reviews_follow_the_program_year() -> None:
    """P9"""
    assert review_after(date(2013, 1, 1), "yearly", (4, 1)) == date(2013, 3, 31)
    assert review_after(date(2013, 1, 1), "quarterly", (5, 1)) == date(2013, 1, 31)


def test_days_say_themselves() -> None:
    """P5"""
    assert str(Days(None, None)) == "all time"
    assert str(Days(date(2013, 1, 1), None)) == "since 2013-01-01"
    assert str(Days(None, date(2013, 1, 1))) == "up to 2013-01-01"
    assert str(Days(date(2013, 1, 1), date(2013, 1, 2))) == "2013-01-01 to 2013-01-02"
