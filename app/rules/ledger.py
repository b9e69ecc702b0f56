"""F1 to F8: money of a fund moves between five accounts, in whole minor units, and never out of thin air.

Budget is the vendor's side: what it gives is taken from there, so it stands below zero. Available is what the partner
may plan with, reserved what was promised to approved activities, spent what they cost, expired what was not used in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.rules.money import from_minor
from app.rules.refusals import RuleBroken

MOST = 10**15
"""Minor units one entry moves at most."""

PATHS = {
    "accrual": ("budget", "available"),
    "credit": ("budget", "available"),
    "transfer in": ("budget", "available"),
    "transfer out": ("available", "budget"),
    "debit": ("available", "spent"),
    "reserve": ("available", "reserved"),
    "release": ("reserved", "available"),
    "settle": ("reserved", "spent"),
    "expire": ("available", "expired"),
}
"""From which account to which each kind of entry moves money; a reversal goes back along the entry it reverses."""


@dataclass(frozen=True)
class Held:
    """What stands on the accounts that must not run dry, in minor units."""

    available: int
    reserved: int
    least: int | None = 0
    """What may be available at least: zero, or below it by an overdraft; None: no limit."""


def path(kind: str, reverses: str | None = None) -> tuple[str, str]:
    """From which account to which an entry of this kind goes; `reverses`: the kind it takes back."""
    if reverses is None:
        return PATHS[kind]
    left, reached = PATHS[reverses]
    return reached, left


def check_held(left: str, amount: int, held: Held, currency: str, *, chosen: bool = True) -> None:
    """No entry takes more from what is available or reserved than is there (F4); the vendor's budget has no floor.

    `chosen`: whether somebody wrote the amount; what is taken back has the amount it had.
    """
    if left == "available" and held.least is not None and held.available - amount < held.least:
        overdrawn = max(-held.available, 0)
        raise InsufficientFunds(
            held.available - held.least, amount, currency, overdrawn=overdrawn, chosen=chosen
        )
    if left == "reserved" and held.reserved < amount:
        raise InsufficientFunds(held.reserved, amount, currency, of="reserved", chosen=chosen)


class InsufficientFunds(RuleBroken):
    """The fund does not hold so much (F4); `overdrawn`: by how much it is below zero already."""

    def __init__(
        self,
        held: int,
        asked: int,
        currency: str,
        *,
        of: str = "available",
        overdrawn: int = 0,
        chosen: bool = True,
    ) -> None:
        self.missing = asked - held
        missing, wanted = in_words(self.missing, currency), in_words(asked, currency)
        if overdrawn and held <= 0:
            words = (
                f"The fund is overdrawn by {in_words(overdrawn, currency)}, so {wanted} cannot be taken from it."
                f" Credit it with at least {missing} first."
            )
        elif chosen:
            words = (
                f"Only {in_words(held, currency)} is {of}, {missing} less than {wanted}."
                " Choose a smaller amount, or credit the fund first."
            )
        else:
            words = (
                f"Only {in_words(held, currency)} is {of}, {missing} less than the {wanted} to be taken back."
                f" Credit the fund with at least {missing} first."
            )
        super().__init__(words, "amount" if chosen else None)


class NeverTwice(RuleBroken):
    """What was posted or reversed once is not posted or reversed again."""


class BeforeItStarts(RuleBroken):
    """The entry is meant for a day on which the fund did not exist."""


def in_words(units: int, currency: str) -> str:
    """An amount as a sentence says it: "1,250.00 USD"."""
    return f"{from_minor(units, currency):,f} {currency}"


def check_amount(amount: int) -> None:
    """An entry moves at least one minor unit and at most a thousand million million."""
    if amount < 1:
        raise RuleBroken("Write an amount greater than zero.", "amount")
    if amount > MOST:
        raise RuleBroken("This amount is too large to be posted at once.", "amount")


def check_day(meant_on: date, starts_on: date) -> None:
    """No entry is meant for a day before the fund began."""
    if meant_on < starts_on:
        raise BeforeItStarts(
            f"The fund begins on {starts_on}, so nothing is posted for {meant_on}. Choose a later day.",
            "meant_on",
        )
