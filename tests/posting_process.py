"""A process of its own that posts: `python -m tests.posting_process PREFIX FROM TO FUND FUND`, to `DATABASE_URL`.

Each unit of work credits the first fund and debits the second; its number is printed once it is committed.
"""

from __future__ import annotations

import os
import sys
from datetime import date

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app import database, scope
from app.models import EntryKind, Fund
from app.rules.ledger import NeverTwice

DAY = date(2026, 3, 1)


def main(prefix: str, start: int, end: int, credited: int, debited: int) -> None:
    """Post, one unit of work after the other; what is posted already is passed over."""
    engine = create_engine(database.driver_url(os.environ["DATABASE_URL"]))
    with scope.opened(scope.Scope(scope.Role.STAFF)), Session(engine, expire_on_commit=False) as session:
        gives, takes = session.get_one(Fund, credited), session.get_one(Fund, debited)
        session.commit()
        for number in range(start, end):
            cause = f"{prefix}/{number}"
            try:
                gives.post(EntryKind.CREDIT, 100, cause=cause, by=None, meant_on=DAY, reason="A test")
                takes.post(EntryKind.DEBIT, 100, cause=cause, by=None, meant_on=DAY, reason="A test")
                database.commit(session)
            except NeverTwice:
                session.rollback()
            else:
                sys.stdout.write(f"{number}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
