"""One screen of a list: its rows, where it stands, and the addresses around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup
from sqlalchemy import ARRAY, CTE, ColumnElement, Join, Select, and_, any_, func, literal, select, tuple_

from app import filters as formats
from app.extensions import db
from app.listing.acts import offered
from app.listing.columns import Column, Declared, Filter, FilterState, Typed
from app.listing.drawing import drawn
from app.listing.views import Views, views_of

SIZE = 25
COUNTED = 10_001
FEW = 2000


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
        if self._hits is not None:
            return self._query.where(among(self.listing.key, self._hits))
        elif self._search is not None:
            return self._filtered.where(self._search(self.q))
        else:
            return self._filtered

    @cached_property
    def _filtered(self) -> Select[*tuple[Any, ...]]:
        query = self._query
        for each in self.listing.filters:
            given = self.args.get(each.name, "").strip()
            if given:
                query = query.where(_condition(each, given))
        return query

    @property
    def _search(self) -> Callable[[str], ColumnElement[bool]] | None:
        """Return how this list is searched, when somebody searches it."""
        return self.listing.search if self.q else None

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
        sort, key = self._sort_expression, self.listing.key
        found = _found(self._filtered, condition, key.label("key"), sort.label("sort"))
        rows = select(found).limit(FEW + 1).subquery()
        query = select(rows.c.key).order_by(*self._downwards(rows.c.sort, rows.c.key))
        keys = list(dict.fromkeys(db.session.scalars(query)))
        return keys if len(keys) <= FEW else None

    def ordered(self, *, backwards: bool = False) -> Select[*tuple[Any, ...]]:
        """Return the whole list in its order."""
        first = self._sort_expression
        if self.q and self._hits is None and self.total < COUNTED:
            first = func.coalesce(
                first, first
            )  # better sorted than read in the order of an index until a screen is full
        return self.selected().order_by(*self._downwards(first, self.listing.key, backwards=backwards))

    def _downwards(self, *keys: Any, backwards: bool = False) -> list[Any]:
        down = self.is_descending is not backwards
        return [key.desc() if down else key.asc() for key in keys]

    @property
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
        query = self.ordered(backwards=backwards)
        if edge is not None:
            here = tuple_(self._sort_expression, self.listing.key)
            down = self.is_descending is not backwards
            query = query.where(here < edge if down else here > edge)
        found = list(db.session.execute(query.limit(SIZE + 1)).unique().all())
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
        query = self._query.where(among(self.listing.key, shown))
        query = query.order_by(*self._downwards(self._sort_expression, self.listing.key))
        rows = list(db.session.execute(query).unique().all()) if shown else []
        return rows, begin + SIZE < len(hits), begin > 0

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
        counted = _counted(self.listing, self.selected())
        return db.session.scalar(select(func.count()).select_from(counted.limit(COUNTED).subquery())) or 0

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


def few(query: Select[*tuple[Any, ...]], key: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the same condition, named by the keys of its rows where these are few.

    PostgreSQL takes words, and columns that hang together, to be commoner than they are; it would walk a million rows
    in the list's order to find ten.
    """
    found = _found(query, condition, key.label("key"))
    keys = list(db.session.scalars(select(found.c.key).limit(FEW + 1)))
    return condition if len(keys) > FEW else among(key, keys)


def _found(query: Select[*tuple[Any, ...]], condition: ColumnElement[bool], *columns: Any) -> CTE:
    """Return these columns of the rows that meet a condition, found by that and not by the order asked for."""
    rows = query.with_only_columns(*columns, maintain_column_froms=True).where(condition).order_by(None)
    return rows.cte("found").prefix_with("MATERIALIZED")


def _counted(listing: Declared, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the keys of a list, without what is joined only to show more of its rows where that can be left out.

    With a join taken away PostgreSQL may count in an index alone.
    """
    condition = query.whereclause
    if condition is None:
        return select(listing.key)
    if set(condition._from_objects) == {_first_of(listing.query)}:  # noqa: SLF001 - has no public name that is quick
        return select(listing.key).where(condition)
    return query.with_only_columns(listing.key, maintain_column_froms=True).order_by(None)


@lru_cache(maxsize=256)
def _first_of(query: Callable[[], Select[*tuple[Any, ...]]]) -> Any:
    """Return what a list selects from, when all that it joins may be missing and so takes no row away."""
    first, *others = query().get_final_froms()
    while isinstance(first, Join) and first.isouter and not first.full:
        first = first.left
    return None if others else first


def among(key: Any, keys: list[Any]) -> ColumnElement[bool]:
    """Return the condition that a key is one of these: as one value, however many there are."""
    condition: ColumnElement[bool] = key == any_(literal(keys, ARRAY(key.type)))
    return condition


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
