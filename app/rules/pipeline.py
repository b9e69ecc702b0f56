"""L5: through which stages a deal goes, and when it is closed.

Stages are of three kinds. Between open ones a deal moves freely, to and fro. It is won only by being reported as won
and lost only by being lost, each with its closing day; a closed deal moves only by being opened again. A deal is closed
on a day from its creation until today. Of every kind the table keeps at least one stage that is in use.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.rules.money import minor_digits, rounded
from app.rules.refusals import RuleBroken


class StageKind(StrEnum):
    """Whether a stage is under way or an end."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class MoveForbidden(RuleBroken):
    """The table of stages has no way from here to there."""


class StageNeeded(RuleBroken):
    """The table of stages keeps at least one of each kind."""


def check_move(now: StageKind, to: StageKind, name: str) -> None:
    """Refuse a change of stage that the table forbids, naming the way that is open."""
    if now is not StageKind.OPEN:
        raise MoveForbidden(
            "This deal is closed, so it stays where it is. Whoever may decide on deals can open it again."
        )
    if to is StageKind.WON:
        raise MoveForbidden(
            f"A deal does not move to “{name}”: report it as won, with its closing day.", "stage_id"
        )
    if to is StageKind.LOST:
        raise MoveForbidden(f"A deal does not move to “{name}”: say that it is lost, and why.", "stage_id")


def check_open(now: StageKind, act: str) -> None:
    """Refuse what only an open deal takes; `act` reads like “reported as won”."""
    if now is not StageKind.OPEN:
        raise MoveForbidden(f"This deal is closed already, so it cannot be {act}.")


def check_closing_day(closed_on: date, created_on: date, today: date) -> None:
    """Refuse a closing day before the deal was created, or one still to come."""
    if closed_on < created_on:
        raise RuleBroken(
            f"The deal was created on {created_on}; it cannot be closed before. Choose that day or a later one.",
            "closed_on",
        )
    if closed_on > today:
        raise RuleBroken("The closing day is still to come. Choose today or an earlier day.", "closed_on")


def check_expected_day(expected_on: date | None, created_on: date) -> None:
    """Refuse to expect the end of a deal before its beginning."""
    if expected_on is not None and expected_on < created_on:
        raise RuleBroken(
            f"The deal was created on {created_on}; it cannot be expected to close before. Choose a later day.",
            "expected_on",
        )


def check_every_kind(kinds: Iterable[StageKind]) -> None:
    """Refuse a table in which a kind has no stage in use."""
    left = set(kinds)
    for kind in StageKind:
        if kind not in left:
            raise StageNeeded(
                f"This is the only {kind.value} stage in use, and deals need one. Add another {kind.value} stage first."
            )


def worth(amount: Decimal, currency: str) -> str:
    """Return an amount as a time line says it."""
    return f"{rounded(amount, currency):,.{minor_digits(currency)}f} {currency}"
