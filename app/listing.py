"""Lists: search, filters kept in the URL, sorting, paging by key, and export of what is shown.

A face declares a `Listing`; `page()` answers one screen of it, and `routes()` puts .csv and .xlsx beside it.
Pages go by the last row seen, never by offset, and totals are counted up to 10,001 only.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from flask import Blueprint, Response, abort, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, and_, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app import filters as formats
from app import scope
from app.database import new_session
from app.extensions import db

SIZE = 25
COUNTED = 10_001
SHEET_ROWS = 100_000
HARMFUL = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")

Getter = Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """A column: `value` takes the row; `sort` is an expression that is never null."""

    name: str
    label: str
    value: Getter
    sort: Any = None
    kind: str = "text"  # text money number percent day when badge
    currency: Getter | None = None
    tone: Getter | None = None
    href: Getter | None = None

    @property
    def sortable(self) -> bool:
        """Say whether the list may be ordered by this column."""
        return self.sort is not None


@dataclass(frozen=True)
class Filter:
    """A filter: `where` turns the text in the URL into a condition, or raises ValueError."""

    name: str
    label: str
    where: Callable[[str], ColumnElement[bool]]
    kind: str = "text"
    choices: Callable[[], Sequence[tuple[Any, str]]] | Sequence[tuple[Any, str]] = ()

    def options(self) -> Sequence[tuple[Any, str]]:
        """Return the choices as (value, label)."""
        return self.choices() if callable(self.choices) else self.choices


def choice(name: str, label: str, choices: Any, where: Callable[[str], Any]) -> Filter:
    """Return a filter of one among some choices (value, label), or a callable that gives them."""
    return Filter(name, label, where, "choice", choices)


def text(name: str, label: str, where: Callable[[str], Any]) -> Filter:
    """Return a filter by text."""
    return Filter(name, label, where)


def day(name: str, label: str, where: Callable[[date], Any]) -> Filter:
    """Return a filter by a calendar day."""
    return Filter(name, label, lambda given: where(date.fromisoformat(given)), "day")


def matches(search: Any, words: str) -> ColumnElement[bool]:
    """Return the condition that a search column holds all words, the last one perhaps unfinished."""
    terms = [term for term in "".join(c if c.isalnum() else " " for c in words).split() if term][:8]
    if not terms:
        return literal(value=True)
    asked = func.to_tsquery("simple", func.accord_fold(" & ".join(f"{term}:*" for term in terms)))
    condition: ColumnElement[bool] = search.op("@@")(asked)
    return condition


@dataclass(frozen=True)
class Cell:
    """A value as the list shows it."""

    value: Any
    text: str
    kind: str
    currency: str | None = None
    tone: str = "neutral"
    href: str | None = None


@dataclass(frozen=True)
class Row:
    """A row as the list shows it; `href` opens the record, `item` is the row itself."""

    href: str | None
    cells: list[Cell]
    item: Any


@dataclass(frozen=True)
class FilterState:
    """A filter and what it is set to."""

    name: str
    label: str
    kind: str
    choices: Sequence[tuple[Any, str]]
    value: str


@dataclass(frozen=True)
class Listing:
    """A list of one noun: what is selected, how it is shown, searched, filtered and sorted."""

    noun: str
    query: Callable[[], Select[*tuple[Any, ...]]]
    key: Any
    columns: Sequence[Column]
    default: str
    filters: Sequence[Filter] = ()
    search: Callable[[str], ColumnElement[bool]] | None = None
    href: Getter | None = None
    empty: tuple[str, str] | None = None
    action: Callable[[], tuple[str, str] | None] | None = None
    prepare: Callable[[Session, list[Any]], list[Any]] | None = (
        None  # what a screen's rows need besides, in bulk
    )

    def page(self, args: Any | None = None, where: ColumnElement[bool] | None = None) -> Page:
        """Return the screen these URL arguments ask for, read now; `where` narrows the list further."""
        page = self._whole(args, where)
        page.load()
        return page

    def _whole(self, args: Any | None = None, where: ColumnElement[bool] | None = None) -> Page:
        return Page(self, dict((request.args if args is None else args).items()), where)

    def routes(self, blueprint: Blueprint, mark: Callable[[Any], Any]) -> None:
        """Put the exports beside the list: `mark` is @requires(...) of the list itself."""

        def add(state: BlueprintSetupState) -> None:
            name = ".".join(part for part in (state.name_prefix, state.name) if part)
            for suffix, export in ((".csv", self._csv), (".xlsx", self._xlsx)):
                rule = f"{(state.url_prefix or '').rstrip('/')}{suffix}"
                state.app.add_url_rule(rule, f"{name}.{suffix[1:]}", mark(_view(export)))

        blueprint.record(add)

    def _csv(self) -> ResponseReturnValue:
        page = self._whole()
        headers = {"Content-Disposition": f"attachment; filename={self.noun.replace(' ', '-')}.csv"}
        return Response(_csv_lines(page, _items(page)), mimetype="text/csv", headers=headers)

    def _xlsx(self) -> ResponseReturnValue:
        page = self._whole()
        file = _sheet(page, _items(page))
        headers = {"Content-Disposition": f"attachment; filename={self.noun.replace(' ', '-')}.xlsx"}
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Response(file, mimetype=kind, headers=headers, direct_passthrough=True)


def _view(export: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Return a function of its own, which can be marked with what it requires."""

    def view() -> ResponseReturnValue:
        return export()

    return view


@dataclass
class Page:
    """One screen of a list, as the template draws it."""

    listing: Listing
    args: dict[str, str]
    where: ColumnElement[bool] | None = None
    _items: tuple[list[Any], bool, bool] | None = field(default=None, repr=False)

    def load(self) -> None:
        """Read all that the template will draw: templates run no query."""
        self.rows, self.total, self.filters  # noqa: B018 - each is kept once read

    @property
    def noun(self) -> str:
        return self.listing.noun

    @property
    def columns(self) -> Sequence[Column]:
        return self.listing.columns

    @property
    def q(self) -> str:
        return self.args.get("q", "").strip()[:200]

    @cached_property
    def filters(self) -> list[FilterState]:
        return [
            FilterState(f.name, f.label, f.kind, f.options(), self.args.get(f.name, ""))
            for f in self.listing.filters
        ]

    @property
    def is_filtered(self) -> bool:
        return bool(self.q) or any(self.args.get(f.name) for f in self.listing.filters)

    @property
    def sort(self) -> str:
        asked = self.args.get("sort", "")
        known = {column.name for column in self.columns if column.sortable}
        return asked if asked.lstrip("-") in known else self.listing.default

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    def selected(self) -> Select[*tuple[Any, ...]]:
        """Return the rows of the whole list, searched and filtered, in no order yet."""
        query = self.listing.query()
        if self.where is not None:
            query = query.where(self.where)
        if self.q and self.listing.search:
            query = query.where(self.listing.search(self.q))
        for each in self.listing.filters:
            given = self.args.get(each.name, "").strip()
            if given:
                query = query.where(_condition(each, given))
        return query

    def ordered(self, *, backwards: bool = False) -> Select[*tuple[Any, ...]]:
        """Return the whole list in its order."""
        down = self.is_descending is not backwards
        keys = (self._sort_expression, self.listing.key)
        return self.selected().order_by(*(key.desc() if down else key.asc() for key in keys))

    @property
    def _sort_expression(self) -> Any:
        name = self.sort.lstrip("-")
        return next(column.sort for column in self.columns if column.name == name)

    def _screen(self) -> tuple[list[Any], bool, bool]:
        if self._items is None:
            after, before = _number(self.args.get("after")), _number(self.args.get("before"))
            backwards = after is None and before is not None
            edge = self._edge(after if after is not None else before)
            query = self.ordered(backwards=backwards)
            if edge is not None:
                here = tuple_(self._sort_expression, self.listing.key)
                down = self.is_descending is not backwards
                query = query.where(here < edge if down else here > edge)
            found = list(db.session.execute(query.limit(SIZE + 1)).unique().all())
            more = len(found) > SIZE
            items = [row[0] if len(row) == 1 else row for row in found[:SIZE]]
            if backwards:
                items.reverse()
            if self.listing.prepare:
                items = self.listing.prepare(db.session(), items)
            self._items = (items, more or backwards, (edge is not None) if not backwards else more)
        return self._items

    def _edge(self, number: int | None) -> Any:
        """Return the sort value and key of the row where the screen begins; None when it is gone."""
        if number is None:
            return None
        sort, key = self._sort_expression, self.listing.key
        edge = self.listing.query().with_only_columns(sort, key).where(key == number).order_by(None)
        found = db.session.execute(edge).first()
        return None if found is None else tuple_(literal(found[0], sort.type), literal(found[1], key.type))

    @property
    def items(self) -> list[Any]:
        return self._screen()[0]

    @cached_property
    def rows(self) -> list[Row]:
        href = self.listing.href
        return [
            Row(href(item) if href else None, [_cell(c, item) for c in self.columns], item)
            for item in self.items
        ]

    @cached_property
    def total(self) -> int:
        """Return how many rows there are, counted up to 10,001."""
        counted = (
            self.selected().with_only_columns(self.listing.key, maintain_column_froms=True).order_by(None)
        )
        return db.session.scalar(select(func.count()).select_from(counted.limit(COUNTED).subquery())) or 0

    @property
    def total_words(self) -> str:
        return "more than 10,000" if self.total >= COUNTED else formats.number(self.total)

    def sorted_by(self, column: Column) -> str | None:
        if self.sort.lstrip("-") != column.name:
            return None
        return "descending" if self.is_descending else "ascending"

    def sort_url(self, column: Column) -> str:
        down = self.sorted_by(column) == "ascending"
        return self._url(sort=f"-{column.name}" if down else column.name, after=None, before=None)

    @property
    def next_url(self) -> str | None:
        items, more, _ = self._screen()
        return self._url(after=_key_of(self.listing, items[-1]), before=None) if items and more else None

    @property
    def previous_url(self) -> str | None:
        items, _, earlier = self._screen()
        return self._url(before=_key_of(self.listing, items[0]), after=None) if items and earlier else None

    @property
    def first_url(self) -> str | None:
        return self._url(after=None, before=None) if "after" in self.args or "before" in self.args else None

    @property
    def clear_url(self) -> str:
        return request.path

    @property
    def csv_url(self) -> str | None:
        return self._url(_suffix=".csv", after=None, before=None)

    @property
    def xlsx_url(self) -> str | None:
        return self._url(_suffix=".xlsx", after=None, before=None)

    @property
    def empty_title(self) -> str | None:
        return self.listing.empty[0] if self.listing.empty else None

    @property
    def empty_text(self) -> str | None:
        return self.listing.empty[1] if self.listing.empty else None

    @property
    def empty_action(self) -> tuple[str, str] | None:
        return self.listing.action() if self.listing.action else None

    def _url(self, _suffix: str = "", **changed: str | None) -> str:
        kept = {name: value for name, value in {**self.args, **changed}.items() if value}
        path = request.path.rstrip("/") + _suffix
        return f"{path}?{urlencode(kept)}" if kept else path


def _condition(each: Filter, given: str) -> ColumnElement[bool]:
    """Return a filter's condition; what cannot be read (an old link) matches nothing."""
    try:
        return and_(each.where(given))
    except (ValueError, KeyError):
        return literal(value=False)


def _number(text: str | None) -> int | None:
    if text and text.isascii() and text.isdigit() and len(text) <= 18:  # noqa: PLR2004 - fits a bigint
        return int(text)
    return None


def _key_of(listing: Listing, item: Any) -> str:
    name = listing.key.key
    return str(getattr(item, name) if hasattr(item, name) else getattr(item[0], name))


def _cell(column: Column, item: Any) -> Cell:
    value = column.value(item)
    currency = column.currency(item) if column.currency else None
    return Cell(
        value,
        _shown(column.kind, value, currency),
        column.kind,
        currency,
        (column.tone(item) if column.tone else None) or "neutral",
        column.href(item) if column.href else None,
    )


def _shown(kind: str, value: Any, currency: str | None) -> str:
    if value is None:
        return ""
    if kind == "money":
        return formats.money(value, currency)
    return FORMATS.get(kind, str)(value)


FORMATS: dict[str, Callable[[Any], str]] = {
    "number": formats.number,
    "percent": formats.percent,
    "day": formats.day,
    "when": formats.when,
}


# ---------------------------------------------------------------- exports


def _scope() -> scope.Scope:
    opened = scope.current()
    if opened is None:
        abort(403)
    return opened


def _items(page: Page) -> Iterator[Any]:
    """Return every row of the list, read in batches by a session of its own: the request's ends before the stream."""
    return _batches(page, page.ordered(), new_session(), _scope())


def _batches(page: Page, query: Select[Any], session: Session, opened: scope.Scope) -> Iterator[Any]:
    with scope.opened(opened), session:
        for batch in session.execute(query.execution_options(yield_per=500)).partitions():
            items = [row[0] if len(row) == 1 else row for row in batch]
            yield from page.listing.prepare(session, items) if page.listing.prepare else items


def _heads(page: Page) -> list[str]:
    heads = []
    for column in page.columns:
        heads.append(column.label)
        if column.currency:
            heads.append(f"{column.label} currency")
    return heads


def _values(page: Page, item: Any) -> list[Any]:
    values = []
    for column in page.columns:
        values.append(column.value(item))
        if column.currency:
            values.append(column.currency(item))
    return values


def harmless(value: Any) -> Any:
    """Return a value that a spreadsheet will not run as a formula; numbers and days stay what they are."""
    if isinstance(value, str):
        text = "".join(letter for letter in value if letter >= " " or letter in "\t\n")
        return f"'{text}" if value.startswith(HARMFUL) else text
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else value


def _csv_lines(page: Page, items: Iterator[Any]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_heads(page))
    for item in items:
        writer.writerow([harmless(value) for value in _values(page, item)])
        if buffer.tell() > 32_768:  # noqa: PLR2004 - bytes held back before a piece is sent
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _sheet(page: Page, items: Iterator[Any]) -> Any:
    """Return an open file with the list as a spreadsheet, written row by row."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(page.noun.capitalize()[:31])
    sheet.write_row(0, 0, _heads(page))
    for index, item in enumerate(items, start=1):
        if index > SHEET_ROWS:
            sheet.write_string(index, 0, f"The first {SHEET_ROWS:,} rows; export as CSV for all of them.")
            break
        sheet.write_row(index, 0, [harmless(value) for value in _values(page, item)])
    book.close()
    file.seek(0)
    return file
