"""The products at the partner's own prices, each with its why (R1, R3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import scope
from app.access import Permission, requires
from app.database import find
from app.extensions import db
from app.listing import Column, Listing, choice, matches
from app.models import Product, pricing
from app.models.pricing import Offer
from app.rules.pricing import Candidate, Price, Standing

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")


@dataclass(frozen=True)
class Priced:
    """A product with the partner's price today; no price is no price, never zero (R4)."""

    product: Product
    price: Price | None

    @property
    def id(self) -> int:
        """The product's number, by which the list pages."""
        return self.product.id

    @property
    def unit_price(self) -> Decimal | None:
        """The price of one before the tier's discount."""
        return self.price.chosen.unit_price if self.price else None

    @property
    def net(self) -> Decimal | None:
        """The price of one after the tier's discount."""
        return self.price.net if self.price else None

    @property
    def discount(self) -> Decimal | None:
        """The tier's discount in percent, where it applies (R3)."""
        return self.price.discount if self.price and self.price.discount else None

    @property
    def currency(self) -> str | None:
        """The currency the partner buys in."""
        return self.price.chosen.currency if self.price else None

    @property
    def why(self) -> str:
        """Where the price comes from, short."""
        if self.price is None:
            return "No price yet: ask your partner manager"
        return from_where(self.price.chosen)


def from_where(row: Candidate) -> str:
    """Return where a price row stands: “Base list: Spring 2026”."""
    where = {
        Standing.PERSONAL: "Your own list",
        Standing.TIER: "Your tier's list",
        Standing.TYPE: "Your type's list",
        Standing.BASE: "Base list",
        Standing.PRODUCT: "The product's own price",
    }[row.standing]
    return f"{where}: {row.source}" if row.source else where


def _own_offers(session: Session, products: list[Product], *, of_all_times: bool = False) -> dict[int, Offer]:
    """Return the price rows for the partner in view; an export asks while no request is there any more."""
    opened = scope.current()
    terms = pricing.terms(session, opened.partner_id, scope.today()) if opened and opened.partner_id else None
    return {} if terms is None else pricing.offers(session, terms, products, of_all_times=of_all_times)


def _priced(session: Session, products: list[Product]) -> list[Priced]:
    offers = _own_offers(session, products)
    return [Priced(one, offers[one.id].price_or_none() if one.id in offers else None) for one in products]


def _categories() -> list[tuple[str, str]]:
    known = select(Product.category).where(Product.active, Product.category.is_not(None)).distinct()
    return [(name, name) for name in db.session.scalars(known.order_by(Product.category)) if name]


@cache
def _products() -> Select[*tuple[Any, ...]]:
    return select(Product).where(Product.active)


LIST = Listing(
    "products",
    query=_products,
    key=Product.id,
    columns=[
        Column("name", "Product", lambda one: one.product.name, sort=Product.sort_name),
        Column("sku", "SKU", lambda one: one.product.sku, sort=Product.sku),
        Column("category", "Category", lambda one: one.product.category),
        Column(
            "unit_price", "Price", lambda one: one.unit_price, kind="money", currency=lambda one: one.currency
        ),
        Column("discount", "Tier discount", lambda one: one.discount, kind="percent"),
        Column("net", "You pay", lambda one: one.net, kind="money", currency=lambda one: one.currency),
        Column("why", "Why", lambda one: one.why),
    ],
    filters=[choice("category", "Category", _categories, lambda given: Product.category == given)],
    search=lambda words: matches(Product.search, words),
    default="name",
    href=lambda one: f"/portal/catalogue/{one.id}",
    prepare=_priced,
    empty=("No products yet", "The vendor's products appear here at your prices."),
)
LIST.routes(bp, requires(Permission.PORTAL_READ))


@bp.get("")
@requires(Permission.PORTAL_READ)
def index() -> ResponseReturnValue:
    """List the products at the partner's own prices."""
    return render_template("portal/catalogue/index.html", page=LIST.page())


@bp.get("/<id:product_id>")
@requires(Permission.PORTAL_READ)
def show(product_id: int) -> ResponseReturnValue:
    """Show one product: what the partner pays from each quantity on, which row won, and which did not."""
    product = find(Product, product_id)
    offer = _own_offers(db.session(), [product], of_all_times=True).get(product.id)
    rows = [(quantity, offer.price_or_none(quantity)) for quantity in offer.quantities] if offer else []
    prices = [(quantity, price) for quantity, price in rows if price is not None]
    return render_template(
        "portal/catalogue/show.html", product=product, prices=prices, from_where=from_where
    )
