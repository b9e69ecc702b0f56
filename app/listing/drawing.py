"""The rows of a list, drawn.

A screen has hundreds of cells. A template that calls a macro for each of them takes longer than everything else the page
does, so rows are put together here; badges are still the component's, each drawn once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup, escape

from app import filters as formats
from app.listing.columns import Column, Getter

NOTHING = '<span class="nothing">–</span>'


def drawn(
    columns: Sequence[Column], items: Iterable[Any], href: Getter | None, picked: Getter | None = None
) -> Markup:
    """Return the rows of these items; `href` gives the address a row opens, `picked` its number in a tick box."""
    rows = (
        _row(columns, item, href(item) if href else None, picked(item) if picked else None) for item in items
    )
    return Markup("".join(rows))  # noqa: S704 - every value was escaped where it was written


def _row(columns: Sequence[Column], item: Any, href: str | None, number: str | None) -> str:
    opening = '<tr class="opens" role="row">' if href else '<tr role="row">'
    tick = "" if number is None else _tick(number, columns[0].value(item))
    cells = [_linked(column, item) for column in columns[1:]]
    return "".join((opening, tick, _first(columns[0], item, href), *cells, "</tr>\n"))


def _tick(number: str, title: Any) -> str:
    """Return the cell with the box that selects a row."""
    label = escape(f"Select {title}")
    return (
        '<td role="cell" class="kind-pick"><input class="form-check-input pick" type="checkbox" form="bulk"'
        f' name="row" value="{number}" aria-label="{label}"></td>'
    )


def _first(column: Column, item: Any, href: str | None) -> str:
    """Return the cell that leads the row, and opens it."""
    if href:
        return f'{column.opening(leads=True)}<a class="opens-row" href="{escape(href)}">{_value(column, item)}</a></td>'
    else:
        return _linked(column, item, leads=True)


def _linked(column: Column, item: Any, *, leads: bool = False) -> str:
    beside = column.href(item) if column.href else None
    value = _value(column, item)
    if beside:
        return f'{column.opening(leads)}<a class="beside" href="{escape(beside)}">{value}</a></td>'
    else:
        return f"{column.opening(leads)}<span>{value}</span></td>"


def _value(column: Column, item: Any) -> str:
    value = column.value(item)
    if value is None or value == "":
        return NOTHING
    return WRITERS.get(column.kind, _text)(column, item, value)


def _text(_column: Column, _item: Any, value: Any) -> str:
    return escape(str(value))


def _money(column: Column, item: Any, value: Any) -> str:
    return _of(column, item, value, formats.money)


def _unit_price(column: Column, item: Any, value: Any) -> str:
    return _of(column, item, value, formats.unit_price)


def _of(column: Column, item: Any, value: Any, written: Callable[[Any, str | None], str]) -> str:
    """Return an amount, and its currency where the list knows it."""
    currency = column.currency(item) if column.currency else None
    text = escape(written(value, currency))
    return f'{text} <span class="unit">{escape(currency)}</span>' if currency else text


def _badge(column: Column, item: Any, value: Any) -> str:
    return _mark(str(value), (column.tone(item) if column.tone else None) or "neutral")


@lru_cache(maxsize=512)
def _mark(word: str, tone: str) -> str:
    return str(get_template_attribute("components/badge.html", "badge")(word, tone))


def _tier(_column: Column, _item: Any, value: Any) -> str:
    return _metal(str(value))


@lru_cache(maxsize=128)
def _metal(name: str) -> str:
    return str(get_template_attribute("components/badge.html", "tier_badge")(name))


WRITERS: dict[str, Callable[[Column, Any, Any], str]] = {
    "money": _money,
    "unit_price": _unit_price,
    "badge": _badge,
    "tier": _tier,
    "number": lambda _column, _item, value: formats.number(value),
    "percent": lambda _column, _item, value: formats.percent(value),
    "day": lambda _column, _item, value: formats.day(value),
    "when": lambda _column, _item, value: formats.when(value),
}
