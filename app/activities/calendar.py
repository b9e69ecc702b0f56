"""A month of activities: a grid of days, which on a narrow screen reads as an agenda.

Everything is in the page: the way to the month before and after are links, so it works by keyboard and without scripts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from itertools import count
from typing import Any

from babel import Locale
from babel.dates import format_date, get_day_names
from flask import request, url_for
from sqlalchemy import select

from app import scope
from app.activities import words
from app.extensions import db
from app.filters import locale
from app.models import Activity, ActivityStatus, Partner

MOST = 400
"""Of so many activities a month is drawn; a month with more is read in the list."""
PER_DAY = 4
HIDDEN = (ActivityStatus.DECLINED, ActivityStatus.CANCELLED)
WEEK = 7
DECEMBER = 12


@dataclass(frozen=True)
class Shown:
    """An activity as a day shows it."""

    id: int
    title: str
    partner: str | None
    status: str
    tone: str
    is_joint: bool
    begins: bool
    ends: bool
    until: date
    lane: int
    """The line it has on each of its days, so that it is drawn through."""

    @property
    def is_beyond(self) -> bool:
        """Say whether the grid has no room for it: an agenda shows it still."""
        return self.lane >= PER_DAY

    @property
    def href(self) -> str:
        """Return where it is read."""
        return words.address(self.id)


@dataclass(frozen=True)
class Day:
    """A day of the grid, with what takes place on it."""

    on: date
    is_of_month: bool
    is_today: bool
    shown: Sequence[Shown | None]
    """What takes place, by its line; None where a line is empty on this day."""
    more: int
    more_href: str | None

    @property
    def name(self) -> str:
        """Return the day in full, for an agenda and for who listens."""
        return format_date(self.on, "EEEE, d MMMM", locale=locale())

    @property
    def is_quiet(self) -> bool:
        """Say whether an agenda has nothing to say of this day."""
        return not any(one is not None and one.begins for one in self.shown)


@dataclass(frozen=True)
class Month:
    """A month, its weeks, and the ways around it."""

    first: date
    weeks: Sequence[Sequence[Day | None]]
    weekdays: Sequence[tuple[str, str]]
    count: int
    is_cut: bool
    previous_href: str | None
    next_href: str | None
    today_href: str
    list_href: str

    @property
    def name(self) -> str:
        """Return the month in the reader's language."""
        return format_date(self.first, "LLLL y", locale=locale())

    @property
    def value(self) -> str:
        """Return the month as a field of months writes it."""
        return f"{self.first.year:04}-{self.first.month:02}"


def month() -> Month:
    """Return the month that is asked for; without one, or with nonsense, the present one."""
    today = scope.today()
    first = asked(request.args.get("month", ""), today)
    last = last_of(first)
    found = _between(first, last)
    days = _days(found[:MOST], first, last)
    return Month(
        first,
        _weeks(first, last, today, days),
        _weekdays(),
        len(found[:MOST]),
        len(found) > MOST,
        _href(_before(first)),
        _href(_after(last)),
        url_for(".calendar"),
        _list(first, last),
    )


def asked(given: str, today: date) -> date:
    """Return the first day of a month written as 2026-11; of today's when it is none."""
    year, _, number = given.partition("-")
    is_one = len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()  # noqa: PLR2004
    if not is_one or not MINYEAR <= int(year) <= MAXYEAR or not 1 <= int(number) <= DECEMBER:
        return today.replace(day=1)
    return date(int(year), int(number), 1)


def last_of(first: date) -> date:
    """Return the last day of a month, also of the last one there is."""
    following = _after(first.replace(day=28))
    return date(first.year, DECEMBER, 31) if following is None else following - timedelta(days=1)


def _after(day: date) -> date | None:
    year, number = (day.year + 1, 1) if day.month == DECEMBER else (day.year, day.month + 1)
    return date(year, number, 1) if year <= MAXYEAR else None


def _before(first: date) -> date | None:
    year, number = (first.year - 1, DECEMBER) if first.month == 1 else (first.year, first.month - 1)
    return date(year, number, 1) if year >= MINYEAR else None


def _href(first: date | None) -> str | None:
    return None if first is None else url_for(".calendar", month=f"{first.year:04}-{first.month:02}")


def _list(first: date, last: date) -> str:
    """Return where the activities of these days are listed."""
    days: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat()}
    return url_for(".index", **days)


def _between(first: date, last: date) -> list[Any]:
    """Return what takes place in these days and was not declined or called off, in one question."""
    asked_for = (
        select(
            Activity.id,
            Activity.title,
            Activity.starts_on,
            Activity.ends_on,
            Activity.status,
            Activity.joint_id,
            Partner.name.label("partner"),
        )
        .outerjoin(Partner, Partner.id == Activity.partner_id)
        .where(Activity.starts_on <= last, Activity.ends_on >= first, Activity.status.not_in(HIDDEN))
        .order_by(Activity.starts_on, Activity.id)
        .limit(MOST + 1)
    )
    return list(db.session.execute(asked_for))


def _days(found: Sequence[Any], first: date, last: date) -> dict[date, dict[int, Shown]]:
    """Return what is on each day of the month, by its line; what began before it begins on its first day for an agenda."""
    days: dict[date, dict[int, Shown]] = defaultdict(dict)
    for one in found:
        begin, end = max(one.starts_on, first), min(one.ends_on, last)
        taken = [begin + timedelta(days=place) for place in range((end - begin).days + 1)]
        lane = next(lane for lane in count() if all(lane not in days[on] for on in taken))
        for on in taken:
            days[on][lane] = _shown(one, lane, begins=on == begin, ends=on == one.ends_on)
    return days


def _shown(one: Any, lane: int, *, begins: bool, ends: bool) -> Shown:
    return Shown(
        one.id,
        one.title,
        one.partner,
        one.status.value.capitalize(),
        words.TONES[one.status],
        one.joint_id is not None,
        begins,
        ends,
        one.ends_on,
        lane,
    )


def _weeks(
    first: date, last: date, today: date, days: dict[date, dict[int, Shown]]
) -> Sequence[Sequence[Day | None]]:
    """Return the weeks of the month from the locale's first weekday on; a day of no year there is is None."""
    begin = first.toordinal() - (first.weekday() - Locale.parse(locale()).first_week_day) % WEEK
    weeks: list[list[Day | None]] = []
    for monday in range(begin, last.toordinal() + 1, WEEK):
        numbers = range(monday, monday + WEEK)
        weeks.append(
            [_day(date.fromordinal(n), first, today, days) if _is_a_day(n) else None for n in numbers]
        )
    return weeks


def _is_a_day(number: int) -> bool:
    """Say whether there is such a day: a calendar begins with the year 1."""
    return date.min.toordinal() <= number <= date.max.toordinal()


def _day(on: date, first: date, today: date, days: dict[date, dict[int, Shown]]) -> Day:
    found = days.get(on, {})
    lanes = range(max((lane for lane in found if lane < PER_DAY), default=-1) + 1)
    further = [one for lane, one in sorted(found.items()) if lane >= PER_DAY and one.begins]
    shown = [*(found.get(lane) for lane in lanes), *further]
    more = sum(lane >= PER_DAY for lane in found)
    href = _list(on, on) if more else None
    is_of_month = (on.year, on.month) == (first.year, first.month)
    return Day(on, is_of_month, on == today, shown, more, href)


def _weekdays() -> Sequence[tuple[str, str]]:
    """Return the names of the weekdays, short and whole, from the locale's first on."""
    begin = Locale.parse(locale()).first_week_day
    short, whole = get_day_names("abbreviated", locale=locale()), get_day_names("wide", locale=locale())
    return [(short[(begin + place) % WEEK], whole[(begin + place) % WEEK]) for place in range(WEEK)]
