"""The periods a statement is usually asked for: this month, the month before, this quarter and year, the ones before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.rules.periods import DAY, add_months


@dataclass(frozen=True)
class Preset:
    """Days a statement is asked for, by their name."""

    name: str
    first: date
    last: date


def presets(today: date) -> list[Preset]:
    """Return the usual periods, none of which ends in the future."""
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    year = date(today.year, 1, 1)
    return [
        Preset("This month", month, today),
        Preset("Last month", add_months(month, -1), month - DAY),
        Preset("This quarter", quarter, today),
        Preset("Last quarter", add_months(quarter, -3), quarter - DAY),
        Preset("This year", year, today),
        Preset("Last year", date(today.year - 1, 1, 1), year - DAY),
    ]
