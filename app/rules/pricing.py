"""R1, R3: which price a partner pays, and why.

First hit wins: the partner's personal lists, the list its tier grants, its type's list, the base list, the product's
own price. Within a list, the row with the largest minimum quantity not above the quantity (a credit note is priced
like the invoice it mirrors, so the size of the quantity counts). When several lists of the same standing have a row,
the lowest price wins, then the list's name. The tier's discount applies to base prices and to the product's own price
only, and is shown apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum

from app.rules.measures.facts import EXACT, HUNDRED
from app.rules.periods import EVERY_DAY, Days
from app.rules.program_values import plain
from app.rules.refusals import RuleBroken

DISCOUNT = "Discount"
"""R3: the benefit of this category, a percentage, is the tier's discount."""


class Standing(IntEnum):
    """How near a price is to the partner; the lowest number wins."""

    PERSONAL = 1
    TIER = 2
    TYPE = 3
    BASE = 4
    PRODUCT = 5

    @property
    def words(self) -> str:
        """Where the price comes from, in a sentence."""
        return {
            1: "a personal list",
            2: "the list of the tier",
            3: "the list of the type",
            4: "the base list",
            5: "the product itself",
        }[self]


@dataclass(frozen=True)
class Candidate:
    """A price row that might apply. `row` and `price_list` are ids (None for the product's own price)."""

    standing: Standing
    unit_price: Decimal
    currency: str
    min_quantity: Decimal = Decimal(0)
    valid: Days = EVERY_DAY
    source: str = ""
    row: int | None = None
    price_list: int | None = None

    @property
    def name(self) -> str:
        """The list and where it stands, for a sentence."""
        return f"{self.standing.words} “{self.source}”" if self.source else self.standing.words


@dataclass(frozen=True)
class RunnerUp:
    """A row that did not win, and why."""

    candidate: Candidate
    why: str


@dataclass(frozen=True)
class Price:
    """The row that won, the discount beside it (in percent), and what lost."""

    chosen: Candidate
    discount: Decimal
    why: str
    runners_up: tuple[RunnerUp, ...]

    @property
    def net(self) -> Decimal:
        """The unit price less the discount, not rounded."""
        kept = EXACT.divide(EXACT.subtract(HUNDRED, self.discount), HUNDRED)
        return EXACT.multiply(self.chosen.unit_price, kept)


class NoPrice(RuleBroken):
    """R4: there is no price, and none is never zero."""


def choose(
    candidates: Iterable[Candidate],
    quantity: Decimal,
    currency: str,
    on: date,
    tier_discount: Decimal = Decimal(0),
) -> Price:
    """R1: the price of one unit when so many are bought on a day. NoPrice says what is missing."""
    offered = sorted(candidates, key=_preference)
    reasons = {id(one): _unfit(one, abs(quantity), currency, on) for one in offered}
    fitting = [one for one in offered if not reasons[id(one)]]
    if not fitting:
        raise NoPrice(
            f"There is no price in {currency} for {plain(quantity)} on {on}. Add one to a price list that applies."
        )
    best = min((_best_of_list(fitting, one) for one in fitting), key=_preference)
    discounted = best.standing >= Standing.BASE and tier_discount > 0
    losers = tuple(
        RunnerUp(one, reasons[id(one)] or _beaten(one, best)) for one in offered if one is not best
    )
    return Price(
        best, tier_discount if discounted else Decimal(0), _won(best, quantity, tier_discount), losers
    )


def _preference(one: Candidate) -> tuple[int, Decimal, str, Decimal, int]:
    return (one.standing, one.unit_price, one.source, -one.min_quantity, one.row or 0)


def _best_of_list(fitting: list[Candidate], one: Candidate) -> Candidate:
    """The row with the largest minimum quantity of the list that `one` is in."""
    same_list = [other for other in fitting if _list_of(other) == _list_of(one)]
    return max(same_list, key=lambda other: other.min_quantity)


def _list_of(one: Candidate) -> tuple[Standing, str, int | None]:
    """Where a row stands: two lists may have the same name."""
    return one.standing, one.source, one.price_list


def _unfit(one: Candidate, quantity: Decimal, currency: str, on: date) -> str:
    if one.currency != currency:
        return f"It is in {one.currency}."
    if on not in one.valid:
        return f"It holds {one.valid}."
    if one.min_quantity > quantity:
        return f"It begins at {plain(one.min_quantity)}."
    return ""


def _beaten(one: Candidate, best: Candidate) -> str:
    if one.standing > best.standing:
        return f"{best.standing.words.capitalize()} comes first."
    if one.source == best.source:
        return f"The row from {plain(best.min_quantity)} is nearer to the quantity."
    return f"{best.source} is cheaper or comes first by name."


def _won(best: Candidate, quantity: Decimal, tier_discount: Decimal) -> str:
    row = f", row from {plain(best.min_quantity)}" if best.min_quantity else ""
    why = f"From {best.name}{row}, for a quantity of {plain(quantity)}."
    if tier_discount <= 0:
        return why
    if best.standing >= Standing.BASE:
        return f"{why} The tier's discount of {plain(tier_discount)} % comes off."
    return f"{why} The tier's discount does not apply on top of {best.standing.words}."
