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


def check_held(left: str, amount: int, held: Held, currency: str) -> None:
    """No entry takes more from what is available or reserved than is there (F4); the vendor's budget has no floor."""
    if left == "available" and held.least is not None and held.available - amount < held.least:
        raise InsufficientFunds(held.available - held.least, amount, currency)
    if left == "reserved" and held.reserved < amount:
        raise InsufficientFunds(held.reserved, amount, currency, of="reserved")


class InsufficientFunds(RuleBroken):
    """The fund does not hold so much (F4)."""

    def __init__(self, held: int, asked: int, currency: str, *, of: str = "available") -> None:
        self.missing = asked - held
        super().__init__(
            f"Only {in_words(held, currency)} is {of}, {in_words(self.missing, currency)} less than"
            f" {in_words(asked, currency)}. Choose a smaller amount, or credit the fund first.",
            "amount",
        )


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
