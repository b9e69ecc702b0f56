"""The engine and the unit of work: one commit at the edge, all of it or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import random
from select import select
from time import monotonic, sleep
from typing import Any, TypeVar, cast

import psycopg
from flask import abort
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session

from app import embedded, scope
from app.extensions import db
from app.models import Base
from config import Settings

log = logging.getLogger(__name__)

DATABASE = "accord"
RETRIED = frozenset({"40001", "40P01", "55P03"})
TRIES = 5
IDLE = 30.0
"""Seconds after which a connection that was not used is asked whether it still leads anywhere."""


def kept(_connection: Any, record: Any) -> None:
    """Remember when a connection went back to the pool."""
    record.info["kept_at"] = monotonic()


def taken(connection: Any, record: Any, _proxy: Any) -> None:
    """Look whether the server ended a connection while it lay in the pool: what it then sent is there to be read.

    To ask the server on every request, as the pool itself would, is one way to it and back in a dozen.
    """
    kept_at = record.info.get("kept_at")
    if kept_at is None:
        return
    ended, _, _ = select([connection.fileno()], [], [], 0)
    if ended:
        raise DisconnectionError
    if monotonic() - kept_at > IDLE:
        try:
            connection.execute("select 1")
            connection.rollback()
        except psycopg.OperationalError as lost:
            raise DisconnectionError from lost


ENGINE_OPTIONS: dict[str, Any] = {
    "pool_events": [(kept, "checkin"), (taken, "checkout")],
    "pool_size": 5,
    "max_overflow": 5,
    "pool_timeout": 5,
    "connect_args": {"connect_timeout": 3},
}

T = TypeVar("T")
Noun = TypeVar("Noun", bound=Base)


def located(settings: Settings) -> Settings:
    """Return settings that name a database: the given one, or the embedded server's, started now."""
    if settings.database_url is not None:
        return settings
    server = embedded.start(settings.instance / "pg")
    embedded.prepare(server, DATABASE)
    return on_server(settings, server, DATABASE)


def on_server(settings: Settings, server: Any, database: str) -> Settings:
    """Return the settings for a database of an embedded server."""
    from dataclasses import replace  # noqa: PLC0415

    return replace(
        settings,
        database_url=embedded.url(server, database, embedded.LOGIN),
        migration_database_url=embedded.url(server, database, embedded.OWNER),
    )


def driver_url(address: str) -> URL:
    """Return an address as SQLAlchemy wants it, with the driver named."""
    return make_url(address.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")


def find(noun: type[Noun], number: int, *options: Any) -> Noun:
    """Return the row of this number in the scope in view, or answer 404 as if there were none."""
    # A row known already (who is signed in) would come back without what the options ask for.
    row = db.session.get(noun, number, options=options, populate_existing=bool(options))
    if row is None:
        abort(404)
    return row


def owner_url(settings: Settings) -> str:
    """Return the address migrations run at, as the owner of the schema."""
    address = settings.migration_database_url or settings.database_url
    if address is None:
        raise RuntimeError("Settings without a database: call located() first.")
    return address


# ---------------------------------------------------------------- units of work


def commit(session: Session) -> None:
    """Check the constraints that wait for the end, then commit: what is refused is refused here."""
    opened = scope.current()
    only_read = opened is not None and opened.read_only
    if session.in_transaction() and not only_read:
        session.flush()
        session.execute(text("set constraints all immediate"))
    session.commit()


def is_worth_a_retry(error: DBAPIError) -> bool:
    """Say whether the same work may pass a moment later: a deadlock, a serialization failure, a lock."""
    return getattr(error.orig, "sqlstate", None) in RETRIED


def retried(work: Callable[[], T]) -> T:
    """Do a whole unit of work again, up to five times, when the database asks for it."""
    for attempt in range(TRIES):
        try:
            return work()
        except DBAPIError as error:
            if attempt == TRIES - 1 or not is_worth_a_retry(error):
                raise
            sleep(random() * 0.05 * 2**attempt)  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


def new_session() -> Session:
    """Return a session beside the request's, for one scope of its own."""
    return Session(db.engine, expire_on_commit=False, join_transaction_mode="create_savepoint")


@contextmanager
def unit_of_work(opened: scope.Scope = scope.WORKER) -> Iterator[Session]:
    """Open a scope and a session of its own, commit at the end: for commands and jobs."""
    with scope.opened(opened), new_session() as session:
        yield session
        commit(session)


@contextmanager
def aside() -> Iterator[Session]:
    """Write what must be remembered whatever becomes of the request, in a short transaction of its own."""
    with unit_of_work() as session:
        yield session


def driver(session: Session) -> psycopg.Connection[Any]:
    """Return the driver's own connection of a session's transaction, for COPY and jobs."""
    return cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)


def stored(folder: Path) -> Path:
    """Return a folder, made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder
