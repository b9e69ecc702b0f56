"""Pinned accounts: customers whose leads go to one partner before any rule is asked (L1)."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads.distribution_forms import PinForm
from app.listing import Column, Listing, partner_search
from app.listing.audience import partner_column, partner_filter
from app.models import Partner, PinnedAccount

bp = Blueprint("pinned", __name__, url_prefix="/leads/pinned")

READS, WRITES = Permission.PARTNERS_READ, Permission.DISTRIBUTION_WRITE


@cache
def _pinned() -> Select[*tuple[Any, ...]]:
    return select(PinnedAccount, Partner.name.label("partner_name")).join(
        Partner, Partner.id == PinnedAccount.partner_id
    )


LIST = Listing(
    "pinned accounts",
    query=_pinned,
    key=PinnedAccount.id,
    columns=[
        Column("shown", "Customer", lambda row: row[0].shown, sort=PinnedAccount.shown),
        Column("kind", "Known by", lambda row: row[0].known_by),
        partner_column(),
    ],
    filters=[partner_filter(PinnedAccount.partner_id)],
    search=lambda words: PinnedAccount.shown.icontains(words, autoescape=True),
    default="shown",
    href=lambda row: url_for("pinned.show", pinned_id=row[0].id),
    empty=(
        "No pinned accounts",
        "Pin a customer to the partner that looks after it; its leads then go there first.",
    ),
    action=lambda: ("Pin an account", url_for("pinned.new")) if may(WRITES) else None,
)
LIST.routes(bp, requires(READS))


@bp.get("")
@requires(READS)
def index() -> ResponseReturnValue:
    """List the pinned accounts."""
    return render_template("leads/distribution/pinned.html", page=LIST.page())


@bp.route("/new", methods=["GET", "POST"])
@requires(WRITES)
def new() -> ResponseReturnValue:
    """Pin a customer to a partner."""
    form = PinForm()
    if form.validate_on_submit():
        with form.refusals():
            partner = partner_search.the_one(form.partner.data)
            pinned = PinnedAccount.pin(db.session(), form.account.data, partner, by=current_person)
            flash(f"Leads of {pinned.shown} go to {partner.name} first.")
            return redirect(url_for(".index"))
    return render_form("leads/distribution/pin.html", form)


@bp.get("/<id:pinned_id>")
@requires(READS)
def show(pinned_id: int) -> ResponseReturnValue:
    """Show a pinned account."""
    pinned = find(PinnedAccount, pinned_id)
    return render_template(
        "leads/distribution/pinned_account.html", pinned=pinned, partner=find(Partner, pinned.partner_id)
    )


@bp.post("/<id:pinned_id>/removal")
@requires(WRITES)
def unpin(pinned_id: int) -> ResponseReturnValue:
    """Let a customer's leads go by the rules again."""
    pinned = find(PinnedAccount, pinned_id)
    pinned.unpin(by=current_person)
    flash(f"{pinned.shown} is pinned no more.")
    return redirect(url_for(".index"))
