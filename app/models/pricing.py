"""R1, R3: what a partner pays for products on a day, read set-based: two questions, however many products.

In a partner's scope the database shows only the rows R1 names, so the answer is the same for staff and for the partner.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Date, Integer, bindparam, text
from sqlalchemy.orm import Session

from app.models.price_list import SINCE_EVER, PriceScope
from app.models.product import Product
from app.rules.measures.facts import HUNDRED
from app.rules.money import line_amount
from app.rules.periods import Days
from app.rules.pricing import DISCOUNT, Candidate, NoPrice, Price, RunnerUp, Standing, choose

if TYPE_CHECKING:
    from app.models.partner import Partner

_STANDING = {
    PriceScope.PERSONAL: Standing.PERSONAL,
    PriceScope.GRANTED: Standing.TIER,
    PriceScope.TYPE: Standing.TYPE,
    PriceScope.BASE: Standing.BASE,
}

_TERMS = text("""
    select coalesce(h.partner_type_id, p.partner_type_id) as partner_type_id,
           coalesce(p.currency, c.currency, v.currency) as currency,
           b.price_list_id, b.number, k.name as category, k.value_type
    from partner p
    left join operating_company c on c.id = p.operating_company_id
    left join lateral (
        select id, currency from program_version
        where status = 'published' and valid_from <= :day order by valid_from desc limit 1) v on true
    left join active_period a on a.partner_id = p.id and a.during @> :day
    left join tier_period h on h.partnership_id = a.partnership_id and h.during @> :day
    left join ladder l on l.version_id = v.id and l.partner_type_id = h.partner_type_id
    left join rung r on r.ladder_id = l.id and r.tier_id = h.tier_id
    left join parameter b on b.rung_id = r.id and b.kind = 'benefit'
        and coalesce(b.valid_from, :day) <= :day and coalesce(b.valid_to, :day) >= :day
    left join category k on k.id = b.category_id
    where p.id = :partner_id
""").bindparams(bindparam("day", type_=Date()))

_ROWS = text("""
    select pr.id, pr.product_id, pr.unit_price, pr.currency, pr.min_quantity, pr.valid_from, pr.valid_to,
           pl.id as price_list_id, pl.scope, pl.name
    from price pr join price_list pl on pl.id = pr.price_list_id
    where pr.product_id = any(:products)
      and (:of_all_times or (pr.during @> :day and pr.currency = :currency))
      and (pl.scope = 'base'
           or (pl.scope = 'type' and pl.partner_type_id = :partner_type_id)
           or (pl.scope = 'granted' and pl.id = any(:granted))
           or (pl.scope = 'personal' and exists (
               select from price_list_partner lp
               where lp.price_list_id = pl.id and lp.partner_id = :partner_id and lp.during @> :day)))
    order by pr.product_id, pl.id, pr.min_quantity
""").bindparams(bindparam("day", type_=Date()), bindparam("partner_type_id", type_=Integer()))


@dataclass(frozen=True)
class Terms:
    """What decides a partner's prices on a day: its type, the lists its tier grants, the tier's discount (percent)."""

    partner_id: int
    on: date
    partner_type_id: int
    currency: str
    granted: tuple[int, ...]
    discount: Decimal


@dataclass(frozen=True)
class Offer:
    """All price rows that may apply to one product, the product's own price among them."""

    product_id: int
    candidates: tuple[Candidate, ...]
    terms: Terms

    def price(self, quantity: Decimal = Decimal(1), currency: str | None = None) -> Price:
        """Return the price of one unit when so many are bought, with its why; NoPrice when there is none (R4)."""
        return choose(
            self.candidates, quantity, currency or self.terms.currency, self.terms.on, self.terms.discount
        )

    def price_or_none(self, quantity: Decimal = Decimal(1), currency: str | None = None) -> Price | None:
        """Return the price, or None where none applies."""
        try:
            return self.price(quantity, currency)
        except NoPrice:
            return None

    @property
    def quantities(self) -> list[Decimal]:
        """The quantities from which another row may win, the smallest first; 1 is always among them."""
        return sorted({Decimal(1), *(one.min_quantity for one in self.candidates if one.min_quantity > 1)})


def terms(session: Session, partner_id: int, on: date) -> Terms | None:
    """Return what decides a partner's prices on a day; None when the partner is not in view."""
    rows = session.execute(_TERMS, {"partner_id": partner_id, "day": on}).all()
    if not rows:
        return None
    discounts = [row.number for row in rows if row.category == DISCOUNT and row.value_type == "percent"]
    return Terms(
        partner_id,
        on,
        rows[0].partner_type_id,
        rows[0].currency or "",
        tuple(row.price_list_id for row in rows if row.price_list_id is not None),
        max(discounts, default=Decimal(0)),
    )


def offers(
    session: Session,
    by: Terms,
    products: Collection[Product],
    currency: str | None = None,
    *,
    of_all_times: bool = False,
) -> dict[int, Offer]:
    """Return, by product id, the price rows that may apply; `of_all_times` adds those of other days and currencies."""
    asked = {
        "products": [product.id for product in products],
        "partner_id": by.partner_id,
        "partner_type_id": by.partner_type_id,
        "granted": list(by.granted),
        "day": by.on,
        "currency": currency or by.currency,
        "of_all_times": of_all_times,
    }
    found: dict[int, list[Candidate]] = {product.id: [] for product in products}
    for row in session.execute(_ROWS, asked):
        found[row.product_id].append(
            Candidate(
                _STANDING[PriceScope(row.scope)],
                row.unit_price,
                row.currency,
                row.min_quantity,
                Days(None if row.valid_from == SINCE_EVER else row.valid_from, row.valid_to),
                row.name,
                row.id,
                row.price_list_id,
            )
        )
    return {
        product.id: Offer(product.id, (*found[product.id], *_own_price(product)), by) for product in products
    }


def _own_price(product: Product) -> Iterable[Candidate]:
    if product.list_price is None or product.currency is None:
        return ()
    return (Candidate(Standing.PRODUCT, product.list_price, product.currency),)


@dataclass(frozen=True)
class Answer:
    """R1 for one partner, product, day, quantity and currency: the price with its why, or why there is none."""

    terms: Terms
    currency: str
    quantity: Decimal
    price: Price | None
    sentence: str

    @property
    def amount(self) -> Decimal | None:
        """What the quantity costs after the tier's discount, rounded as a line is (M2)."""
        if self.price is None:
            return None
        return line_amount(self.quantity, self.price.chosen.unit_price, self.price.discount / HUNDRED)

    @property
    def losers(self) -> list[RunnerUp]:
        """The rows that did not win, those nearest to the question first: same currency, same day."""
        if self.price is None:
            return []

        def distance(one: RunnerUp) -> tuple[bool, bool]:
            return one.candidate.currency != self.currency, self.terms.on not in one.candidate.valid

        return sorted(self.price.runners_up, key=distance)


def price_for(
    session: Session,
    partner: Partner,
    product: Product,
    on: date,
    quantity: Decimal = Decimal(1),
    currency: str | None = None,
) -> Answer:
    """Say what one partner pays for one unit of a product when it buys so many, and why; two questions."""
    by = terms(session, partner.id, on)
    if by is None:
        raise NoPrice("There is no such partner. Look it up in the list of partners.", "partner")
    asked = currency or by.currency
    offer = offers(session, by, [product], asked, of_all_times=True)[product.id]
    try:
        price = offer.price(quantity, asked)
    except NoPrice as refusal:
        return Answer(by, asked, quantity, None, refusal.sentence)
    return Answer(by, asked, quantity, price, price.why)


def prices_for(
    session: Session,
    partner: Partner,
    products: Collection[Product],
    on: date,
    quantity: Decimal = Decimal(1),
    currency: str | None = None,
) -> dict[int, Price | None]:
    """Say what one partner pays for many products, by product id; None where there is no price. Two questions."""
    by = terms(session, partner.id, on)
    if by is None:
        return {}
    found = offers(session, by, products, currency)
    return {number: offer.price_or_none(quantity, currency) for number, offer in found.items()}
