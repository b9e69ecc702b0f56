"""How the rows of a list are found: a screen of them in their order, those a search hits, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, CTE, ClauseElement, ColumnElement, Join, any_, func, literal, select

from app.extensions import db
from app.listing.kept import Statement

SIZE = 25
COUNTED = 10_001
FEW = 2000

Conditions = Sequence[ClauseElement]


def screen(query: Statement, conditions: Conditions, sort: Any, key: Any, down: bool) -> Statement:  # noqa: FBT001 - part of a statement's name
    """Return a screen of rows in the list's order, and one more."""
    return ordered(query, conditions, sort, key, down).limit(SIZE + 1)


def ordered(query: Statement, conditions: Conditions, sort: Any, key: Any, down: bool) -> Statement:  # noqa: FBT001 - as above
    """Return rows in the list's order."""
    return _narrowed(query, conditions).order_by(*downwards(down, sort, key))


def sorted_screen(query: Statement, conditions: Conditions, sort: Any, key: Any, down: bool) -> Statement:  # noqa: FBT001 - as above
    """Return a screen of rows that are better sorted than read in the order of an index until the screen is full."""
    return sorted_whole(query, conditions, sort, key, down).limit(SIZE + 1)


def sorted_whole(query: Statement, conditions: Conditions, sort: Any, key: Any, down: bool) -> Statement:  # noqa: FBT001 - as above
    """Return all such rows in the list's order."""
    return ordered(query, conditions, func.coalesce(sort, sort), key, down)


def hits(
    query: Statement,
    conditions: Conditions,
    sort: Any,
    key: Any,
    down: bool,  # noqa: FBT001 - as above
    whole: Callable[[], Statement],
) -> Statement:
    """Return the keys of the rows a search finds, in the list's order; one more than few, where there are more."""
    searched = _only(_narrowed(query, conditions), whole, key.label("key"), sort.label("sort"))
    found = searched.cte("found").prefix_with("MATERIALIZED")
    rows = select(found).limit(FEW + 1).subquery()
    return select(rows.c.key).order_by(*downwards(down, rows.c.sort, rows.c.key))


def edge(query: Statement, conditions: Conditions, sort: Any, key: Any) -> Statement:
    """Return the sort value and key of the row where a screen begins."""
    return _narrowed(query.with_only_columns(sort, key), conditions).order_by(None)


def number(query: Statement, conditions: Conditions, whole: Callable[[], Statement], key: Any) -> Statement:
    """Return how many rows there are, counted up to 10,001."""
    narrowed = _narrowed(query, conditions)
    every = select(key) if narrowed.whereclause is None else _only(narrowed, whole, key)
    counted = every.limit(COUNTED)
    return select(func.count()).select_from(counted.subquery())


def downwards(down: bool, *keys: Any) -> list[Any]:  # noqa: FBT001 - as above
    """Return an order, which is downwards or upwards throughout."""
    return [key.desc() if down else key.asc() for key in keys]


def few(query: Statement, key: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the same condition, named by the keys of its rows where these are few.

    PostgreSQL takes words, and columns that hang together, to be commoner than they are; it would walk a million rows
    in the list's order to find ten.
    """
    found = _found(query, condition, key.label("key"))
    keys = list(db.session.scalars(select(found.c.key).limit(FEW + 1)))
    return condition if len(keys) > FEW else among(key, keys)


def among(key: Any, keys: list[Any]) -> ColumnElement[bool]:
    """Return the condition that a key is one of these: as one value, however many there are."""
    condition: ColumnElement[bool] = key == any_(literal(keys, ARRAY(key.type)))
    return condition


def _narrowed(query: Statement, conditions: Conditions) -> Statement:
    return query.where(*conditions) if conditions else query  # type: ignore[arg-type]


def _found(query: Statement, condition: Any, *columns: Any) -> CTE:
    """Return these columns of the rows that meet a condition, found by that and not by the order asked for."""
    rows = query.with_only_columns(*columns, maintain_column_froms=True).where(condition).order_by(None)
    return rows.cte("found").prefix_with("MATERIALIZED")


def _only(query: Statement, whole: Callable[[], Statement], *columns: Any) -> Statement:
    """Return these columns of a list, without what is joined only to show more of its rows where that can be left out.

    With a join taken away PostgreSQL may count in an index alone, and need not plan how to join what a search finds.
    """
    condition = query.whereclause
    if condition is not None:
        named = {table for one in (condition, *columns) for table in one._from_objects}  # noqa: SLF001 - has no public name that is quick
        if named == {_first_of(whole)}:
            return select(*columns).where(condition)
    return query.with_only_columns(*columns, maintain_column_froms=True).order_by(None)


@lru_cache(maxsize=256)
def _first_of(query: Callable[[], Statement]) -> Any:
    """Return what a list selects from, when all that it joins may be missing and so takes no row away."""
    first, *others = query().get_final_froms()
    while isinstance(first, Join) and first.isouter and not first.full:
        first = first.left
    return None if others else first
