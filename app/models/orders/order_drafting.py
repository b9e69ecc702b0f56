"""Drafting an order (L6): what is in it, how many, for whom; the partner changes drafts only.

Every change holds the order's lock and prices its lines anew (R1), so that two people at one draft, or one at two
screens, come one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.models import pricing
from app.models.changing import check_version, lock
from app.models.orders.order_line import OrderLine
from app.models.orders.order_path import freeze
from app.models.orders.order_status import OrderStatus
from app.models.partner import Partner
from app.models.product import Product
from app.rules.money import UnknownCurrency, is_currency, line_amount
from app.rules.ordering import MOST_LINES, TOO_LARGE, check_quantity, is_too_large
from app.rules.program_values import plain
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.orders.order import Order
    from app.models.person import Person

FACTS = ("customer", "customer_reference", "note", "currency")
LONGEST = {"customer": 200, "customer_reference": 200, "note": 2000}


class NotADraft(RuleBroken):
    """L6: only drafts are edited."""


def describe(self: Order, *, by: Person, version: int | None = None, **facts: Any) -> None:
    """Change the customer, the reference, the note or the currency of a draft; a currency prices it anew."""
    take_up(self, by, version)
    if "currency" in facts:
        partner = self.session.get_one(Partner, self.partner_id)
        facts["currency"] = currency_of(self.session, partner, facts["currency"])
    fill(self, facts)
    _, after = self.changes()
    if after:
        self.track("order.described", by=by)
    if "currency" in after:
        reprice(self)


def add_line(self: Order, product: Product, quantity: Decimal | None, *, by: Person) -> OrderLine:
    """Add so many of a product to a draft, as a line of its own; the same product may stand twice."""
    take_up(self, by)
    wanted = check_quantity(quantity)
    _check_sold(product)
    count, last = self.session.execute(
        select(func.count(), func.coalesce(func.max(OrderLine.line), 0)).where(OrderLine.order_id == self.id)
    ).one()
    if count >= MOST_LINES:
        raise RuleBroken(f"An order takes at most {MOST_LINES} lines. Begin another one for the rest.")
    line = line_for(self, last + 1, product, wanted)
    self.session.add(line)
    self.session.flush()
    reprice(self)
    touched(self, "order.line_added", by, sku=product.sku, quantity=wanted)
    return line


def change_lines(self: Order, quantities: Mapping[int, Decimal | None], *, by: Person) -> None:
    """Order other quantities of lines, by their ids; a refusal names the field `quantity-<id>`."""
    take_up(self, by)
    lines = {one.id: one for one in self.first_lines()}
    changed = []
    for number, quantity in quantities.items():
        line = lines.get(number)
        wanted = check_quantity(quantity, f"quantity-{number}")
        if line is None or line.quantity == wanted:
            continue
        if line.unit_price is not None and is_too_large(line_amount(wanted, line.unit_price)):
            raise RuleBroken(TOO_LARGE, f"quantity-{number}")
        changed.append(f"{line.product.sku}: {plain(line.quantity)} → {plain(wanted)}")
        line.quantity = wanted
    if changed:
        reprice(self)
        touched(self, "order.line_changed", by, lines=changed)


def remove_line(self: Order, line: OrderLine, *, by: Person) -> None:
    """Take a line out of a draft."""
    take_up(self, by)
    if line.order_id != self.id:
        raise RuleBroken("This line belongs to another order.")
    self.session.delete(line)
    self.session.flush()
    touched(self, "order.line_removed", by, sku=line.product.sku, quantity=line.quantity)


# -- how


def take_up(order: Order, by: Person, version: int | None = None) -> None:
    """Lock a draft that this person may change, and read it as it is now."""
    lock(order)
    order.check_edit(by)
    if not order.is_open_draft:
        came = " and came from a file" if order.status is OrderStatus.DRAFT else ""
        raise NotADraft(f"{order.noun} {order.number} is {order.status}{came}: only drafts are changed.")
    check_version(order, version)


def reprice(order: Order) -> None:
    """Write today's prices into the lines of a draft (R1)."""
    order.session.flush()
    today = order.session.get_one(Partner, order.partner_id).today()
    freeze(order.sheet(today))
    order.ordered_on = today


def touched(order: Order, kind: str, by: Person, **facts: Any) -> None:
    """Record a change of the lines, which changes the order's version too."""
    flag_modified(order, "note")
    order.track(kind, by=by, **facts)


def fill(order: Order, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"An order has no {name} to change.")
        if name in LONGEST and value is not None and len(value) > LONGEST[name]:
            raise RuleBroken(f"Write at most {LONGEST[name]} letters.", name)
        setattr(order, name, value if value != "" else None)


def _check_sold(product: Product) -> None:
    if not product.active:
        raise RuleBroken(f"{product.sku} is not sold any more. Choose another product.", "product_id")


def currency_of(session: Session, partner: Partner, named: str | None) -> str:
    """Return the currency named, else the partner's own."""
    if named and named.strip():
        code = named.strip().upper()
        if not is_currency(code):
            raise UnknownCurrency(code)
        return code
    own = pricing.terms(session, partner.id, partner.today())
    if own is None or not own.currency:
        raise RuleBroken("This partner has no currency yet. Say in which one it orders.", "currency")
    return own.currency


def line_for(order: Order, number: int, product: Product, quantity: Decimal) -> OrderLine:
    return OrderLine(
        partner_id=order.partner_id, order_id=order.id, line=number, product_id=product.id, quantity=quantity
    )
