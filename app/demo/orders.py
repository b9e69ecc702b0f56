"""What the partners ordered: orders with lines at the prices of their lists, so much a year as the story says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.demo.catalogue import RANGE, Catalogue
from app.demo.partners import DISTRIBUTOR, Told
from app.demo.pipeline import YEAR, chosen
from app.models import Order, OrderLine, OrderStatus, Partner
from app.rules.money import line_amount

SOLD = [sku for sku, *_ in RANGE[:-1]]
DISCOUNT = {"DACHWERK": "0.15", "REDMESA": "0.15", "BRIGHTROOF": "0.1", "VOLTERA": "0.1", "HELIODOR": "0.1"}
LIST = {"GRANBY": "PREMIER", "KUROSHIO": "KUROSHIO"}
"""Who buys at a list of its own or its tier's; distributors at theirs, all others at the base list with a discount."""
BEFORE = {"DELTAKANAAL": (430, 850_000)}
"""Who ordered otherwise before: until so many days ago, so much a year."""
TODAY = {"PRAIRIE": 330_000}
"""A large order that came in today: it makes the year worth Premier."""


@dataclass
class Ordering:
    """Writes down orders."""

    partners: dict[str, Partner]
    catalogue: Catalogue
    today: date
    random: Random
    lines: list[list[dict[str, Any]]] = field(default_factory=list)

    def write(self, session: Session, told: Told) -> None:
        """Write every order of a partner with its lines."""
        self.lines = []
        orders = list(self._orders(told)) if told.ordered else []
        if not orders:
            return
        ids = session.scalars(insert(Order).returning(Order.id, sort_by_parameter_order=True), orders)
        rows = [
            {**line, "order_id": number, "line": place, "partner_id": order["partner_id"]}
            for order, number, lines in zip(orders, ids, self.lines, strict=True)
            for place, line in enumerate(lines, 1)
        ]
        session.execute(insert(OrderLine), rows)

    def _orders(self, told: Told) -> Iterator[dict[str, Any]]:
        carried = chosen(self.random, SOLD, told.products)
        yearly = 13 if told.kind == DISTRIBUTOR else 7
        number = 0
        for back in self._backs(told, yearly):
            changed, before = BEFORE.get(told.code, (told.since, told.ordered))
            euro = Decimal(before if back > changed else told.ordered) / yearly
            number += 1
            yield self._order(told, number, back, euro * self.random.randint(88, 112) / 100, carried)
        if told.code in TODAY:
            yield self._order(told, number + 1, 0, Decimal(TODAY[told.code]), carried)

    def _backs(self, told: Told, yearly: int) -> list[int]:
        """Return how many days ago the orders were, the oldest first, one in each stretch of the year."""
        stretch = YEAR // yearly
        backs = [begin + self.random.randint(1, stretch) for begin in range(0, told.since - stretch, stretch)]
        return sorted(backs, reverse=True)

    def _order(self, told: Told, number: int, back: int, euro: Decimal, carried: list[str]) -> dict[str, Any]:
        partner = self.partners[told.code]
        currency = partner.currency or "EUR"
        ordered_on = self.today - timedelta(days=back)
        worth = euro / self.catalogue.euro(currency, ordered_on)
        self.lines.append(list(self._lines(told, currency, worth, self._picked(carried, number), ordered_on)))
        if number % 17 == 0:
            self.lines[-1].append(_credit(self.lines[-1][0]))
        return {
            "partner_id": partner.id,
            "number": f"{told.code[:6]}-{ordered_on:%y}{number:04d}",
            "ordered_on": ordered_on,
            "status": self._status(back, number),
            "currency": currency,
            "customer_reference": f"PO {self.random.randint(10_000, 99_999)}",
            "customer": None,
        }

    def _picked(self, carried: list[str], number: int) -> list[str]:
        """Return four of what a partner carries, another four with every order, so that a year sees all of it."""
        begin = number * 4
        return list(dict.fromkeys(carried[(begin + place) % len(carried)] for place in range(4)))

    def _lines(
        self, told: Told, currency: str, worth: Decimal, skus: list[str], day: date
    ) -> Iterator[dict[str, Any]]:
        code = LIST.get(told.code, "DISTRIBUTOR" if told.kind == DISTRIBUTOR else "BASE")
        discount = Decimal(DISCOUNT.get(told.code, "0.05")) if code == "BASE" else Decimal(0)
        for sku in skus:
            single = self.catalogue.price((code, sku, currency), 1, day).unit_price
            wanted = worth / len(skus) / (single * (1 - discount))
            quantity = max(wanted.quantize(Decimal(1), ROUND_HALF_UP), Decimal(1))
            price = self.catalogue.price((code, sku, currency), int(quantity), day)
            yield {
                "product_id": self.catalogue.products[sku],
                "quantity": quantity,
                "unit_price": price.unit_price,
                "discount": discount,
                "amount": line_amount(quantity, price.unit_price, discount),
                "price_id": price.id,
            }

    def _status(self, back: int, number: int) -> OrderStatus:
        if back > 30:
            return OrderStatus.CANCELLED if number % 19 == 5 else OrderStatus.CLOSED
        if back > 12:
            return OrderStatus.FULFILLED
        return OrderStatus.CONFIRMED


def _credit(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a piece that came back is credited with (M5)."""
    quantity = Decimal(-1)
    return {
        **line,
        "quantity": quantity,
        "amount": line_amount(quantity, line["unit_price"], line["discount"]),
    }
