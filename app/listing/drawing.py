"""The rows of a list, drawn.

A screen has hundreds of cells. A template that calls a macro for each of them takes longer than everything else the page
does, so rows are put together here; badges are still the component's, each drawn once and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup, escape

from app.listing.columns import Column, Getter, shown

NOTHING = '<span class="nothing">–</span>'


def drawn(columns: Sequence[Column], items: Iterable[Any], href: Getter | None) -> Markup:
    """Return the rows of these items; `href` gives the address a row opens."""
    rows = (_row(columns, item, href(item) if href else None) for item in items)
    return Markup("".join(rows))  # noqa: S704 - every value was escaped where it was written


def _row(columns: Sequence[Column], item: Any, href: str | None) -> str:
    opening = '<tr class="opens" role="row">' if href else '<tr role="row">'
    cells = [_linked(column, item) for column in columns[1:]]
    return "".join((opening, _first(columns[0], item, href), *cells, "</tr>\n"))


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
    currency = column.currency(item) if column.currency else None
    text = shown(column.kind, column.value(item), currency)
    if not text:
        return NOTHING
    if column.kind == "badge":
        return _badge(text, (column.tone(item) if column.tone else None) or "neutral")
    if column.kind == "tier":
        return _tier(text)
    if currency and column.kind in {"money", "unit_price"}:
        return f'{escape(text)} <span class="unit">{escape(currency)}</span>'
    return escape(text)


@lru_cache(maxsize=512)
def _badge(word: str, tone: str) -> str:
    return str(get_template_attribute("components/badge.html", "badge")(word, tone))


@lru_cache(maxsize=128)
def _tier(name: str) -> str:
    return str(get_template_attribute("components/badge.html", "tier_badge")(name))
