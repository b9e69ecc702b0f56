"""Whatever a partner's act brings about in a fund is written in the vendor's books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app import scope


@contextmanager
def in_books(session: Session) -> Iterator[None]:
    """Open the vendor's books where a partner's person acts; everybody else has them open."""
    opened = scope.current()
    if opened is not None and opened.role is scope.Role.PARTNER:
        with scope.books(session):
            yield
    else:
        yield
