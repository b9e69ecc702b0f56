"""How the balance of a fund went, as a small drawing with its table: what stood at the end of each month.

It is drawn here, not by the chart library: a page that opens with a million entries behind it asks thirteen of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.charts import last_months, month_name
from app.models.funds.fund_reading import FundHead, balances_before

WIDTH, HEIGHT, EDGE = 640, 196, 6
MONTHS = 12
FEWEST = 2
"""So many months at least make a picture."""


@dataclass(frozen=True)
class Point:
    """What stood in the fund at the end of a month, or stands now."""

    name: str
    available: Decimal
    reserved: Decimal
    x: int
    y: int


@dataclass(frozen=True)
class Picture:
    """The balance over time: where the lines run, and the figures behind them."""

    points: Sequence[Point]
    zero: int
    line: str
    area: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def lowest(self) -> Point:
        """The point with the least money."""
        return min(self.points, key=lambda one: one.available)

    @property
    def highest(self) -> Point:
        """The point with the most money."""
        return max(self.points, key=lambda one: one.available)


def picture(session: Session, head: FundHead) -> Picture | None:
    """Return the picture of the last twelve months; None while there is nothing to see in it."""
    if not head.entries:
        return None
    months = [month for month in last_months(head.today, MONTHS + 1) if _next(month) > head.starts_on]
    ends = [datetime.combine(_next(month), time.min, ZoneInfo(head.zone)) for month in months]
    stood = balances_before(session, head.id, ends)
    names = [*(month_name(month) for month in months[:-1]), "Today"]
    if len(names) < FEWEST or not any(available or reserved for available, reserved in stood):
        return None
    return _drawn(head, names, stood)


def _drawn(head: FundHead, names: Sequence[str], stood: Sequence[tuple[int, int]]) -> Picture:
    most = max(0, *(available for available, _ in stood))
    least = min(0, *(available for available, _ in stood))
    zero = _height(0, least, most)
    points = [
        Point(
            name,
            head.money(available),
            head.money(reserved),
            EDGE + place * (WIDTH - 2 * EDGE) // (len(names) - 1),
            _height(available, least, most),
        )
        for place, (name, (available, reserved)) in enumerate(zip(names, stood, strict=True))
    ]
    line = " ".join(f"{'L' if place else 'M'}{one.x} {one.y}" for place, one in enumerate(points))
    area = f"{line} L{points[-1].x} {zero} L{points[0].x} {zero} Z"
    return Picture(points, zero, line, area)


def _height(units: int, least: int, most: int) -> int:
    """Return how far from the top an amount is drawn."""
    return EDGE + (most - units) * (HEIGHT - 2 * EDGE) // max(most - least, 1)


def _next(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
