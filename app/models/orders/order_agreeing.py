"""Prices that staff agree: a line may have one of its own instead of R1's and the tier's discount, with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm.attributes import flag_modified

from app.models.changing import lock
from app.models.deals.opportunity_counting import to_tell
from app.models.orders.order_drafting import NotADraft, reprice
from app.models.orders.order_line import OrderLine
from app.models.orders.order_path import freeze
from app.models.orders.order_pricing import check_complete, live
from app.models.orders.order_status import OrderStatus
from app.models.partner import Partner
from app.models.talk.step import Step
from app.rules.money import line_amount
from app.rules.ordering import TOO_LARGE, is_too_large
from app.rules.program_values import plain
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.orders.order import Order
    from app.models.person import Person


def agree(self: Order, line: OrderLine, price: Decimal | None, reason: str, *, by: Person) -> None:
    """Let a line have a price of its own instead of R1's and the tier's discount, with a reason; staff only."""
    _take_up_for_staff(self, line, by)
    if price is None or price < 0:
        raise RuleBroken("A price is zero or more.", "price")
    if not reason.strip():
        raise RuleBroken("Say why this price was agreed; the partner reads it.", "reason")
    if is_too_large(line_amount(line.quantity, price)):
        raise RuleBroken(TOO_LARGE, "price")
    was = line.unit_price
    line.override_reason = reason.strip()
    line.price_at(price)
    if self.is_open_draft:
        reprice(self)
    _priced(self, line, by, "order.price_agreed", was=was, price=price, reason=reason.strip())


def restore(self: Order, line: OrderLine, *, by: Person) -> None:
    """Take an agreed price back: the line has R1's price again, of the day it was submitted on if it was."""
    _take_up_for_staff(self, line, by)
    if not line.is_agreed:
        return
    was = line.unit_price
    line.override_reason = None
    on = self.session.get_one(Partner, self.partner_id).today() if self.is_open_draft else self.ordered_on
    sheet = live(self.session, self, [line], on)
    if not self.is_open_draft:
        check_complete(sheet)
    freeze(sheet)
    _priced(self, line, by, "order.price_restored", was=was, price=line.unit_price)


def _take_up_for_staff(order: Order, line: OrderLine, by: Person) -> None:
    lock(order)
    order.check_edit(by)
    if by.partner_id is not None:
        raise RuleBroken("Prices are agreed by the vendor. Ask your partner manager.")
    if order.drafted_at is None:
        raise NotADraft(f"Order {order.number} came from a file: its prices are changed there.")
    if order.is_credit or not (order.is_open_draft or order.status is OrderStatus.SUBMITTED):
        raise NotADraft(f"{order.noun} {order.number} is {order.status}: its prices stay as they are.")
    if line.order_id != order.id:
        raise RuleBroken("This line belongs to another order.")
    order.session.refresh(line, attribute_names=["unit_price", "discount", "override_reason", "quantity"])


def _priced(order: Order, line: OrderLine, by: Person, kind: str, **facts: Any) -> None:
    flag_modified(order, "note")
    said: dict[str, Any] = {"sku": line.product.sku, "line": line.line, "currency": order.currency}
    said |= {name: plain(each) if isinstance(each, Decimal) else each for name, each in facts.items()}
    Step.take(order, kind, by=by, to=to_tell(order.session, order, by=by), **said)
