"""The list of orders, as the vendor and the partner see it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.access import Permission, current_person, may
from app.extensions import db
from app.leads import selected
from app.listing import Column, choice, day, matches, text
from app.listing.audience import SharedListing, partner_column, partner_filter
from app.models import Order, OrderLine, OrderStatus, Partner, Person, Product

WAITS = {
    "submission": "To be submitted",
    "confirmation": "To be confirmed",
    "delivery": "To be fulfilled",
}
WHOSE = {"mine": "Mine", "nobody": "Nobody’s"}


@cache
def _orders() -> Select[*tuple[Any, ...]]:
    return (
        select(Order, Partner.name.label("partner_name"), Person.name.label("owner_name"))
        .outerjoin(Partner, Partner.id == Order.partner_id)
        .outerjoin(Person, Person.id == Order.owner_id)
    )


@dataclass(frozen=True)
class _Listed:
    """An order of the list with the sum of its lines."""

    order: Order
    partner_name: str | None
    owner_name: str | None
    total: Decimal
    lines: int

    @property
    def id(self) -> int:
        """Return the order's number in the database: where the next screen goes on."""
        return self.order.id

    def __getitem__(self, place: int) -> Order:
        """Return the order, as the first of a row."""
        return (self.order,)[place]


def _with_totals(session: Session, rows: list[Any]) -> list[Any]:
    """Add what the stored lines of these orders make (M2), in one question."""
    totals = {
        order_id: (total, lines)
        for order_id, total, lines in session.execute(Order.totals([row[0].id for row in rows]))
    }
    return [
        _Listed(row[0], row.partner_name, row.owner_name, *totals.get(row[0].id, (Decimal(0), 0)))
        for row in rows
    ]


def _product(given: str) -> ColumnElement[bool]:
    """Return the condition that an order has a line of this product."""
    product_id = db.session.scalar(select(Product.id).where(func.lower(Product.sku) == given.lower()))
    return Order.id.in_(select(OrderLine.order_id).where(OrderLine.product_id == product_id))


def _waits(given: str) -> ColumnElement[bool]:
    """Return the condition of what an order waits for."""
    return {
        "submission": and_(Order.status == OrderStatus.DRAFT, Order.drafted_at.is_not(None)),
        "confirmation": Order.status == OrderStatus.SUBMITTED,
        "delivery": and_(Order.status == OrderStatus.CONFIRMED, Order.credits_id.is_(None)),
    }[given]


def _whose(given: str) -> ColumnElement[bool]:
    """Return the condition of one's own orders: staff's are also those of the partners they look after."""
    if given == "nobody":
        return Order.owner_id.is_(None)
    if current_person.is_staff:
        looked_after = select(Partner.id).where(Partner.manager_id == current_person.id)
        return or_(Order.owner_id == current_person.id, Order.partner_id.in_(looked_after))
    return Order.owner_id == current_person.id


def _deal(given: str) -> ColumnElement[bool]:
    if not (given.isascii() and given.isdigit() and len(given) < 19):  # noqa: PLR2004 - a bigint
        raise ValueError(given)
    return Order.opportunity_id == int(given)


LIST = SharedListing(
    "orders",
    query=_orders,
    key=Order.id,
    acts=selected.ORDERS,
    columns=[
        Column("number", "Number", lambda row: row[0].number, sort=Order.number),
        partner_column(),
        Column("ordered", "Ordered", lambda row: row[0].ordered_on, sort=Order.ordered_on, kind="day"),
        Column(
            "status",
            "Status",
            lambda row: row[0].status.value.capitalize(),
            kind="badge",
            tone=lambda row: row[0].tone,
        ),
        Column("customer", "Customer", lambda row: row[0].customer),
        Column("reference", "Reference", lambda row: row[0].customer_reference),
        Column("owner", "Owner", lambda row: row.owner_name),
        Column("lines", "Lines", lambda row: row.lines, kind="number"),
        Column("total", "Total", lambda row: row.total, kind="money", currency=lambda row: row[0].currency),
    ],
    filters=[
        choice("waits", "Waiting", list(WAITS.items()), _waits),
        choice("whose", "Whose", list(WHOSE.items()), _whose),
        choice(
            "status",
            "Status",
            [(status.value, status.value.capitalize()) for status in OrderStatus],
            lambda given: Order.status == OrderStatus(given),
        ),
        partner_filter(Order.partner_id),
        text("product", "Product (SKU)", _product),
        text("opportunity", "Deal (number)", _deal),
        text("currency", "Currency", lambda given: Order.currency == given.upper()),
        day("from", "Ordered from", lambda on: Order.ordered_on >= on),
        day("to", "Ordered to", lambda on: Order.ordered_on <= on),
    ],
    search=lambda words: matches(Order.search, words),
    default="-ordered",
    href=lambda row: url_for("orders.show", order_id=row[0].id),
    empty=("No orders yet", "Begin one from the catalogue, from a deal you won, or import them."),
    action=lambda: ("New order", url_for("orders.new")) if may(Permission.ORDERS_WRITE) else None,
    prepare=_with_totals,
)
