"""L6: the path of an order, how much of a product a line may ask for, and what a credit note may still take back.

A draft is submitted, confirmed, fulfilled and closed, each step once and in this order; it may be cancelled until it is
fulfilled: what was delivered is taken back by a credit note. A credit note mirrors lines of an order that counts: never more than was ordered, in sum over all its credit
notes; what takes the last of a line back takes back what is left of its amount, so that both together make nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.rules.measures.facts import EXACT
from app.rules.money import line_amount
from app.rules.program_values import plain
from app.rules.refusals import RuleBroken

LARGEST_QUANTITY = Decimal(999_999)
LARGEST_AMOUNT = Decimal(10) ** 15
TOO_LARGE = "Quantity × price is too large to be an amount. Order less, or correct the price."
MOST_LINES = 500

DRAFT, SUBMITTED, CONFIRMED = "draft", "submitted", "confirmed"
FULFILLED, CLOSED, CANCELLED = "fulfilled", "closed", "cancelled"

NEXT: dict[str, frozenset[str]] = {
    DRAFT: frozenset({SUBMITTED, CANCELLED}),
    SUBMITTED: frozenset({CONFIRMED, CANCELLED}),
    CONFIRMED: frozenset({FULFILLED, CANCELLED}),
    FULFILLED: frozenset({CLOSED}),
    CLOSED: frozenset(),
    CANCELLED: frozenset(),
}
NEXT_OF_CREDIT: dict[str, frozenset[str]] = {
    CONFIRMED: frozenset({CLOSED, CANCELLED}),
    CLOSED: frozenset(),
    CANCELLED: frozenset(),
}
"""A credit note is given confirmed: there is nothing to submit and nothing to deliver."""


def may_become(status: str, wanted: str, *, is_credit: bool = False) -> bool:
    """Say whether an order of this status may take that step."""
    return wanted in (NEXT_OF_CREDIT if is_credit else NEXT).get(status, frozenset())


def check_step(number: str, status: str, wanted: str, *, is_credit: bool = False) -> None:
    """Refuse a step that the path does not have."""
    if not may_become(status, wanted, is_credit=is_credit):
        noun = "Credit note" if is_credit else "Order"
        raise RuleBroken(f"{noun} {number} is {status} and cannot be {wanted}. Look at it as it is now.")


def check_quantity(quantity: Decimal | None, field: str | None = "quantity") -> Decimal:
    """Return what was asked for when a line may ask for it: above zero, below a million."""
    if quantity is None:
        raise RuleBroken("Write how many.", field)
    if quantity <= 0:
        raise RuleBroken("Order more than zero, or take the line out.", field)
    if quantity > LARGEST_QUANTITY:
        raise RuleBroken(
            "A line takes at most 999,999. Split the quantity, or ask your partner manager.", field
        )
    return quantity


def is_too_large(amount: Decimal) -> bool:
    """Say whether a line makes more than an amount can be (M1)."""
    return abs(amount) >= LARGEST_AMOUNT


@dataclass(frozen=True)
class Ordered:
    """A line as it was ordered, and what credit notes took back of it so far (both as positive figures)."""

    line: int
    sku: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    amount: Decimal
    credited: Decimal = Decimal(0)
    credited_amount: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """How many may still be taken back; of a line that was a credit itself, none."""
        return max(EXACT.subtract(self.quantity, self.credited), Decimal(0))

    @property
    def left_amount(self) -> Decimal:
        """What is left of its amount."""
        return EXACT.subtract(self.amount, self.credited_amount) if self.left else Decimal(0)

    def credit(self, quantity: Decimal, field: str | None = None) -> tuple[Decimal, Decimal]:
        """Return the quantity and the amount of the line that takes so many back, both negative."""
        if quantity < 0:
            raise RuleBroken("Write how many to take back, as a number above zero.", field)
        if quantity > self.left:
            raise RuleBroken(
                f"Of line {self.line} ({self.sku}) at most {plain(self.left)} can still be credited.", field
            )
        whole = quantity == self.left
        amount = self.left_amount if whole else line_amount(quantity, self.unit_price, self.discount)
        return -quantity, -amount


def check_credit(wanted: Iterable[Decimal]) -> None:
    """Refuse a credit note of nothing."""
    if not any(quantity > 0 for quantity in wanted):
        raise RuleBroken("Write for at least one line how many to credit.")
