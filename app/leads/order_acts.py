"""The acts on an order (L6): submit, confirm, deliver, close, cancel, order again, take back."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, current_person, requires
from app.extensions import db
from app.forms import render_form
from app.leads import order_page
from app.leads.order_forms import CancellationForm, CreditForm, Quantities
from app.leads.orders import mine
from app.models.orders.order_credit import creditable
from app.rules.refusals import RuleBroken

bp = Blueprint("order_acts", __name__, url_prefix="/orders/<id:order_id>")


def _back(order_id: int) -> ResponseReturnValue:
    return redirect(url_for("orders.show", order_id=order_id))


@bp.post("/submission")
@requires(Permission.ORDERS_WRITE)
def submit(order_id: int) -> ResponseReturnValue:
    """Order at the prices that were shown; other prices are shown first (R4)."""
    version = request.form.get("version", "")
    mine(order_id).submit(
        by=current_person,
        seen=request.form.get("seen", ""),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 19 else None,  # noqa: PLR2004
    )
    flash("Submitted. Its prices are fixed from now on; the vendor confirms it.")
    return _back(order_id)


@bp.post("/confirmation")
@requires(Permission.ORDERS_DECIDE)
def confirm(order_id: int) -> ResponseReturnValue:
    """Accept an order: it counts from now on."""
    mine(order_id).confirm(by=current_person)
    flash("Confirmed. It counts for the partner from now on.")
    return _back(order_id)


@bp.post("/fulfilment")
@requires(Permission.ORDERS_DECIDE)
def fulfil(order_id: int) -> ResponseReturnValue:
    """Say that everything was delivered."""
    mine(order_id).fulfil(by=current_person)
    flash("Fulfilled: everything was delivered.")
    return _back(order_id)


@bp.post("/closure")
@requires(Permission.ORDERS_DECIDE)
def close(order_id: int) -> ResponseReturnValue:
    """End an order that was delivered and settled."""
    mine(order_id).close(by=current_person)
    flash("Closed.")
    return _back(order_id)


@bp.post("/copies")
@requires(Permission.ORDERS_WRITE)
def duplicate(order_id: int) -> ResponseReturnValue:
    """Begin the same order again, at today's prices."""
    again, left_out = order_page.found(order_id).duplicate(by=current_person)
    missing = f" Not sold any more, so left out: {', '.join(left_out)}." if left_out else ""
    flash(f"{again.number} has the same lines at today’s prices.{missing}")
    return _back(again.id)


@bp.route("/cancellation", methods=["GET", "POST"])
@requires(Permission.ORDERS_WRITE)
def cancel(order_id: int) -> ResponseReturnValue:
    """Call an order off, with a reason; a partner withdraws its own until it is confirmed."""
    order = mine(order_id)
    form = CancellationForm()
    if form.validate_on_submit():
        with form.refusals():
            order.cancel(form.reason.data or "", by=current_person)
            flash("Cancelled. It does not count.")
            return _back(order_id)
    return render_form("leads/orders/cancel.html", form, order=mine(order_id))


@bp.route("/credit-notes/new", methods=["GET", "POST"])
@requires(Permission.ORDERS_DECIDE)
def credit(order_id: int) -> ResponseReturnValue:
    """Take lines of an order back, wholly or partly, by a credit note (M5)."""
    order = mine(order_id)
    form, quantities = CreditForm(), Quantities()
    if form.is_submitted():
        wanted = {line: quantity or Decimal(0) for line, quantity in quantities.read().items()}
        if form.validate() and not quantities.errors:
            try:
                note = order.credit(wanted, form.reason.data or "", by=current_person)
            except RuleBroken as refusal:
                db.session.rollback()
                quantities.refuse(refusal)
            else:
                flash(f"{note.number} is given. It counts against order {order.number}.")
                return _back(note.id)
    order = mine(order_id)
    return render_form(
        "leads/orders/credit.html", form, order=order, lines=creditable(order), quantities=quantities
    )
