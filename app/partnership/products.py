"""Products: what the vendor sells, each with every price any list has for it."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import AmountField, VersionedForm, render_form
from app.listing import Column, Listing, choice, matches
from app.models import Product, price_questions
from app.models.product import FACTS
from app.rules.numerals import PRICE

bp = Blueprint("products", __name__, url_prefix="/products")


class ProductForm(VersionedForm):
    """What is sold, and its own price."""

    sku = StringField("SKU", [DataRequired("Give the product a number."), Length(max=60)])
    name = StringField("Name", [DataRequired("Name the product."), Length(max=200)])
    category = StringField("Category", [Length(max=100)])
    subcategory = StringField("Subcategory", [Length(max=100)])
    list_price = AmountField(
        "List price", grammar=PRICE, description="What it costs where no list has a price for it."
    )
    currency = StringField("Currency", [Length(max=3)], description="Three letters, such as EUR.")
    description = TextAreaField("Description", [Length(max=2000)], render_kw={"rows": 4})
    active = BooleanField("On sale", default=True)


@cache
def _products() -> Select[*tuple[Any, ...]]:
    return select(Product)


def _categories() -> list[tuple[str, str]]:
    known = (
        select(Product.category).where(Product.category.is_not(None)).distinct().order_by(Product.category)
    )
    return [(name, name) for name in db.session.scalars(known) if name]


LIST = Listing(
    "products",
    query=_products,
    key=Product.id,
    columns=[
        Column("name", "Name", lambda one: one.name, sort=Product.sort_name),
        Column("sku", "SKU", lambda one: one.sku, sort=Product.sku),
        Column("category", "Category", lambda one: one.category, sort=func.coalesce(Product.category, "")),
        Column("subcategory", "Subcategory", lambda one: one.subcategory),
        Column(
            "list_price",
            "List price",
            lambda one: one.list_price,
            kind="money",
            currency=lambda one: one.currency,
        ),
        Column(
            "state",
            "State",
            lambda one: "On sale" if one.active else "Off sale",
            kind="badge",
            tone=lambda one: "good" if one.active else "neutral",
        ),
    ],
    filters=[
        choice("category", "Category", _categories, lambda given: Product.category == given),
        choice(
            "state",
            "State",
            [("on", "On sale"), ("off", "Off sale")],
            lambda given: Product.active.is_(given == "on"),
        ),
    ],
    search=lambda words: matches(Product.search, words),
    default="name",
    href=lambda one: url_for("partnership.products.show", product_id=one.id),
    empty=("No products yet", "Add what you sell, or import a file of products."),
    action=lambda: (
        ("New product", url_for("partnership.products.new")) if may(Permission.PROGRAM_WRITE) else None
    ),
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """List the products."""
    return render_template("partnership/products/index.html", page=LIST.page())


@bp.get("/<id:product_id>")
@requires(Permission.PROGRAM_READ)
def show(product_id: int) -> ResponseReturnValue:
    """Show a product and what it costs on every list."""
    product = find(Product, product_id)
    prices = price_questions.prices_of(db.session(), product.id)
    return render_template("partnership/products/show.html", product=product, prices=prices)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def new() -> ResponseReturnValue:
    """Put a product on sale."""
    form = ProductForm()
    if form.validate_on_submit():
        with form.refusals():
            product = Product.offer(db.session(), by=current_person, **_given(form))
            flash(f"{product.name} is on sale." if product.active else f"{product.name} is kept, off sale.")
            return redirect(url_for(".show", product_id=product.id))
    return render_form("partnership/products/form.html", form, product=None)


@bp.route("/<id:product_id>/edit", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def edit(product_id: int) -> ResponseReturnValue:
    """Change a product."""
    product = find(Product, product_id)
    form = ProductForm(obj=product)
    if form.validate_on_submit():
        with form.refusals():
            product.change(by=current_person, version=form.seen_version(), **_given(form))
            flash("Saved.")
            return redirect(url_for(".show", product_id=product.id))
    product = find(Product, product_id)
    form.show_version(product)
    return render_form("partnership/products/form.html", form, product=product)


def _given(form: ProductForm) -> dict[str, Any]:
    return {name: form[name].data for name in FACTS}
