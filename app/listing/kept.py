"""Statements of lists, composed once.

To put a statement together from its parts takes longer than to ask it. Two lists asked alike differ in values only, and
SQLAlchemy tells how a clause is built apart from the values in it; its own cache of compiled statements rests on that. So
a statement is kept by how its parts are built, and asked again with the values of today.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, Date, Result, Select, bindparam
from sqlalchemy.orm import Session
from sqlalchemy.sql.cache_key import CacheKey

from app import clock

MOST = 1000
TODAY: BindParameter[date] = bindparam("today", callable_=clock.today, type_=Date())
"""The day it is (UTC) whenever a statement is asked, for one that is composed once."""
Statement = Select[*tuple[Any, ...]]

_statements: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
_lock = Lock()
_asked: ContextVar[Mapping[int, Any] | None] = ContextVar("accord_asked", default=None)


@dataclass(frozen=True)
class _Kept:
    """A statement, the places of its values, and whatever else its key names by number, so that nothing else gets it."""

    statement: Statement
    places: Sequence[BindParameter[Any]]
    others: tuple[Any, ...]


def ask(
    session: Session,
    compose: Callable[..., Statement],
    query: Statement,
    conditions: Sequence[ClauseElement],
    *others: Any,
) -> Result[*tuple[Any, ...]]:
    """Ask what `compose` makes of a query, conditions, and others that are the same things whenever they are given."""
    structures = [_structure(query), *(_structure_of(one) for one in conditions)]
    known = [one for one in structures if one is not None]
    if len(known) < len(structures):
        return session.execute(compose(query, conditions, *others))
    values = [value for one in known for value in one.bindparams]
    key = (compose, tuple(one.key for one in known), tuple(map(_name, others)))
    found = _find(key)
    if found is None:
        found = _Kept(compose(query, conditions, *others), [_place(value) for value in values], others)
        _keep(key, found)
    given = zip(found.places, values, strict=True)
    token = _asked.set({id(place): value.effective_value for place, value in given if place is not value})
    try:
        return session.execute(found.statement)
    finally:
        _asked.reset(token)


def _structure_of(clause: ClauseElement) -> CacheKey | None:
    return clause._generate_cache_key()  # noqa: SLF001 - nothing public tells how a clause is built


@lru_cache(maxsize=256)
def _structure(query: Statement) -> CacheKey | None:
    """Return how what a list selects is built: known already where the list composes that once."""
    return _structure_of(query)


def _name(other: Any) -> Any:
    return other if isinstance(other, bool | int | str) else id(other)


def _place(value: BindParameter[Any]) -> BindParameter[Any]:
    """Let a value of a statement be another whenever the statement is asked with others, and itself elsewhere."""
    if not isinstance(value.callable, _Given):
        value.callable = _Given(id(value), value.callable, value.value)
    return value


@dataclass(frozen=True)
class _Given:
    """What stands at a place of a statement now."""

    place: int
    told: Callable[[], Any] | None
    itself: Any

    def __call__(self) -> Any:
        asked = _asked.get()
        if asked is not None and self.place in asked:
            return asked[self.place]
        return self.told() if self.told is not None else self.itself


def _find(key: tuple[Any, ...]) -> _Kept | None:
    with _lock:
        found = _statements.get(key)
        if found is not None:
            _statements.move_to_end(key)
        return found


def _keep(key: tuple[Any, ...], one: _Kept) -> None:
    with _lock:
        _statements[key] = one
        if len(_statements) > MOST:
            _statements.popitem(last=False)
