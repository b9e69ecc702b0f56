"""The prices of a list: shown as a list, added, changed, ended (R2)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app import clock
from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import AmountField, Form, render_form
from app.listing import Column, Listing, day, matches, text
from app.models import Price, PriceList, Product
from app.models.price_list import SINCE_EVER
from app.partnership.price_lists import EndForm
from app.rules.numerals import PRICE, QUANTITY
from app.rules.refusals import RuleBroken

bp = Blueprint("prices", __name__, url_prefix="/price-lists/<id:price_list_id>/prices")


class ChangeForm(Form):
    """What a product costs, from a quantity on, in a period."""

    currency = StringField("Currency", [DataRequired("Write three letters, such as EUR."), Length(max=3)])
    unit_price = AmountField("Unit price", [InputRequired("Write the price of one unit.")], grammar=PRICE)
    min_quantity = AmountField(
        "From quantity", grammar=QUANTITY, description="Buying so many or more has this price; empty means 1."
    )
    valid_from = DateField("From", [Optional()], description="Empty means since ever.")
    valid_to = DateField("Until", [Optional()], description="The last day; empty means without end.")


class PriceForm(ChangeForm):
    """A new price: of which product, by its SKU."""

    sku = StringField("SKU", [DataRequired("Say which product, by its SKU."), Length(max=60)])
    FIELDS = ("sku", "currency", "unit_price", "min_quantity", "valid_from", "valid_to")


def _prices() -> Select[*tuple[Any, ...]]:
    return (
        select(Price, Product.name.label("product_name"), Product.sku.label("sku"))
        .join(Product, Product.id == Price.product_id)
        .where(Price.price_list_id == (request.view_args or {})["price_list_id"])
    )


def _first_price() -> tuple[str, str] | None:
    if not may(Permission.PROGRAM_WRITE):
        return None
    return "New price", url_for(
        "partnership.prices.new", price_list_id=(request.view_args or {})["price_list_id"]
    )


def _state(row: Any) -> str:
    today = clock.today()
    if today in row[0].days:
        return "Holds"
    return "Later" if row[0].valid_from > today else "Over"


TONES = {"Holds": "good", "Later": "info", "Over": "neutral"}

LIST = Listing(
    "prices",
    query=_prices,
    key=Price.id,
    columns=[
        Column("product", "Product", lambda row: row.product_name, sort=Product.sort_name),
        Column("sku", "SKU", lambda row: row.sku, sort=Product.sku),
        Column("min_quantity", "From quantity", lambda row: row[0].min_quantity, kind="number"),
        Column(
            "unit_price",
            "Unit price",
            lambda row: row[0].unit_price,
            sort=Price.unit_price,
            kind="unit_price",
            currency=lambda row: row[0].currency,
        ),
        Column(
            "from",
            "From",
            lambda row: None if row[0].valid_from == SINCE_EVER else row[0].valid_from,
            sort=Price.valid_from,
            kind="day",
        ),
        Column("to", "Until", lambda row: row[0].valid_to, kind="day"),
        Column("state", "Today", _state, kind="badge", tone=lambda row: TONES[_state(row)]),
    ],
    filters=[
        text("currency", "Currency", lambda given: Price.currency == given.upper()),
        day("on", "Holds on", Price.during.contains),
    ],
    search=lambda words: matches(Product.search, words),
    default="product",
    href=lambda row: url_for(
        "partnership.prices.show", price_list_id=row[0].price_list_id, price_id=row[0].id
    ),
    empty=("No prices yet", "Add the first price, or import a file of prices."),
    action=_first_price,
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index(price_list_id: int) -> ResponseReturnValue:
    """Show a price list with its prices."""
    price_list = find(PriceList, price_list_id, joinedload(PriceList.partner_type))
    return render_template("partnership/prices/index.html", price_list=price_list, page=LIST.page())


def _found(price_list_id: int, price_id: int) -> Price:
    """Return a price of this list, or answer 404."""
    price = find(Price, price_id, joinedload(Price.product), joinedload(Price.price_list))
    return price if price.price_list_id == price_list_id else find(Price, 0)


@bp.get("/<id:price_id>")
@requires(Permission.PROGRAM_READ)
def show(price_list_id: int, price_id: int) -> ResponseReturnValue:
    """Show one price."""
    return render_template("partnership/prices/show.html", price=_found(price_list_id, price_id))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def new(price_list_id: int) -> ResponseReturnValue:
    """Put a price on the list."""
    price_list = find(PriceList, price_list_id)
    form = PriceForm(data={"sku": request.args.get("sku")})
    if form.validate_on_submit():
        with form.refusals():
            product = _by_sku(form.sku.data or "")
            Price.add(price_list, product, by=current_person, **_given(form))
            flash(f"{product.name} has a price on this list.")
            return redirect(url_for(".index", price_list_id=price_list_id))
    return render_form("partnership/prices/new.html", form, price_list=find(PriceList, price_list_id))


@bp.route("/<id:price_id>/edit", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def edit(price_list_id: int, price_id: int) -> ResponseReturnValue:
    """Correct a price."""
    price = _found(price_list_id, price_id)
    first = None if price.valid_from == SINCE_EVER else price.valid_from
    form = ChangeForm(obj=price, data={"valid_from": first})
    if form.validate_on_submit():
        with form.refusals():
            price.change(by=current_person, **_given(form))
            flash("Saved. Orders already submitted keep their prices.")
            return redirect(url_for(".show", price_list_id=price_list_id, price_id=price_id))
    if not form.is_submitted():
        form.valid_from.data = first
    return render_form("partnership/prices/edit.html", form, price=_found(price_list_id, price_id))


@bp.route("/<id:price_id>/end", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def end(price_list_id: int, price_id: int) -> ResponseReturnValue:
    """Let a price hold until a day, and no longer."""
    price = _found(price_list_id, price_id)
    form = EndForm()
    if form.validate_on_submit():
        with form.refusals():
            price.end(form.valid_to.data, by=current_person)
            flash("The last day is set. A new price may begin the day after.")
            return redirect(url_for(".show", price_list_id=price_list_id, price_id=price_id))
    return render_form("partnership/prices/end.html", form, price=_found(price_list_id, price_id))


def _given(form: ChangeForm) -> dict[str, Any]:
    return {
        "currency": form.currency.data or "",
        "unit_price": form.unit_price.data,
        "min_quantity": form.min_quantity.data,
        "valid_from": form.valid_from.data,
        "valid_to": form.valid_to.data,
    }


def _by_sku(sku: str) -> Product:
    product = db.session.scalars(select(Product).where(func.lower(Product.sku) == sku.lower())).one_or_none()
    if product is None:
        raise RuleBroken("There is no product with this SKU. Look it up in the list of products.", "sku")
    return product
