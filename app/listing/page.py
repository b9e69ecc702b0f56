"""One screen of a list: its rows, where it stands, and the addresses around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, literal, tuple_

from app import filters as formats
from app.extensions import db
from app.listing import finding
from app.listing.acts import offered
from app.listing.columns import Column, Declared, Filter, FilterState, Typed
from app.listing.drawing import drawn
from app.listing.finding import COUNTED, FEW, SIZE, among
from app.listing.kept import Statement, ask
from app.listing.views import Views, views_of


@dataclass
class Page:
    """One screen of a list, as the template draws it."""

    listing: Declared
    args: dict[str, str]
    where: ColumnElement[bool] | None = None
    note: str | None = None
    """What the rows make together, where a list says so."""
    _items: tuple[list[Any], bool, bool] | None = field(default=None, repr=False)

    def load(self) -> None:
        """Read all that the template will draw: templates run no query."""
        self.drawn if self.listing.is_drawn else self.items  # noqa: B018 - each is kept once read
        self.total, self.filters, self.views  # noqa: B018

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

    @cached_property
    def sort(self) -> str:
        asked = self.args.get("sort", "")
        known = {column.name for column in self.columns if column.sortable}
        return asked if asked.lstrip("-") in known else self.listing.default

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @cached_property
    def _query(self) -> Statement:
        """Return every row of the list, before anything is searched: composed once, asked several times."""
        return self.listing.query()

    @cached_property
    def _filters(self) -> list[ColumnElement[bool]]:
        """Return what narrows the list, but for what is searched."""
        given = [(each, self.args.get(each.name, "").strip()) for each in self.listing.filters]
        asked = [_condition(each, value) for each, value in given if value]
        return asked if self.where is None else [self.where, *asked]

    @cached_property
    def _conditions(self) -> list[ColumnElement[bool]]:
        """Return all that narrows the list."""
        if self._hits is not None:
            among_hits = among(self.listing.key, self._hits)
            return [among_hits] if self.where is None else [self.where, among_hits]
        elif self._search is not None:
            return [*self._filters, self._search(self.q)]
        else:
            return self._filters

    def selected(self) -> Statement:
        """Return the rows of the whole list, searched and filtered, in no order yet."""
        return self._query.where(*self._conditions) if self._conditions else self._query

    def ordered(self) -> Statement:
        """Return the whole list in its order."""
        order = (self._sort_expression, self.listing.key, self.is_descending)
        compose = finding.sorted_whole if self._is_better_sorted else finding.ordered
        return compose(self._query, self._conditions, *order)

    @property
    def _search(self) -> Callable[[str], ColumnElement[bool]] | None:
        """Return how this list is searched, when somebody searches it."""
        return self.listing.search if self.q else None

    @property
    def found(self) -> Sequence[int] | None:
        """Return the keys of what a search finds; None when none is made, or it finds many."""
        return self._hits

    @cached_property
    def _hits(self) -> list[Any] | None:
        """Return the keys of the rows that a search finds, in order; None when none is made, or it finds many.

        The last word may be unfinished. A beginning that most rows share takes PostgreSQL long to look up, so the other
        words are taken as they stand first, and as beginnings when nothing is found so.
        """
        if self._search is None:
            return None
        hits = self._keys_in_order(self._search(Typed(self.q)))
        return self._keys_in_order(self._search(self.q)) if hits == [] and " " in self.q else hits

    def _keys_in_order(self, condition: ColumnElement[bool]) -> list[Any] | None:
        """Return the keys of these rows in the list's order; None when they are not few."""
        order = (self._sort_expression, self.listing.key, self.is_descending)
        asked = (finding.hits, self._query, [*self._filters, condition], *order, self.listing.query)
        keys = list(dict.fromkeys(ask(db.session(), *asked).scalars()))
        return keys if len(keys) <= FEW else None

    def _ask(self, compose: Callable[..., Statement], conditions: Any, *, down: bool | None = None) -> Any:
        """Ask something of the list in its order, or in the other."""
        order = (self._sort_expression, self.listing.key, self.is_descending if down is None else down)
        return ask(db.session(), compose, self._query, conditions, *order)

    @property
    def _is_better_sorted(self) -> bool:
        """Say whether a search found many, which are still few beside all that an index would go through."""
        return bool(self.q) and self._hits is None and self.total < COUNTED

    @cached_property
    def _sort_expression(self) -> Any:
        name = self.sort.lstrip("-")
        return next(column.sort for column in self.columns if column.name == name)

    def _screen(self) -> tuple[list[Any], bool, bool]:
        """Return the items of this screen, and whether there are some after and before them."""
        if self._items is None:
            after, before = _number(self.args.get("after")), _number(self.args.get("before"))
            edge = after if after is not None else before
            if self._hits is not None and (edge is None or edge in self._hits):
                found, later, earlier = self._read_among(self._hits, after, before)
            else:
                found, later, earlier = self._read(after, before)
            items = [row[0] if len(row) == 1 else row for row in found]
            if self.listing.prepare:
                items = self.listing.prepare(db.session(), items)
            self._items = (items, later, earlier)
        return self._items

    def _read(self, after: int | None, before: int | None) -> tuple[list[Any], bool, bool]:
        backwards = after is None and before is not None
        edge = self._edge(after if after is not None else before)
        conditions, down = list(self._conditions), self.is_descending is not backwards
        if edge is not None:
            here = tuple_(self._sort_expression, self.listing.key)
            conditions.append(here < edge if down else here > edge)
        compose = finding.sorted_screen if self._is_better_sorted else finding.screen
        found = list(self._ask(compose, conditions, down=down).unique().all())
        more = len(found) > SIZE
        rows = found[:SIZE]
        if backwards:
            rows.reverse()
        return rows, more or backwards, (edge is not None) if not backwards else more

    def _read_among(
        self, hits: list[Any], after: int | None, before: int | None
    ) -> tuple[list[Any], bool, bool]:
        """Read a screen of the few rows that a search found."""
        if after is not None:
            begin = hits.index(after) + 1
        else:
            begin = 0 if before is None else max(hits.index(before) - SIZE, 0)
        shown = hits[begin : begin + SIZE]
        there = [among(self.listing.key, shown)]
        if self.where is not None:
            there.append(self.where)
        rows = list(self._ask(finding.ordered, there).unique().all()) if shown else []
        return rows, begin + SIZE < len(hits), begin > 0

    def _edge(self, number: int | None) -> Any:
        """Return the sort value and key of the row where the screen begins; None when it is gone."""
        if number is None:
            return None
        sort, key = self._sort_expression, self.listing.key
        found = ask(db.session(), finding.edge, self._query, [key == number], sort, key).first()
        return None if found is None else tuple_(literal(found[0], sort.type), literal(found[1], key.type))

    @property
    def items(self) -> list[Any]:
        return self._screen()[0]

    @cached_property
    def drawn(self) -> Markup:
        """Return the rows as they are drawn; once `load` has read them, this asks nothing."""
        picked = (lambda item: _key_of(self.listing, item)) if self.acts else None
        return drawn(self.columns, self.items, self.listing.href, picked)

    @cached_property
    def acts(self) -> list[tuple[str, str]]:
        """Return what the reader may do to selected rows, as (name, label)."""
        return offered(self.listing)

    @cached_property
    def views(self) -> Views:
        """Return the saved views of the list."""
        known = {"q", "sort", *(one.name for one in self.listing.filters)}
        return views_of(self.args, frozenset(known))

    @property
    def query(self) -> str:
        """Return what the address asks of the list."""
        return urlencode({name: value for name, value in self.args.items() if value})

    @cached_property
    def total(self) -> int:
        """Return how many rows there are, counted up to 10,001; a list that fits on one screen is not counted."""
        if self._hits is not None:
            return len(self._hits)
        if not self.q:
            items, more, earlier = self._screen()
            if not more and not earlier:
                return len(items)
        asked = (finding.number, self._query, self._conditions, self.listing.query, self.listing.key)
        return ask(db.session(), *asked).scalar() or 0

    @property
    def counted(self) -> str:
        """Return how many rows there are with their noun, in the number that fits."""
        noun = singular(self.noun) if self.total == 1 else self.noun
        return f"{self.total_words} {noun}"

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
        return self.views.clear_url

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
    except (ValueError, KeyError, OverflowError):
        return literal(value=False)


def _number(text: str | None) -> int | None:
    if text and text.isascii() and text.isdigit() and len(text) <= 18:  # noqa: PLR2004 - fits a bigint
        return int(text)
    return None


def _key_of(listing: Declared, item: Any) -> str:
    name = listing.key.key
    return str(getattr(item, name) if hasattr(item, name) else getattr(item[0], name))


def singular(names: str) -> str:
    """Return the noun of a list for one row: “price lists” is “price list”, “wishes to pass on” a “wish to pass on”."""
    noun, to, rest = names.partition(" to ")
    for many, one in (("ies", "y"), ("shes", "sh"), ("s", "")):
        if noun.endswith(many):
            return noun.removesuffix(many) + one + to + rest
    return names
