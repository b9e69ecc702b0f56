"""What a deal is about: products with quantities, of which the first is the one that measures look at (P8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.deals.opportunity import Opportunity

MOST = 50


@dataclass(frozen=True)
class Wanted:
    """A product a deal is about, and how much of it."""

    product_id: int
    quantity: Decimal = Decimal(1)


def check(wanted: Sequence[Wanted]) -> None:
    """Refuse too many, the same twice, and quantities of nothing."""
    if len(wanted) > MOST:
        raise RuleBroken(f"A deal has at most {MOST} products.", "products")
    if len({one.product_id for one in wanted}) < len(wanted):
        raise RuleBroken("A product stands twice. Add up its quantities on one line.", "products")
    if any(one.quantity <= 0 for one in wanted):
        raise RuleBroken("A quantity is more than zero.", "products")


def differ(session: Session, deal: Opportunity, wanted: Sequence[Wanted]) -> bool:
    """Say whether the deal is about something else now."""
    with session.no_autoflush:
        held = {number: row.quantity for number, row in _rows(session, deal).items()}
    return held != {one.product_id: one.quantity for one in wanted} or deal.product_id != first(wanted)


def first(wanted: Sequence[Wanted]) -> int | None:
    """Return the product that measures look at."""
    return wanted[0].product_id if wanted else None


def keep(session: Session, deal: Opportunity, wanted: Sequence[Wanted]) -> None:
    """Let the deal be about these products and no others; the deal is in the database already."""
    from app.models.deals.opportunity import OpportunityProduct  # noqa: PLC0415 - it is the deal's child

    held = _rows(session, deal)
    asked = {one.product_id: one.quantity for one in wanted}
    for number, row in held.items():
        if number not in asked:
            session.delete(row)
    for number, quantity in asked.items():
        if number in held:
            held[number].quantity = quantity
        else:
            line = OpportunityProduct(
                partner_id=deal.partner_id, opportunity_id=deal.id, product_id=number, quantity=quantity
            )
            session.add(line)
    session.flush()


def _rows(session: Session, deal: Opportunity) -> dict[int, Any]:
    from app.models.deals.opportunity import OpportunityProduct  # noqa: PLC0415 - it is the deal's child

    rows = select(OpportunityProduct).where(OpportunityProduct.opportunity_id == deal.id)
    return {row.product_id: row for row in session.scalars(rows)}
