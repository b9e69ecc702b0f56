"""The one place where time enters the program (M4): tests move it, nothing else reads a clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_told: ContextVar[datetime | None] = ContextVar("accord_clock", default=None)


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return _told.get() or datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """Return the calendar day it is now in the named time zone (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def told(moment: datetime) -> Iterator[None]:
    """Let it be another instant, for a story told of days gone by; no page and no job ever does."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
