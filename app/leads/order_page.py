"""What the page of an order shows: its lines with their prices, where it stands, what its reader may do next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access import Permission, current_person, may
from app.conversation import conversation
from app.database import find
from app.extensions import db
from app.forms import shortest
from app.leads.order_forms import QUANTITY_OF, Quantities
from app.listing import matches
from app.listing.audience import crumb
from app.models import Order, OrderLine, OrderStatus, Product
from app.models.orders.order_pricing import Sheet, offers_for
from app.rules.pricing import Price

FOUND = 8
LOADED = (
    joinedload(Order.partner),
    joinedload(Order.owner_person),
    joinedload(Order.opportunity),
    joinedload(Order.credited),
)
WALKED = (
    (OrderStatus.DRAFT, "Draft", "drafted_at"),
    (OrderStatus.SUBMITTED, "Submitted", "submitted_at"),
    (OrderStatus.CONFIRMED, "Confirmed", "confirmed_at"),
    (OrderStatus.FULFILLED, "Fulfilled", "fulfilled_at"),
    (OrderStatus.CLOSED, "Closed", "closed_at"),
)


@dataclass(frozen=True)
class Place:
    """A step of the path: behind, here, or ahead."""

    label: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class Found:
    """A product that was looked for, at the price of one today."""

    product: Product
    price: Price | None


@dataclass(frozen=True)
class OrderPage:
    """An order as its reader may work it."""

    order: Order
    sheet: Sheet
    total: Decimal
    count: int
    today: date
    credit_notes: list[Order]
    acts: frozenset[str]
    q: str = ""
    found: list[Found] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Say whether every line is on the page."""
        return self.count <= len(self.sheet.lines)

    def quantity_of(self, line: OrderLine) -> str:
        """Return what stands in the field of a line: what was typed, else its quantity as a person would type it."""
        return self.typed.get(f"{QUANTITY_OF}{line.id}", shortest(line.quantity))

    @property
    def path(self) -> list[Place]:
        """Return the steps of the order, those behind it with their moments (L6)."""
        order = self.order
        steps = [
            step
            for step in WALKED
            if not order.is_credit or step[0] in {OrderStatus.CONFIRMED, OrderStatus.CLOSED}
        ]
        if order.status is OrderStatus.CANCELLED:
            walked = [Place(label, "done", at) for _, label, name in steps if (at := getattr(order, name))]
            return [*walked, Place("Cancelled", "here", order.cancelled_at)]
        here = [status for status, _, _ in steps].index(order.status)
        return [
            Place(label, "here" if at == here else "done" if at < here else "ahead", getattr(order, name))
            for at, (_, label, name) in enumerate(steps)
        ]


def found(order_id: int) -> Order:
    """Return an order with all its page names, or answer 404."""
    return find(Order, order_id, *LOADED)


def page(order_id: int, quantities: Quantities | None = None) -> ResponseReturnValue:
    """Show an order; 422 with what was typed when the lines were refused."""
    order = found(order_id)
    shown = _page(order, quantities)
    template = "leads/orders/draft.html" if order.is_open_draft else "leads/orders/show.html"
    code = 422 if quantities is not None else 200
    return render_template(
        template,
        page=shown,
        order=order,
        whose=crumb(order.partner),
        talk=conversation(order),
    ), code


def _page(order: Order, quantities: Quantities | None) -> OrderPage:
    today = order.partner.today() if order.is_open_draft else order.ordered_on
    sheet = order.sheet(today)
    total, count = _made(order, sheet)
    acts = _acts(order)
    q = request.values.get("q", "").strip()[:100] if "edit" in acts else ""
    return OrderPage(
        order,
        sheet,
        total,
        count,
        today,
        _credit_notes(order),
        acts,
        q,
        _found(order, q, today),
        quantities.typed if quantities else {},
        quantities.errors if quantities else {},
    )


def _made(order: Order, sheet: Sheet) -> tuple[Decimal, int]:
    """Return what all lines make and how many they are, those included that the page does not show."""
    if len(sheet.lines) < Order.SHOWN:
        return sheet.total, len(sheet.lines)
    row = db.session.execute(Order.totals([order.id])).one()
    return row.total, row.lines


def _acts(order: Order) -> frozenset[str]:
    """Return what the reader may do with the order now."""
    may_edit = may(Permission.ORDERS_WRITE) and order.may_be_edited_by(current_person)
    decides = may_edit and may(Permission.ORDERS_DECIDE)
    is_priced = order.is_open_draft or (
        order.status is OrderStatus.SUBMITTED and order.drafted_at is not None
    )
    counts = order.status in {OrderStatus.CONFIRMED, OrderStatus.FULFILLED, OrderStatus.CLOSED}
    cancels = decides if current_person.is_staff else order.may_be_withdrawn_by(current_person)
    allowed = {
        "edit": may_edit and order.is_open_draft,
        "submit": may_edit and order.is_open_draft,
        "confirm": decides and order.may_become(OrderStatus.CONFIRMED),
        "fulfil": decides and order.may_become(OrderStatus.FULFILLED),
        "close": decides and order.may_become(OrderStatus.CLOSED),
        "cancel": may_edit and cancels and order.may_become(OrderStatus.CANCELLED),
        "agree": decides and is_priced,
        "credit": decides and counts and not order.is_credit,
        "duplicate": may(Permission.ORDERS_WRITE) and not order.is_credit,
    }
    return frozenset(name for name, is_allowed in allowed.items() if is_allowed)


def _credit_notes(order: Order) -> list[Order]:
    if order.is_credit or order.status in {OrderStatus.DRAFT, OrderStatus.SUBMITTED}:
        return []
    notes = select(Order).where(Order.credits_id == order.id).order_by(Order.id)
    return list(db.session.scalars(notes))


def _found(order: Order, words: str, on: date) -> list[Found]:
    """Return the products that match the words, each at the partner's price of one."""
    if not words:
        return []
    known = select(Product).where(Product.active, matches(Product.search, words))
    products = list(db.session.scalars(known.order_by(Product.sort_name, Product.id).limit(FOUND)))
    offers = offers_for(db.session(), order, products, on)
    return [
        Found(one, offers[one.id].price_or_none(currency=order.currency) if one.id in offers else None)
        for one in products
    ]


def open_drafts(limit: int = 5) -> list[Any]:
    """Return the reader's own drafts, the latest first."""
    mine = select(Order.id, Order.number, Order.customer).where(
        Order.owner_id == current_person.id,
        Order.status == OrderStatus.DRAFT,
        Order.drafted_at.is_not(None),
    )
    return list(db.session.execute(mine.order_by(Order.id.desc()).limit(limit)))
