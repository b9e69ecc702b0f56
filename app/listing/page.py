"""One screen of a list: its rows, where it stands, and the addresses around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_, func, literal, select, tuple_

from app import filters as formats
from app.extensions import db
from app.listing.columns import Column, Declared, Filter, FilterState
from app.listing.drawing import drawn

SIZE = 25
COUNTED = 10_001
FEW = 2000


@dataclass
class Page:
    """One screen of a list, as the template draws it."""

    listing: Declared
    args: dict[str, str]
    where: ColumnElement[bool] | None = None
    _items: tuple[list[Any], bool, bool] | None = field(default=None, repr=False)

    def load(self) -> None:
        """Read all that the template will draw: templates run no query."""
        self.drawn, self.total, self.filters  # noqa: B018 - each is kept once read

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

    @cached_property
    def _query(self) -> Select[*tuple[Any, ...]]:
        """Return every row of the list, before anything is searched: composed once, asked several times."""
        query = self.listing.query()
        return query if self.where is None else query.where(self.where)

    def selected(self) -> Select[*tuple[Any, ...]]:
        """Return the rows of the whole list, searched and filtered, in no order yet."""
        query = self._query
        if self._found is not None:
            query = query.where(self._found)
        for each in self.listing.filters:
            given = self.args.get(each.name, "").strip()
            if given:
                query = query.where(_condition(each, given))
        return query

    @cached_property
    def _found(self) -> ColumnElement[bool] | None:
        """Return the condition that a row holds the words searched for; None when nothing is searched."""
        if not self.q or self.listing.search is None:
            return None
        return few(self._query, self.listing.key, self.listing.search(self.q))

    def ordered(self, *, backwards: bool = False) -> Select[*tuple[Any, ...]]:
        """Return the whole list in its order."""
        down = self.is_descending is not backwards
        first, then = self._sort_expression, self.listing.key
        if self._finds_few:
            first = func.coalesce(first, first)
        return self.selected().order_by(*(key.desc() if down else key.asc() for key in (first, then)))

    @property
    def _finds_few(self) -> bool:
        """Say whether a search is better sorted than read in the order of an index until a screen is full.

        Row security hides from PostgreSQL how many rows a search finds, so it would always read in order.
        """
        return bool(self.q and self.listing.search) and self.total < COUNTED

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
    def drawn(self) -> Markup:
        """Return the rows as they are drawn; once `load` has read them, this asks nothing."""
        return drawn(self.columns, self.items, self.listing.href)

    @cached_property
    def total(self) -> int:
        """Return how many rows there are, counted up to 10,001; a list that fits on one screen is not counted."""
        if not self.q:
            items, more, earlier = self._screen()
            if not more and not earlier:
                return len(items)
        query, key = self.selected(), self.listing.key
        if query.whereclause is None:  # every row: what is joined to show more of it adds and removes none
            counted = select(key)
        else:
            counted = query.with_only_columns(key, maintain_column_froms=True).order_by(None)
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


def few(query: Select[*tuple[Any, ...]], key: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the same condition, named by the keys of its rows where these are few.

    PostgreSQL takes words, and columns that hang together, to be commoner than they are; it would walk a million rows
    in the list's order to find ten.
    """
    rows = (
        query.with_only_columns(key.label("key"), maintain_column_froms=True).where(condition).order_by(None)
    )
    found = rows.cte("found").prefix_with("MATERIALIZED")
    keys = list(db.session.scalars(select(found.c.key).limit(FEW + 1)))
    return condition if len(keys) > FEW else key.in_(keys)


def _condition(each: Filter, given: str) -> ColumnElement[bool]:
    """Return a filter's condition; what cannot be read (an old link) matches nothing."""
    try:
        return and_(each.where(given))
    except (ValueError, KeyError, OverflowError):
        return literal(value=False)


def _number(text: str | None) -> int | None:
    if text and text.isascii() and text.isdigit() and len(text) <= 18:  # noqa: PLR2004 - fits a bigint
        return int(text)
    return None


def _key_of(listing: Declared, item: Any) -> str:
    name = listing.key.key
    return str(getattr(item, name) if hasattr(item, name) else getattr(item[0], name))
