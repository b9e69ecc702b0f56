"""Credit notes (M5): an order with negative quantities that mirrors lines of another one, wholly or partly.

Line 3 of a credit note mirrors line 3 of its order, at the very price and discount it was ordered at.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.models.changing import lock
from app.models.deals.opportunity_counting import reassess_each, to_tell
from app.models.orders.order_line import OrderLine
from app.models.orders.order_status import COUNTED, OrderStatus
from app.models.partner import Partner
from app.models.talk.step import Step
from app.rules.money import rounded
from app.rules.ordering import Ordered, check_credit
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.orders.order import Order
    from app.models.person import Person


def creditable(order: Order) -> list[tuple[OrderLine, Ordered]]:
    """Return the lines of an order, each with what credit notes may still take back of it."""
    taken = _taken(order)
    lines = select(OrderLine).where(OrderLine.order_id == order.id).options(joinedload(OrderLine.product))
    found = []
    for one in order.session.scalars(lines.order_by(OrderLine.line)):
        quantity, amount = taken.get(one.line, (Decimal(0), Decimal(0)))
        unit, made = one.unit_price or Decimal(0), one.amount or Decimal(0)
        ordered = Ordered(one.line, one.product.sku, one.quantity, unit, one.discount, made, quantity, amount)
        found.append((one, ordered))
    return found


def credit(self: Order, quantities: Mapping[int, Decimal], reason: str, *, by: Person) -> Order:
    """Take so many of its lines (by their numbers) back; the credit note counts from today on."""
    lock(self)
    self.check_edit(by)
    _check_may(self, by)
    if not reason.strip():
        raise RuleBroken("Say why, so that the partner can read it.", "reason")
    check_credit(quantities.values())
    session, note = self.session, _note(self, reason.strip())
    session.add(note)
    session.flush()
    for line, ordered in creditable(self):
        wanted = quantities.get(line.line, Decimal(0))
        if wanted:
            quantity, amount = ordered.credit(wanted, f"quantity-{line.line}")
            session.add(_mirror(note, line, quantity, amount, self.number))
    session.flush()
    total = session.scalar(select(func.sum(OrderLine.amount)).where(OrderLine.order_id == note.id))
    worth = f"{rounded(total or Decimal(0), self.currency):,} {self.currency}"
    Step.take(note, "order.credit_given", by=by, number=note.number, order=self.number, total=worth)
    Step.take(
        self,
        "order.credited",
        by=by,
        to=to_tell(session, self, by=by),
        number=note.number,
        total=worth,
        reason=reason.strip(),
    )
    reassess_each(session, [self.partner_id], by=by)
    return note


def _check_may(order: Order, by: Person) -> None:
    if by.partner_id is not None:
        raise RuleBroken("Credit notes are given by the vendor. Ask your partner manager.")
    if order.is_credit:
        raise RuleBroken("A credit note is not credited. Cancel it instead.")
    if order.status not in COUNTED:
        raise RuleBroken(f"Order {order.number} is {order.status}: only what was confirmed can be credited.")


def _taken(order: Order) -> dict[int, tuple[Decimal, Decimal]]:
    """Return, by line, the quantity and the amount that credit notes took back, as positive figures."""
    kind = type(order)
    rows = (
        select(OrderLine.line, -func.sum(OrderLine.quantity), -func.sum(OrderLine.amount))
        .join(kind, kind.id == OrderLine.order_id)
        .where(kind.credits_id == order.id, kind.status != OrderStatus.CANCELLED)
        .group_by(OrderLine.line)
    )
    return {line: (quantity, amount or Decimal(0)) for line, quantity, amount in order.session.execute(rows)}


def _note(order: Order, reason: str) -> Order:
    kind, session = type(order), order.session
    before = session.scalar(select(func.count()).where(kind.credits_id == order.id)) or 0
    now = clock.now()
    return kind(
        partner_id=order.partner_id,
        number=_free_number(session, order, before + 1),
        ordered_on=session.get_one(Partner, order.partner_id).today(),
        status=OrderStatus.CONFIRMED,
        currency=order.currency,
        customer=order.customer,
        customer_reference=order.customer_reference,
        opportunity_id=order.opportunity_id,
        owner_id=order.owner_id,
        credits_id=order.id,
        reason=reason,
        drafted_at=now,
        submitted_at=now,
        confirmed_at=now,
    )


def _free_number(session: Session, order: Order, count: int) -> str:
    """Return the order's number with the credit note's own behind it; a file may have taken one."""
    kind = type(order)
    while session.scalar(select(kind.id).where(kind.number == f"{order.number}-C{count}")) is not None:
        count += 1
    return f"{order.number}-C{count}"


def _mirror(note: Order, line: OrderLine, quantity: Decimal, amount: Decimal, number: str) -> OrderLine:
    return OrderLine(
        partner_id=note.partner_id,
        order_id=note.id,
        line=line.line,
        product_id=line.product_id,
        quantity=quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        amount=amount,
        price_id=line.price_id,
        list_price=line.list_price,
        why=f"As on line {line.line} of {number}.",
        override_reason=line.override_reason,
    )
