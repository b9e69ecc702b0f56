"""The rows of a list, drawn.

A screen has hundreds of cells. A template that calls a macro for each of them takes longer than everything else the page
does, so rows are put together here: what is the same in every row is asked of a column once; badges are still the
component's, each drawn once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup

from app import filters as formats
from app.filters import escaped
from app.listing.columns import Column, Getter

NOTHING = '<span class="nothing">–</span>'
Cell = Callable[[Any], str]
Writer = Callable[[Any, Any], str]


def drawn(
    columns: Sequence[Column], items: Iterable[Any], href: Getter | None, picked: Getter | None = None
) -> Markup:
    """Return the rows of these items; `href` gives the address a row opens, `picked` its number in a tick box."""
    lead, others = columns[0], [_cell(column) for column in columns[1:]]
    opens = _opening_cell(lead, href) if href else _cell(lead, leads=True)
    begins = '<tr class="opens" role="row">' if href else '<tr role="row">'
    with formats.read_by(formats.locale(), formats.time_zone()):
        rows = [
            "".join(
                (
                    begins,
                    _tick(picked(item), lead.value(item)) if picked else "",
                    opens(item),
                    *[cell(item) for cell in others],
                    "</tr>\n",
                )
            )
            for item in items
        ]
    return Markup("".join(rows))  # noqa: S704 - every value was escaped where it was written


def _tick(number: str, title: Any) -> str:
    """Return the cell with the box that selects a row."""
    return (
        '<td role="cell" class="kind-pick"><input class="form-check-input pick" type="checkbox" form="bulk"'
        f' name="row" value="{number}" aria-label="{escaped(f"Select {title}")}"></td>'
    )


def _opening_cell(column: Column, href: Getter) -> Cell:
    """Return what draws the cell that leads a row, and opens it where there is something to open."""
    begins, plain, value = column.opening(leads=True), _cell(column, leads=True), _value(column)

    def cell(item: Any) -> str:
        address = href(item)
        if not address:
            return plain(item)
        return f'{begins}<a class="opens-row" href="{escaped(address)}">{value(item)}</a></td>'

    return cell


def _cell(column: Column, *, leads: bool = False) -> Cell:
    """Return what draws the cells of a column."""
    begins, value, beside = column.opening(leads), _value(column), column.href
    if beside is None:
        return lambda item: f"{begins}<span>{value(item)}</span></td>"

    def cell(item: Any) -> str:
        address = beside(item)
        if address:
            return f'{begins}<a class="beside" href="{escaped(address)}">{value(item)}</a></td>'
        return f"{begins}<span>{value(item)}</span></td>"

    return cell


def _value(column: Column) -> Cell:
    """Return what writes the values of a column."""
    read, write = column.value, WRITERS.get(column.kind, _text)(column)

    def value(item: Any) -> str:
        known = read(item)
        return NOTHING if known is None or known == "" else write(item, known)

    return value


def _text(_column: Column) -> Writer:
    return lambda _item, value: escaped(str(value))


def _amount(written: Callable[[Any, str | None], str]) -> Callable[[Column], Writer]:
    """Return what writes amounts, each with its currency where the list knows it."""

    def of(column: Column) -> Writer:
        currency_of = column.currency
        if currency_of is None:
            return lambda _item, value: escaped(written(value, None))

        def write(item: Any, value: Any) -> str:
            currency = currency_of(item)
            text = escaped(written(value, currency))
            return f'{text} <span class="unit">{escaped(currency)}</span>' if currency else text

        return write

    return of


def _badge(column: Column) -> Writer:
    tone = column.tone
    if tone is None:
        return lambda _item, value: _mark(str(value), "neutral")
    return lambda item, value: _mark(str(value), tone(item) or "neutral")


@lru_cache(maxsize=512)
def _mark(word: str, tone: str) -> str:
    return str(get_template_attribute("components/badge.html", "badge")(word, tone))


@lru_cache(maxsize=128)
def _metal(name: str) -> str:
    return str(get_template_attribute("components/badge.html", "tier_badge")(name))


WRITERS: dict[str, Callable[[Column], Writer]] = {
    "money": _amount(formats.money),
    "unit_price": _amount(formats.unit_price),
    "badge": _badge,
    "tier": lambda _column: lambda _item, value: _metal(str(value)),
    "number": lambda _column: lambda _item, value: formats.number(value),
    "percent": lambda _column: lambda _item, value: formats.percent(value),
    "day": lambda _column: lambda _item, value: formats.day(value),
    "when": lambda _column: lambda _item, value: formats.when(value),
}
