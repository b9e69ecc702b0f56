"""Two people at one record: who comes second is told what the first one changed, and sends again if it is still meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, inspect, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import scope
from app.models.event import Event
from app.models.person import Person
from app.rules.refusals import RuleBroken

_BESIDES = {"version", "fields", "round", "checklist"}
"""What changes by itself with something that is named anyway."""
_CALLED = {
    "active": "in use",
    "asked_budget": "budget asked for",
    "ends_on": "last day",
    "expected_amount": "won amount hoped for",
    "expected_leads": "leads hoped for",
    "paid_on": "day of payment",
    "starts_on": "first day",
    "vendor_percent": "part that the fund pays",
}
"""Columns whose name is not the word that pages use."""

_Noun = Any  # a tracked noun: it has changes(), a session and, where it is checked, a version


class ChangedMeanwhile(RuleBroken):
    """The page is older than the record: somebody else changed it in between."""


def check_version(noun: _Noun, version: int | None, parts: Sequence[_Noun] = ()) -> None:
    """Refuse a change that was written on an older version of the record or of its parts, naming what changed since."""
    if version is not None and version != noun.version:
        raise ChangedMeanwhile(
            f"Somebody changed this meanwhile{_what(noun.session, [noun, *parts])}. "
            "Look at it as it is now; send again to keep what you typed."
        )


def _what(session: Session, nouns: Sequence[_Noun]) -> str:
    latest = (
        select(Person.name, Event.fields)
        .select_from(Event)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(
            tuple_(Event.subject_type, Event.subject_id).in_([(one.__tablename__, one.id) for one in nouns])
        )
        .order_by(Event.id.desc())
        .limit(1)
    )
    row = _read(session, latest)
    if row is None:
        return ""
    name, changed = row
    fields = ", ".join(_called(each) for each in changed if _is_known(each, nouns))
    return f" ({name or 'Accord'}{': ' + fields if fields else ''})"


def _is_known(name: str, nouns: Sequence[_Noun]) -> bool:
    """Say whether people know what changed by this name: no moment of a change, and no fact of its event."""
    return (
        name not in _BESIDES and not name.endswith("_at") and any(hasattr(type(one), name) for one in nouns)
    )


def _called(column: str) -> str:
    return _CALLED.get(column) or column.removesuffix("_id").replace("_", " ")


def _read(session: Session, latest: Select[str, list[Any]]) -> tuple[str | None, list[Any]] | None:
    """Return by whom the latest change was and of what; a partner reads no events, and learns by whom only."""
    opened = scope.current()
    if opened is None or opened.role is not scope.Role.PARTNER:
        row = session.execute(latest).one_or_none()
        return None if row is None else (row.name, row.fields)
    with scope.books(session) as books:
        row = books.execute(latest).one_or_none()
    return None if row is None else (row.name, [])


def lock(noun: _Noun) -> None:
    """Lock a row until the end of the transaction, and read it as it is now; children may still be added to it."""
    kind, session = type(noun), noun.session
    held = select(kind.id).where(kind.id == noun.id).with_for_update(key_share=True)
    if session.scalar(held) is None:
        raise ChangedMeanwhile("Somebody else took this meanwhile, so it is not here any more.")
    columns = [each.key for each in inspect(kind).column_attrs if not each.deferred]
    session.refresh(noun, attribute_names=columns)


def enter(
    session: Session,
    noun: _Noun,
    kind: str,
    *,
    by: Person | None,
    refusals: dict[str, RuleBroken] | None = None,
) -> None:
    """Add a new row and record what it begins with; a constraint named in `refusals` says its sentence."""
    _, after = noun.changes()
    with refused_by(session, refusals or {}):
        session.add(noun)
    Event.record(session, kind, noun, by=by, after=after)


@contextmanager
def refused_by(session: Session, refusals: dict[str, RuleBroken]) -> Iterator[None]:
    """Flush what was changed inside; where a constraint of the database says no, raise its sentence instead."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if constraint in refusals:
            raise refusals[constraint] from None
        raise
