"""A chart answers the question that is its title; the same figures stand in a table beside it.

A figure is plain data for plotly.js, in no colours of its own: the page's style sheet gives them. Amounts travel as
text, so that no float ever touches money (M1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date

from app import filters

Number = Decimal | int


@dataclass(frozen=True)
class Chart:
    """A question, the figure that answers it, and the table of the same numbers (heads, rows of words and addresses)."""

    id: str
    question: str
    figure: dict[str, Any]
    heads: Sequence[str]
    rows: Sequence[Sequence[tuple[str, str | None]]]

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to draw."""
        return not any(text not in {"", "0", 0} for trace in self.figure["data"] for text in trace["y"])


def bars(
    id: str,  # noqa: A002
    question: str,
    months: Sequence[date],
    series: Mapping[str, Sequence[Number]],
    unit: str = "",
    hrefs: Mapping[str, Sequence[str]] | None = None,
) -> Chart:
    """Return bars by month, one colour for each series; `unit` is the currency, or empty for counts.

    `hrefs` has the address of the list behind each number.
    """
    names = [month_name(month) for month in months]
    data = [
        {"type": "bar", "name": name, "x": names, "y": [_plotted(value) for value in values]}
        for name, values in series.items()
    ]
    axis: dict[str, Any] = {"type": "linear"}
    if unit:
        axis["title"] = {"text": unit}
    else:
        axis["tickformat"] = "d"
    ticks = {
        "tickmode": "array",
        "tickvals": names,
        "ticktext": [_tick(month, months[0]) for month in months],
    }
    layout = {
        "yaxis": axis,
        "xaxis": {"type": "category", "tickangle": 0, **ticks},
        "showlegend": len(series) > 1,
        "barmode": "group",
    }
    behind = hrefs or {}
    rows = [
        [
            (name, None),
            *(
                (_read(values[place], unit), behind[one][place] if one in behind and values[place] else None)
                for one, values in series.items()
            ),
        ]
        for place, name in enumerate(names)
    ]
    heads = ["Month", *(f"{name}, {unit}" if unit else name for name in series)]
    return Chart(id, question, {"data": data, "layout": layout}, heads, rows)


def last_months(today: date, number: int = 12) -> list[date]:
    """Return the first days of this month and those before it, the oldest first."""
    counted = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(counted - number + 1, counted + 1)]


def month_name(month: date) -> str:
    """Return a month as a reader would say it, short."""
    return _named(month, "MMM y", filters.locale())


@lru_cache(maxsize=1024)
def _named(month: date, form: str, locale: str) -> str:
    return format_date(month, form, locale=locale)


def _tick(month: date, first: date) -> str:
    """Return a month as an axis says it: the year stands only below the first month and below January."""
    name = _named(month, "MMM", filters.locale())
    return f"{name}<br>{month.year}" if month == first or month.month == 1 else name


def _plotted(value: Number) -> int | str:
    return value if isinstance(value, int) else f"{value:f}"


def _read(value: Number, unit: str) -> str:
    return filters.money(value, unit) if unit and isinstance(value, Decimal) else filters.number(value)
