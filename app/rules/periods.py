"""P8, P9, M4: which days a window holds, when a review is due, and calendar arithmetic.

Days are calendar days; every range here is inclusive at both ends. Adding months keeps the day of the month and
falls back to the last day of a shorter month, always counted from the first start: a partnership begun on
29 February has its anniversaries on 28 February in common years and on 29 February in leap years.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.rules.refusals import RuleBroken, shown

DAY = timedelta(days=1)


class WindowKind(StrEnum):
    """The kinds of time windows of P8."""

    PROGRAM_YEAR = "program year"
    PARTNERSHIP_YEAR = "partnership year"
    CALENDAR_YEAR = "calendar year"
    QUARTER = "quarter"
    ROLLING = "rolling"
    TIER_CHANGE = "since the last tier change"
    EVER = "ever"


@dataclass(frozen=True)
class Window:
    """Which days count, seen from the day asked for. `months` belongs to a rolling window only."""

    kind: WindowKind = WindowKind.PROGRAM_YEAR
    months: int = 0

    @classmethod
    def parse(cls, text: object) -> Window:
        """Read `program year`, `rolling 12 months`, …; RuleBroken names the allowed ones."""
        if isinstance(text, str):
            if rolling := re.fullmatch(r"rolling ([1-9][0-9]{0,2}) months?", text, re.ASCII):
                return cls(WindowKind.ROLLING, int(rolling[1]))
            if text != WindowKind.ROLLING and text in set(WindowKind):
                return cls(WindowKind(text))
        raise RuleBroken(f"{shown(text)} is not a window. Use one of: {', '.join(window_names())}.", "over")

    @property
    def has_a_period_before(self) -> bool:
        """Whether growth against the period before makes sense."""
        return self.kind not in (WindowKind.TIER_CHANGE, WindowKind.EVER)

    def __str__(self) -> str:
        return _months(self.months, "rolling") if self.kind is WindowKind.ROLLING else self.kind.value

    def phrase(self) -> str:
        """The window at the end of a sentence."""
        match self.kind:
            case WindowKind.EVER:
                return "over all time"
            case WindowKind.ROLLING:
                return f"over the {_months(self.months, 'last')}"
            case WindowKind.TIER_CHANGE:
                return self.kind.value
            case _:
                return f"per {self.kind.value}"


PROGRAM_YEAR: Final[Window] = Window(WindowKind.PROGRAM_YEAR)
EVER: Final[Window] = Window(WindowKind.EVER)


def window_names() -> list[str]:
    """Every way to write a window, for messages and choices."""
    return ["rolling N months" if kind is WindowKind.ROLLING else kind.value for kind in WindowKind]


@dataclass(frozen=True)
class Days:
    """Calendar days from `first` to `last`, both included; None is without end on that side."""

    first: date | None
    last: date | None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def until(self, day: date) -> Days:
        """The same days, but none after `day`."""
        return Days(self.first, day if self.last is None else min(self.last, day))

    def __str__(self) -> str:
        match self.first, self.last:
            case None, None:
                return "all time"
            case None, last:
                return f"up to {last}"
            case first, None:
                return f"since {first}"
            case first, last:
                return f"{first} to {last}"


EVERY_DAY: Final = Days(None, None)
ASKABLE: Final = Days(date(1900, 1, 1), date(2999, 12, 31))
"""The days a verdict can be asked for: far enough from the ends of the calendar for windows and reviews."""


@dataclass(frozen=True)
class Anchors:
    """The days that windows hang on: when a program year starts (month, day), and the partnership's own days."""

    year_starts: tuple[int, int] = (1, 1)
    partnership_started: date | None = None
    tier_changed: date | None = None


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (or earlier), or that month's last day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The anniversary: 29 February falls on the 28th in a common year."""
    return add_months(day, 12 * years)


def last_day_of(start: date, months: int) -> date:
    """The last day of a period that begins at `start` and takes so many months."""
    return add_months(start, months) - DAY


def year_around(day: date, start: date) -> Days:
    """The year that holds `day`, of years counted from `start` (both before and after it)."""
    number = day.year - start.year
    if add_years(start, number) > day:
        number -= 1
    return Days(add_years(start, number), add_years(start, number + 1) - DAY)


def quarter_around(day: date) -> Days:
    """The calendar quarter that holds `day`."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return Days(first, last_day_of(first, 3))


def period(window: Window, day: date, anchors: Anchors) -> Days:
    """The whole period that holds `day`. Without a partnership its windows hold every day."""
    begun = anchors.partnership_started
    match window.kind:
        case WindowKind.PROGRAM_YEAR:
            days = year_around(day, date(2000, *anchors.year_starts))
        case WindowKind.CALENDAR_YEAR:
            days = Days(date(day.year, 1, 1), date(day.year, 12, 31))
        case WindowKind.QUARTER:
            days = quarter_around(day)
        case WindowKind.ROLLING:
            days = Days(add_months(day + DAY, -window.months), day)
        case WindowKind.PARTNERSHIP_YEAR if begun:
            days = year_around(day, begun)
        case WindowKind.TIER_CHANGE:
            days = Days(anchors.tier_changed or begun, None)
        case _:
            days = EVERY_DAY
    return days


def counted(window: Window, day: date, anchors: Anchors, *, before: bool = False) -> Days:
    """The days whose facts count on `day`: its period up to the day itself, or the whole period before."""
    now = period(window, day, anchors)
    if not before:
        return now.until(day)
    if now.first is None or not window.has_a_period_before:
        return Days(day, day - DAY)
    return period(window, now.first - DAY, anchors)


REVIEW_MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}


def is_review_day(day: date, review: str, year_starts: tuple[int, int] = (1, 1)) -> bool:
    """P9: reviews take place on the last day of each month, quarter, half or whole program year."""
    return review_after(day - DAY, review, year_starts) == day


def review_after(day: date, review: str, year_starts: tuple[int, int] = (1, 1)) -> date:
    """The next review day that lies after `day`."""
    first = year_around(day, date(2000, *year_starts)).first
    if first is None:  # a year always has a first day
        raise ValueError(day)
    steps = range(REVIEW_MONTHS[review], 24 + 1, REVIEW_MONTHS[review])
    return next(end for end in (last_day_of(first, step) for step in steps) if end > day)


def _months(number: int, word: str) -> str:
    return f"{word} {number} month{'' if number == 1 else 's'}"
