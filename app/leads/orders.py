"""Orders: the list and the record with its lines, as the vendor and the partner see them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.access import Permission, requires
from app.database import find
from app.extensions import db
from app.leads.audience import SharedListing, crumb, history, partner_column, partner_filter
from app.listing import Column, choice, day, matches, text
from app.models import Order, OrderLine, OrderStatus, Partner, Product

bp = Blueprint("orders", __name__, url_prefix="/orders")


def _orders() -> Select[*tuple[Any, ...]]:
    return select(Order, Partner.name.label("partner_name")).outerjoin(
        Partner, Partner.id == Order.partner_id
    )


@dataclass(frozen=True)
class _Listed:
    """An order of the list with the sum of its lines."""

    order: Order
    partner_name: str | None
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
    return [_Listed(row[0], row.partner_name, *totals.get(row[0].id, (Decimal(0), 0))) for row in rows]


def _product(given: str) -> ColumnElement[bool]:
    """Return the condition that an order has a line of this product."""
    product_id = db.session.scalar(select(Product.id).where(func.lower(Product.sku) == given.lower()))
    return Order.id.in_(select(OrderLine.order_id).where(OrderLine.product_id == product_id))


LIST = SharedListing(
    "orders",
    query=_orders,
    key=Order.id,
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
        Column("lines", "Lines", lambda row: row.lines, kind="number"),
        Column("total", "Total", lambda row: row.total, kind="money", currency=lambda row: row[0].currency),
    ],
    filters=[
        choice(
            "status",
            "Status",
            [(status.value, status.value.capitalize()) for status in OrderStatus],
            lambda given: Order.status == OrderStatus(given),
        ),
        partner_filter(Order.partner_id),
        text("product", "Product (SKU)", _product),
        text("currency", "Currency", lambda given: Order.currency == given.upper()),
        day("from", "Ordered from", lambda on: Order.ordered_on >= on),
        day("to", "Ordered to", lambda on: Order.ordered_on <= on),
    ],
    search=lambda words: matches(Order.search, words),
    default="-ordered",
    href=lambda row: url_for("orders.show", order_id=row[0].id),
    empty=("No orders yet", "Orders stand here once somebody ordered, or once they were imported."),
    prepare=_with_totals,
)
LIST.routes(bp, requires(Permission.ORDERS_READ))


@bp.get("")
@requires(Permission.ORDERS_READ)
def index() -> ResponseReturnValue:
    """List orders with their totals, the latest first."""
    return render_template("leads/orders/index.html", page=LIST.page())


@bp.get("/<id:order_id>")
@requires(Permission.ORDERS_READ)
def show(order_id: int) -> ResponseReturnValue:
    """Show an order with its lines, a screen at a time, and what they make."""
    order = find(Order, order_id, joinedload(Order.partner))
    totals = db.session.execute(Order.totals([order.id])).one_or_none()
    return render_template(
        "leads/orders/show.html",
        order=order,
        whose=crumb(order.partner),
        lines=order.first_lines(),
        total=totals.total if totals else Decimal(0),
        count=totals.lines if totals else 0,
        happened=history(order),
    )
