"""F6: money that must be used within calendar periods, or by a day, expires unspent.

Periods are calendar quarters, halves and years, from 1 January; after the end of one there may be some days of grace.
What was credited for days up to the end of a period and is still unused when the last day is over expires then. Money is used
in the order in which it was credited: first in, first out. Used is whatever left the available balance and did not
come back: debits, what activities reserve and cost, transfers out, what expired.

So nothing has to be followed coin by coin: what was used is all that was ever credited without what is available now,
and of what is available, the part credited for later days stays.

    expires = available − credited for days after the end, never below zero

What comes back or in after the last day, such as the rest of an activity or a deal confirmed late, is for the next
period's end. After the fund's own last day there is none, so it expires as soon as somebody looks. What staff took back
of an expiry counts as credited on the day they did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.rules.periods import DAY, add_months

MONTHS = {"quarter": 3, "half-year": 6, "year": 12}
AHEAD = (60, 30, 7)
"""Days before the end at which a warning is given."""


@dataclass(frozen=True)
class Standing:
    """Minor units available and, among all credited, those credited for days after an end; then, and now."""

    held_then: int
    later_then: int
    held: int
    later: int

    @property
    def expires(self) -> int:
        """What expires: unused when the last day was over, and not used since."""
        return max(0, min(self.held_then - self.later_then, self.left))

    @property
    def left(self) -> int:
        """What is available now without what was credited for later days, whenever it came back or in."""
        return max(0, self.held - self.later)


@dataclass(frozen=True)
class Terms:
    """When money of a fund has to be used: within periods that end from a day on, with grace, and by the fund's end."""

    use_within: str
    grace_days: int
    since: date
    ends_on: date | None = None

    def over(self, today: date) -> list[tuple[date, date]]:
        """Return the ends that are over, each with its last day: of the periods only the latest, and the fund's."""
        ends: list[tuple[date, date]] = []
        if self.use_within in MONTHS:
            end = period_end(today - timedelta(self.grace_days), self.use_within)
            while not end + timedelta(self.grace_days) < today:
                end = end_before(end, self.use_within)
            if end >= self.since:
                ends.append((end, end + timedelta(self.grace_days)))
        if self.ends_on is not None:
            ends = [both for both in ends if both[1] < self.ends_on]
            if self.ends_on < today:
                ends.append((self.ends_on, self.ends_on))
        return ends

    def next(self, today: date) -> tuple[date, date] | None:
        """Return the nearest end still to come, and its last day; None when nothing ever expires."""
        coming = [] if self.ends_on is None or self.ends_on < today else [(self.ends_on, self.ends_on)]
        if self.use_within in MONTHS:
            end = period_end(max(today - timedelta(self.grace_days), self.since), self.use_within)
            last = end + timedelta(self.grace_days)
            if self.ends_on is None or last < self.ends_on:
                coming.append((end, last))
        return min(coming, key=lambda both: both[1], default=None)


def period_end(day: date, use_within: str) -> date:
    """The last day of the calendar period that holds a day."""
    months = MONTHS[use_within]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return add_months(first, months) - DAY


def end_before(end: date, use_within: str) -> date:
    """The last day of the period before the one with this last day."""
    return add_months(end + DAY, -MONTHS[use_within]) - DAY


def warning(today: date, last_day: date) -> int | None:
    """Which warning is due: the nearest of 60, 30 and 7 days ahead; None when the day is further, or over."""
    left = (last_day - today).days
    return next((days for days in sorted(AHEAD) if 0 <= left <= days), None)
