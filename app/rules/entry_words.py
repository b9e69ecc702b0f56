"""What an entry of a fund says of itself in one line, whatever brought it about (F2, F8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.rules import accrual

ABOUT = {
    "reserve": "Reserved for “{}”",
    "release": "Not needed for “{}”",
    "settle": "Spent on “{}”",
}
NAMELESS = {
    "reserve": "Reserved for a marketing activity",
    "release": "Not needed for a marketing activity",
    "settle": "Spent on a marketing activity",
    "credit": "Credited by hand",
    "debit": "Debited by hand",
    "transfer in": "From another fund",
    "transfer out": "To another fund",
    "expire": "Expired unspent",
    "reversal": "Reversed",
}
TITLES = {
    "accrual": "Credit of a deal",
    "credit": "Credit",
    "debit": "Debit",
    "transfer in": "Transfer in",
    "transfer out": "Transfer out",
    "reserve": "Reserved",
    "release": "Released",
    "settle": "Settled",
    "expire": "Expired",
    "reversal": "Reversal",
}
"""What each kind of entry is called."""


def said(
    kind: str, facts: Mapping[str, Any], reason: str | None = None, *, activity: str | None = None
) -> str:
    """Say why money moved, from what the entry keeps.

    `facts` of a credit of a deal are those of `app.rules.accrual`; a transfer's name the other `fund`, an expiry's the
    day `until` which the money could be used, an activity's its title as `activity`, where it is not given beside.
    """
    title = activity or facts.get("activity")
    match kind:
        case "accrual":
            return accrual.sentence(facts)
        case "reserve" | "release" | "settle" if title:
            return _with(ABOUT[kind].format(title), reason)
        case "transfer in" | "transfer out" if facts.get("fund"):
            return _with(f"{'From' if kind == 'transfer in' else 'To'} {facts['fund']}", reason)
        case "expire" if facts.get("until"):
            until = in_words(date.fromisoformat(facts["until"]))
            back = facts.get("came_back")
            return _with(
                f"Came back after {until}, the fund’s last day" if back else f"Not used until {until}", reason
            )
        case "credit" | "debit" if reason:
            return reason
        case _:
            return _with(NAMELESS[kind], reason)


def in_words(day: date) -> str:
    """A day as a sentence says it: "30 Jun 2026"."""
    return f"{day.day} {day:%b %Y}"


def _with(words: str, reason: str | None) -> str:
    return f"{words}: {reason}" if reason else words
