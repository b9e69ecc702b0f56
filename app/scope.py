"""Whose rows are in view (A6).

A scope names a database role and, for a partner's person, the partner. It is opened in every
transaction of every session by one statement; a transaction without a scope is refused. The rows of
other partners then do not exist, whatever the code asks for: row security in PostgreSQL does it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from app import clock


class Role(StrEnum):
    """The database's groups; the login role itself may do nothing."""

    STAFF = "accord_staff"
    PARTNER = "accord_partner"
    WORKER = "accord_worker"
    NOBODY = "none"


@dataclass(frozen=True)
class Scope:
    """Who is acting, as the database sees it; `zone` is where the days of this reader are counted."""

    role: Role
    partner_id: int | None = None
    person_id: int | None = None
    read_only: bool = False
    zone: str = "UTC"
    own_only: bool = False

    def settings(self) -> tuple[str, str, str, str, str, str]:
        """Return the values of OPEN: role, partner, person, today, own records only (L7), read only."""
        return (
            self.role.value,
            "" if self.partner_id is None else str(self.partner_id),
            "" if self.person_id is None else str(self.person_id),
            clock.today(self.zone).isoformat(),
            "on" if self.own_only else "",
            "on" if self.read_only else "off",
        )


DOOR = Scope(Role.NOBODY)
WORKER = Scope(Role.WORKER)

OPEN = (
    "select set_config('role',%s,true), set_config('accord.partner_id',%s,true),"
    " set_config('accord.person_id',%s,true), set_config('accord.today',%s,true),"
    " set_config('accord.own_only',%s,true), set_config('transaction_read_only',%s,true)"
)
KNOWN = (
    "select * from accord_session(%s, %s) who, lateral (select"
    " set_config('role', case when who.partner_id is null then 'accord_staff' else 'accord_partner' end, true),"
    " set_config('accord.partner_id', coalesce(who.partner_id::text, ''), true),"
    " set_config('accord.person_id', who.person_id::text, true), set_config('accord.today', %s, true),"
    " set_config('accord.own_only', case when who.own_only then 'on' else '' end, true),"
    " set_config('transaction_read_only', %s, true)) opened"
)
"""Who holds a session, and with the same question the scope of that person; one nobody holds opens nothing."""
NARROW = "select set_config('accord.own_only',%s,true)"
SWITCH = "select set_config('role',%s,true)"
IN_BOOKS = "accord_in_books"

_current: ContextVar[Scope | None] = ContextVar("accord_scope", default=None)


class OutOfScope(RuntimeError):
    """A transaction began although nobody said whose rows are in view: a mistake of ours."""


def current() -> Scope | None:
    """Return the open scope, or None."""
    return _current.get()


@contextmanager
def opened(scope: Scope) -> Iterator[Scope]:
    """Open a scope for the sessions begun inside. Use one session per scope."""
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)


def today() -> date:
    """Return the calendar day it is for whoever is acting, as the database sees it too (M4)."""
    opened = _current.get()
    return clock.today(opened.zone if opened else "UTC")


def every_partner(*, person_id: int | None = None) -> Any:
    """Open the loud scope that sees every partner's rows: jobs, commands, sign-in."""
    return opened(Scope(Role.WORKER, person_id=person_id))


def enter(session: Session, scope: Scope) -> None:
    """Change the scope for the rest of this context, the transaction under way included."""
    _current.set(scope)
    if session.in_transaction():
        session.connection().exec_driver_sql(OPEN, scope.settings())


def entered(scope: Scope) -> None:
    """Say that the transaction under way is in this scope already: the door's question opened it (KNOWN)."""
    _current.set(scope)


def replace(scope: Scope) -> Token[Scope | None]:
    """Open a scope until `reset`; for the door, which opens and closes in different calls."""
    return _current.set(scope)


def reset(token: Token[Scope | None]) -> None:
    """Go back to what was open before `replace`."""
    _current.reset(token)


@contextmanager
def books(session: Session) -> Iterator[Connection]:
    """Write in the vendor's books on behalf of a partner's act, in the same transaction.

    Only nouns call it, with values already checked; results leave as plain values, never as
    objects. On an error the request rolls back, and the role with it. A verb in the books may
    call another that opens them: the outermost one closes them.
    """
    session.flush()
    connection = session.connection()
    scope = _required()
    if session.info.get(IN_BOOKS):
        yield connection
        session.flush()
        return
    session.info[IN_BOOKS] = True
    try:
        connection.exec_driver_sql(SWITCH, (Role.WORKER.value,))
        yield connection
        session.flush()
        connection.exec_driver_sql(SWITCH, (scope.role.value,))
    finally:
        del session.info[IN_BOOKS]


@contextmanager
def whole_partner(session: Session) -> Iterator[None]:
    """See all records of the partner, also where its agents are narrowed to their own: for figures, never for lists (L7)."""
    opened = _required()
    if opened.own_only:
        session.connection().exec_driver_sql(NARROW, ("",))
    yield
    if opened.own_only:
        session.connection().exec_driver_sql(NARROW, ("on",))


def _required() -> Scope:
    scope = _current.get()
    if scope is None:
        raise OutOfScope("Nobody said whose rows are in view.")
    return scope


@event.listens_for(Session, "after_begin")
def _open_scope(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    scope = _required()
    if (
        scope is not DOOR
    ):  # the login role may do nothing, and settings of before are gone with their transaction
        connection.exec_driver_sql(OPEN, scope.settings())
