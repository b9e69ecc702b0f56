"""Orders: the list, the record, beginning one, describing it, and its papers."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads import order_page
from app.leads.order_forms import OrderForm, StaffOrderForm
from app.leads.order_list import LIST
from app.models import Opportunity, Order, Partner
from app.papers import orders as papers

bp = Blueprint("orders", __name__, url_prefix="/orders")
LIST.routes(bp, requires(Permission.ORDERS_READ))


@bp.get("")
@requires(Permission.ORDERS_READ)
def index() -> ResponseReturnValue:
    """List orders with their totals, the latest first."""
    return render_template("leads/orders/index.html", page=LIST.page())


@bp.get("/<id:order_id>")
@requires(Permission.ORDERS_READ)
def show(order_id: int) -> ResponseReturnValue:
    """Show an order: its lines with their prices, where it stands, and what can be done next."""
    return order_page.page(order_id)


@bp.get("/<id:order_id>.pdf")
@requires(Permission.ORDERS_READ)
def pdf(order_id: int) -> ResponseReturnValue:
    """Give out the paper of an order: a quote while it is a draft, then the order; or the credit note."""
    company = joinedload(Order.partner).joinedload(Partner.operating_company)
    order = find(Order, order_id, company, joinedload(Order.credited))
    name, content = papers.paper(db.session(), order)
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ORDERS_WRITE)
def new() -> ResponseReturnValue:
    """Begin an order."""
    form = StaffOrderForm() if current_person.is_staff else OrderForm()
    if form.validate_on_submit():
        with form.refusals():
            order = Order.draft(
                db.session(),
                _partner(form),
                by=current_person,
                currency=form.currency.data,
                customer=form.customer.data or None,
                reference=form.customer_reference.data or None,
            )
            if form.note.data:
                order.describe(by=current_person, note=form.note.data)
            flash(f"{order.number} is begun. Add what is ordered.")
            return redirect(url_for(".show", order_id=order.id))
    return render_form("leads/orders/form.html", form, order=None)


def _partner(form: OrderForm) -> Partner:
    if current_person.is_staff:
        return Partner.by_code(db.session(), form["partner"].data or "")
    return find(Partner, current_person.partner_id or 0)


@bp.route("/<id:order_id>/edit", methods=["GET", "POST"])
@requires(Permission.ORDERS_WRITE)
def edit(order_id: int) -> ResponseReturnValue:
    """Change for whom a draft is, its reference, its currency, its note."""
    order = mine(order_id)
    form = OrderForm(obj=order)
    if form.validate_on_submit():
        with form.refusals():
            order.describe(
                by=current_person,
                version=form.seen_version(),
                customer=form.customer.data,
                customer_reference=form.customer_reference.data,
                currency=form.currency.data,
                note=form.note.data,
            )
            flash("Saved.")
            return redirect(url_for(".show", order_id=order_id))
    order = mine(order_id)
    form.show_version(order)
    return render_form("leads/orders/form.html", form, order=order)


@bp.post("/of-deal/<id:opportunity_id>")
@requires(Permission.ORDERS_WRITE)
def of_opportunity(opportunity_id: int) -> ResponseReturnValue:
    """Begin the order of a won deal, with its customer and its products."""
    deal = find(Opportunity, opportunity_id)
    if not deal.may_be_edited_by(current_person):
        abort(403)
    order = Order.from_opportunity(db.session(), deal, by=current_person)
    flash(f"{order.number} has the products of the deal. Check the quantities, then submit it.")
    return redirect(url_for(".show", order_id=order.id))


def mine(order_id: int) -> Order:
    """Return an order that the reader may change, or answer 404, or 403 (L7)."""
    order = order_page.found(order_id)
    if not order.may_be_edited_by(current_person):
        abort(403)
    return order
