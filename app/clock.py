"""The one place where time enters the program (M4): tests move it, nothing else reads a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """Return the calendar day it is now in the named time zone (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()
