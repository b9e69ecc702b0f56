"""How an order begins: empty, from a deal that was won, or as the same one again.

Numbers are the partner's own, counted one by one in the vendor's books: they say nothing of what others order.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from app import clock, scope
from app.models.changing import lock
from app.models.deals.opportunity import Opportunity, OpportunityProduct, OpportunityStage, StageKind
from app.models.orders.order_drafting import LONGEST, currency_of, fill, line_for, reprice, touched
from app.models.orders.order_status import OrderStatus
from app.models.partner import Partner
from app.models.product import Product
from app.models.talk.step import Step
from app.rules.ordering import check_quantity
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.orders.order import Order
    from app.models.person import Person

_COUNT = text(
    "update partner set orders_numbered = orders_numbered + 1 where id = :partner_id returning code, orders_numbered"
)


def draft(
    cls: type[Order],
    session: Session,
    partner: Partner,
    *,
    by: Person | None,
    currency: str | None = None,
    opportunity: Opportunity | None = None,
    customer: str | None = None,
    reference: str | None = None,
) -> Order:
    """Begin an order of a partner, in the partner's currency unless another one is named."""
    today = partner.today()
    order = cls(
        partner_id=partner.id,
        number=_next_number(cls, session, partner.id, today.year),
        ordered_on=today,
        status=OrderStatus.DRAFT,
        currency=currency_of(session, partner, currency),
        owner_id=by.id if by is not None and by.partner_id == partner.id else None,
        opportunity_id=None if opportunity is None else opportunity.id,
        note=None,
        drafted_at=clock.now(),
    )
    fill(order, {"customer": customer, "customer_reference": reference})
    session.add(order)
    session.flush()
    Step.take(order, "order.drafted", by=by, number=order.number)
    return order


def from_opportunity(cls: type[Order], session: Session, deal: Opportunity, *, by: Person) -> Order:
    """Begin the order of a deal that was won: its customer, its products; the draft it has already, if it has one."""
    lock(deal)
    deal.check_edit(by)
    kind = session.scalar(select(OpportunityStage.kind).where(OpportunityStage.id == deal.stage_id))
    if kind is not StageKind.WON or deal.deleted_at is not None:
        raise RuleBroken("A deal is ordered from once it is won. Report it as won first.")
    begun = select(cls).where(
        cls.opportunity_id == deal.id, cls.status == OrderStatus.DRAFT, cls.drafted_at.is_not(None)
    )
    known = session.scalars(begun.order_by(cls.id).limit(1)).one_or_none()
    if known is not None:
        return known
    partner = session.get_one(Partner, deal.partner_id)
    order = draft(
        cls, session, partner, by=by, opportunity=deal, customer=deal.customer[: LONGEST["customer"]]
    )
    _take_over(order, _products_of(session, deal), by)
    return order


def duplicate(self: Order, *, by: Person) -> tuple[Order, list[str]]:
    """Begin the same order again at today's prices; beside it, the products that are not sold any more."""
    if self.is_credit:
        raise RuleBroken("A credit note is not ordered again. Duplicate the order it belongs to.")
    if by.partner_id is not None and by.partner_id != self.partner_id:
        raise RuleBroken("This order belongs to another organisation.")
    partner = self.session.get_one(Partner, self.partner_id)
    lines = [one for one in self.first_lines() if one.quantity > 0]
    again = draft(type(self), self.session, partner, by=by, currency=self.currency, customer=self.customer)
    again.note = self.note
    _take_over(again, [(one.product, one.quantity) for one in lines if one.product.active], by)
    return again, [one.product.sku for one in lines if not one.product.active]


# -- how


def _next_number(cls: type[Order], session: Session, partner_id: int, year: int) -> str:
    """Return the partner's next number, counted in the vendor's books one by one; files may have taken some."""
    with scope.books(session) as books:
        while True:
            code, count = books.execute(_COUNT, {"partner_id": partner_id}).one()
            number = f"{code}-{year}-{count:04d}"
            if books.scalar(select(cls.id).where(cls.number == number)) is None:
                return number


def _take_over(order: Order, wanted: list[tuple[Product, Decimal]], by: Person) -> None:
    """Add what another record named, all at once."""
    for number, (product, quantity) in enumerate(wanted, start=1):
        order.session.add(line_for(order, number, product, check_quantity(quantity, None)))
    if wanted:
        reprice(order)
        touched(order, "order.lines_taken_over", by, lines=len(wanted))


def _products_of(session: Session, deal: Opportunity) -> list[tuple[Product, Decimal]]:
    """Return what a deal is about and is still sold."""
    named = (
        select(OpportunityProduct)
        .where(OpportunityProduct.opportunity_id == deal.id)
        .options(joinedload(OpportunityProduct.product))
        .order_by(OpportunityProduct.id)
    )
    found = [(one.product, one.quantity) for one in session.scalars(named)]
    if not found and deal.product_id is not None:
        only = session.get(Product, deal.product_id)
        found = [] if only is None else [(only, Decimal(1))]
    return [(product, quantity) for product, quantity in found if product.active]
