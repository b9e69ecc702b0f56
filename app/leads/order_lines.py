"""The lines of a draft: added, counted, taken out; and the prices that staff agree for them."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads import order_page
from app.leads.order_forms import ADD, PriceForm, Quantities
from app.leads.orders import mine
from app.models import Order, OrderLine, Partner, Product
from app.rules.numerals import QUANTITY
from app.rules.refusals import RuleBroken

bp = Blueprint("order_lines", __name__, url_prefix="/orders")


def _back(order_id: int, q: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("orders.show", order_id=order_id, q=q))


def _line(order: Order, line_id: int) -> OrderLine:
    return order.line_of(line_id) or abort(404)


@bp.post("/<id:order_id>/lines")
@requires(Permission.ORDERS_WRITE)
def change(order_id: int) -> ResponseReturnValue:
    """Order other quantities of the lines of a draft."""
    order, quantities = mine(order_id), Quantities()
    wanted = quantities.read()
    if not quantities.errors:
        try:
            order.change_lines(wanted, by=current_person)
        except RuleBroken as refusal:
            db.session.rollback()
            quantities.refuse(refusal)
        else:
            return _back(order_id)
    return order_page.page(order_id, quantities)


@bp.post("/<id:order_id>/lines/new")
@requires(Permission.ORDERS_WRITE)
def add(order_id: int) -> ResponseReturnValue:
    """Add so many of a product to a draft."""
    order, quantities = mine(order_id), Quantities(ADD)
    for product_id, quantity in quantities.read().items():
        try:
            order.add_line(find(Product, product_id), quantity, by=current_person)
        except RuleBroken as refusal:
            db.session.rollback()
            own = refusal.field in {"quantity", "product_id"}
            quantities.refuse(RuleBroken(refusal.sentence, f"{ADD}{product_id}" if own else None))
    if quantities.errors:
        return order_page.page(order_id, quantities)
    return _back(order_id, request.form.get("q") or None)


@bp.post("/<id:order_id>/lines/<id:line_id>/removal")
@requires(Permission.ORDERS_WRITE)
def remove(order_id: int, line_id: int) -> ResponseReturnValue:
    """Take a line out of a draft."""
    order = mine(order_id)
    order.remove_line(_line(order, line_id), by=current_person)
    return _back(order_id)


@bp.route("/<id:order_id>/lines/<id:line_id>/price", methods=["GET", "POST"])
@requires(Permission.ORDERS_DECIDE)
def price(order_id: int, line_id: int) -> ResponseReturnValue:
    """Agree a price of its own for a line, with a reason."""
    order = mine(order_id)
    line = _line(order, line_id)
    form = PriceForm(data={"price": line.unit_price, "reason": line.override_reason})
    if form.validate_on_submit():
        with form.refusals():
            order.agree(line, form.price.data, form.reason.data or "", by=current_person)
            flash(f"{line.product.sku} has the agreed price.")
            return _back(order_id)
    order = mine(order_id)
    return render_form("leads/orders/price.html", form, order=order, line=_line(order, line_id))


@bp.post("/<id:order_id>/lines/<id:line_id>/price/end")
@requires(Permission.ORDERS_DECIDE)
def restore(order_id: int, line_id: int) -> ResponseReturnValue:
    """Take an agreed price back."""
    order = mine(order_id)
    order.restore(_line(order, line_id), by=current_person)
    flash("The line has the price of its list again.")
    return _back(order_id)


@bp.route("/choice", methods=["GET", "POST"])
@requires(Permission.ORDERS_WRITE)
def choose() -> ResponseReturnValue:
    """Add a product from the catalogue to one of one's drafts, or to a new order."""
    given = {name: request.values.get(name, "") for name in ("product", "quantity", "order")}
    product = find(Product, _number(given["product"]))
    error = None
    if request.method == "POST":
        try:
            order = _chosen(given["order"])
            order.add_line(product, _quantity(given["quantity"]), by=current_person)
            flash(f"{product.name} is on {order.number}.")
            return _back(order.id)
        except RuleBroken as refusal:
            db.session.rollback()
            error = refusal.sentence
    drafts = order_page.open_drafts()
    code = 422 if error else 200
    return render_template(
        "leads/orders/choose.html",
        product=find(Product, _number(given["product"])),
        drafts=drafts,
        given=given,
        error=error,
    ), code


def _chosen(number: str) -> Order:
    """Return the draft that was chosen, or a new one."""
    if number:
        return mine(_number(number))
    if current_person.partner_id is None:
        raise RuleBroken("Begin the order of a partner first, then add products to it.")
    return Order.draft(db.session(), find(Partner, current_person.partner_id), by=current_person)


def _quantity(text: str) -> Decimal | None:
    return QUANTITY.parse(text.strip()) if text.strip() else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - a bigint
