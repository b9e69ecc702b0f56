"""What the lines of an order cost: today's prices while it is a draft (R1), the frozen ones afterwards (R4).

A draft is priced anew whenever it is looked at, on the partner's own calendar day; what it shows carries a seal, so
that an order is submitted only at the prices that were seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import pricing
from app.models.orders.order_line import OrderLine
from app.models.price_list import PriceListPartner
from app.models.pricing import Offer
from app.rules.measures.facts import EXACT, HUNDRED
from app.rules.money import line_amount, rounded
from app.rules.ordering import TOO_LARGE, is_too_large
from app.rules.pricing import Candidate, NoPrice, Price, Standing
from app.rules.program_values import plain
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.orders.order import Order
    from app.models.product import Product


QUOTED_DAYS = 30
"""So long a quote holds, unless a price of it ends before."""


@dataclass(frozen=True)
class Break:
    """A larger quantity from which one unit costs less."""

    quantity: Decimal
    net: Decimal


@dataclass(frozen=True)
class PricedLine:
    """A line with its price as the reader sees it; `trouble` says why it has none and what to do."""

    line: OrderLine
    unit_price: Decimal | None
    discount: Decimal
    amount: Decimal | None
    list_price: Decimal | None
    why: str | None
    price_id: int | None = None
    trouble: str = ""
    cheaper: Break | None = None
    chosen: Candidate | None = None

    @property
    def undiscounted(self) -> Decimal:
        """What it makes before the tier's discount."""
        return Decimal(0) if self.unit_price is None else line_amount(self.line.quantity, self.unit_price)

    @property
    def moved(self) -> str:
        """Say how the price differs from the one of when the line was last touched; empty when it does not."""
        was = _net(self.line.unit_price, self.line.discount)
        now = _net(self.unit_price, self.discount)
        if was == now:
            return ""
        before, after = ("no price" if each is None else plain(each) for each in (was, now))
        return f"{self.line.product.sku}: {before} → {after}"


def _net(unit_price: Decimal | None, discount: Decimal) -> Decimal | None:
    return None if unit_price is None else line_amount(Decimal(1), unit_price, discount)


@dataclass(frozen=True)
class Sheet:
    """All lines of an order with their prices on a day."""

    currency: str
    on: date
    lines: tuple[PricedLine, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the lines' amounts, unrounded (M2)."""
        return sum((one.amount for one in self.lines if one.amount is not None), Decimal(0))

    @property
    def shown_total(self) -> Decimal:
        """The total as it is shown: rounded once, to the currency's minor unit (M2)."""
        return rounded(self.total, self.currency)

    @property
    def undiscounted(self) -> Decimal:
        """The sum before discounts, rounded once."""
        return rounded(sum((one.undiscounted for one in self.lines), Decimal(0)), self.currency)

    @property
    def discounted(self) -> Decimal:
        """What all discounts together take off, so that the three sums of a paper add up (R3)."""
        return EXACT.subtract(self.undiscounted, self.shown_total)

    @property
    def troubles(self) -> list[PricedLine]:
        """The lines without a price."""
        return [one for one in self.lines if one.trouble]

    @property
    def moved(self) -> list[str]:
        """How prices differ from those of when the lines were last touched."""
        return [one.moved for one in self.lines if one.moved]

    @property
    def seal(self) -> str:
        """What these prices are, short: a form carries it, so that nothing is ordered at prices nobody saw."""
        figures = [
            (one.line.id, one.line.quantity, one.unit_price, one.discount, one.amount) for one in self.lines
        ]
        seen = repr([[plain(each) if isinstance(each, Decimal) else each for each in row] for row in figures])
        return sha256(f"{self.currency} {seen}".encode()).hexdigest()[:32]


def frozen(order: Order, lines: Sequence[OrderLine]) -> Sheet:
    """Return the lines at the prices they were submitted with."""
    shown = [
        PricedLine(one, one.unit_price, one.discount, one.amount, one.list_price, one.why, one.price_id)
        for one in lines
    ]
    return Sheet(order.currency, order.ordered_on, tuple(shown))


def live(session: Session, order: Order, lines: Sequence[OrderLine], on: date) -> Sheet:
    """Return the lines at the prices of a day; their products are loaded."""
    offers = offers_for(session, order, [one.product for one in lines], on)
    foreign = _elsewhere(session, order, lines, offers, on)
    shown = tuple(_priced(order, one, offers.get(one.product_id), foreign) for one in lines)
    return Sheet(order.currency, on, shown)


def offers_for(
    session: Session, order: Order, products: Sequence[Product], on: date, *, of_all_times: bool = False
) -> dict[int, Offer]:
    """Return the price rows that may apply to products for the partner of an order, in its currency."""
    terms = pricing.terms(session, order.partner_id, on)
    if terms is None or not products:
        return {}
    unique = list({product.id: product for product in products}.values())
    return pricing.offers(session, terms, unique, order.currency, of_all_times=of_all_times)


def _priced(order: Order, line: OrderLine, offer: Offer | None, foreign: dict[int, list[str]]) -> PricedLine:
    price, trouble = None, ""
    try:
        price = None if offer is None else offer.price(line.quantity, order.currency)
    except NoPrice:
        trouble = _missing(order, line, offer, foreign.get(line.product_id, []))
    if not line.product.active:
        price, trouble = None, f"{line.product.sku} is not sold any more. Take the line out."
    if line.is_agreed and line.product.active:
        return _agreed(line, price)
    if price is None:
        sentence = trouble or _missing(order, line, None, [])
        return PricedLine(line, None, Decimal(0), None, None, None, trouble=sentence)
    share = EXACT.divide(price.discount, HUNDRED)
    unit = price.chosen.unit_price
    amount = line_amount(line.quantity, unit, share)
    if is_too_large(amount):
        return PricedLine(line, None, Decimal(0), None, None, None, trouble=TOO_LARGE)
    cheaper = cheaper_from(offer, line.quantity, price, order.currency)
    return PricedLine(
        line, unit, share, amount, unit, price.why, price.chosen.row, cheaper=cheaper, chosen=price.chosen
    )


def _agreed(line: OrderLine, price: Price | None) -> PricedLine:
    """Return a line at the price staff agreed, beside what R1 would say today."""
    row = price.chosen if price else None
    return PricedLine(
        line,
        line.unit_price,
        line.discount,
        None if line.unit_price is None else line_amount(line.quantity, line.unit_price, line.discount),
        row.unit_price if row else None,
        price.why if price else None,
        row.row if row else None,
        chosen=row,
    )


def cheaper_from(offer: Offer | None, quantity: Decimal, price: Price, currency: str) -> Break | None:
    """Return the next quantity from which one unit costs less, if there is one."""
    for wanted in [] if offer is None else offer.quantities:
        other = offer.price_or_none(wanted, currency) if offer and wanted > quantity else None
        if other is not None and other.net < price.net:
            return Break(wanted, other.net)
    return None


def _elsewhere(
    session: Session, order: Order, lines: Sequence[OrderLine], offers: dict[int, Offer], on: date
) -> dict[int, list[str]]:
    """Return in which other currencies the products without a price are sold that day."""
    bare = [
        one.product
        for one in lines
        if (offer := offers.get(one.product_id)) is None
        or offer.price_or_none(one.quantity, order.currency) is None
    ]
    if not bare:
        return {}
    whole = offers_for(session, order, bare, on, of_all_times=True)
    return {
        number: sorted({one.currency for one in offer.candidates if on in one.valid} - {order.currency})
        for number, offer in whole.items()
    }


def _missing(order: Order, line: OrderLine, offer: Offer | None, currencies: list[str]) -> str:
    sku, currency, quantity = line.product.sku, order.currency, plain(line.quantity)
    larger = [one.min_quantity for one in offer.candidates if one.currency == currency] if offer else []
    if larger:
        begins = plain(min(larger))
        return f"There is no price for {quantity} of {sku}: prices begin at {begins}. Order {begins} or more."
    if currencies:
        known = " and ".join(currencies)
        return (
            f"There is no price in {currency} for {quantity} of {sku}; it is sold in {known}. "
            f"Order it in {currencies[0]}, or have a price in {currency} added."
        )
    return (
        f"There is no price in {currency} for {quantity} of {sku} today. "
        "Have one added to a price list, or take the line out."
    )


def holds_until(session: Session, order: Order, sheet: Sheet) -> date:
    """Return the last day on which a quote can be counted on: a month, or until a price or a personal list ends."""
    rows = [one.chosen for one in sheet.lines if one.chosen is not None and not one.line.is_agreed]
    ends = [row.valid.last for row in rows if row.valid.last is not None]
    lists = {row.price_list for row in rows if row.standing is Standing.PERSONAL}
    personal = select(PriceListPartner.valid_to).where(
        PriceListPartner.price_list_id.in_(lists),
        PriceListPartner.partner_id == order.partner_id,
        PriceListPartner.during.contains(sheet.on),
        PriceListPartner.valid_to.is_not(None),
    )
    if lists:
        ends += [day for day in session.scalars(personal) if day is not None]
    return min([sheet.on + timedelta(days=QUOTED_DAYS), *ends])


def check_complete(sheet: Sheet) -> None:
    """Refuse an order that cannot be submitted: without lines, or with a line that has no price (R4)."""
    if not sheet.lines:
        raise RuleBroken("An order without lines cannot be submitted. Add a product first.")
    if sheet.troubles:
        first = sheet.troubles[0].trouble
        more = len(sheet.troubles) - 1
        others = f" {more} more lines have no price either." if more else ""
        raise RuleBroken(f"{first}{others}")
