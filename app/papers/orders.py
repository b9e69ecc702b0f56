"""The papers of an order: a quote while it is a draft, the order afterwards, the credit note that takes some of it back.

They go to customers: they say what is ordered at which price, and not why it has that price.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.orm import Session

from app import filters
from app.models import Order, OrderStatus
from app.models.orders.order_pricing import PricedLine, Sheet, holds_until
from app.papers import parties
from app.papers.typesetting import pdf
from app.rules.refusals import RuleBroken

MOST_LINES = 5000
DASH = "–"
MINUS = "−"


def paper(session: Session, order: Order) -> tuple[str, bytes]:
    """Return the name and the bytes of an order's paper; what it is for is loaded."""
    sheet = order.sheet(order.partner.today(), MOST_LINES + 1)
    if len(sheet.lines) > MOST_LINES:
        raise RuleBroken(
            f"An order of more than {MOST_LINES:,} lines is no paper any more. Export it instead."
        )
    data = _data(session, order, sheet)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{data['title']}-{order.number}").strip("-.")
    return f"{name}.pdf", pdf("order.typ", data)


def title_of(order: Order) -> str:
    """Return what the paper is called."""
    if order.is_credit:
        return "Credit note"
    return "Quote" if order.status is OrderStatus.DRAFT else "Order"


def _data(session: Session, order: Order, sheet: Sheet) -> dict[str, Any]:
    return {
        "title": title_of(order),
        "number": order.number,
        "lang": filters.locale().split("_")[0],
        "vendor": parties.vendor(session, order.partner),
        "partner": parties.partner(order.partner),
        "words": {"page": "Page", "from": "From", "to": "To"},
        "facts": [[label, value] for label, value in _facts(session, order, sheet) if value],
        "heads": ["Line", "Product", "Quantity", "Unit price", "Discount", f"Amount, {order.currency}"],
        "lines": [_line(one, order.currency) for one in sheet.lines],
        "sums": _sums(sheet),
        "notes": [[label, text.splitlines()] for label, text in _notes(order, sheet) if text],
    }


def _facts(session: Session, order: Order, sheet: Sheet) -> list[tuple[str, str | None]]:
    is_quote = order.is_open_draft
    return [
        ("Date", filters.day(sheet.on if is_quote else order.ordered_on)),
        ("Valid until", filters.day(holds_until(session, order, sheet)) if is_quote else None),
        ("For order", order.credited.number if order.credited else None),
        ("Your reference", order.customer_reference),
        ("Customer", order.customer),
    ]


def _line(one: PricedLine, currency: str) -> dict[str, str]:
    has_price = one.unit_price is not None
    return {
        "line": str(one.line.line),
        "product": one.line.product.name,
        "sku": one.line.product.sku,
        "quantity": _signed(filters.number(one.line.quantity)),
        "price": filters.unit_price(one.unit_price, currency) if one.unit_price is not None else DASH,
        "discount": filters.percent(one.discount * 100) if one.discount and has_price else DASH,
        "amount": _signed(filters.unit_price(one.amount, currency)) if one.amount is not None else DASH,
    }


def _sums(sheet: Sheet) -> list[list[Any]]:
    currency = sheet.currency
    total = [f"Total, {currency}", _signed(filters.money(sheet.shown_total, currency)), True]
    if not sheet.discounted:
        return [total]
    return [
        ["Before discount", _signed(filters.money(sheet.undiscounted, currency)), False],
        ["Discount", _signed(filters.money(-sheet.discounted, currency)), False],
        total,
    ]


def _notes(order: Order, sheet: Sheet) -> list[tuple[str, str | None]]:
    missing = "Lines without a price are not part of the total." if sheet.troubles else None
    called_off = "This order was cancelled." if order.status is OrderStatus.CANCELLED else None
    return [
        ("", called_off),
        ("", missing),
        ("Note", order.note),
        ("Reason", order.reason if order.is_credit else None),
    ]


def _signed(figure: str) -> str:
    """Return a figure with a minus as paper has it."""
    return figure.replace("-", MINUS, 1) if figure.startswith("-") else figure
