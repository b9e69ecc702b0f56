"""What the commands share: the application on a database that fits this code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app import create_app, database, migrating
from app.extensions import db
from config import Settings, read


class CannotStart(Exception):
    """Why a command cannot begin, in a sentence for the administrator."""


def settings() -> Settings:
    """Return the settings with a database named; the embedded server runs from here on."""
    return database.located(read())


@contextmanager
def application(*, upgrade: bool = False) -> Iterator[Session]:
    """Open the application and one unit of work over every partner, committed at the end.

    `upgrade` brings the schema up to date first; otherwise a database that does not fit is refused.
    """
    known = settings()
    if upgrade or read().database_url is None:
        migrating.upgrade(known)
    with create_app(known).app_context():
        wrong = migrating.schema_mismatch(db.engine)
        if wrong is not None:
            raise CannotStart(wrong)
        try:
            with database.unit_of_work() as session:
                yield session
        finally:
            db.engine.dispose()
