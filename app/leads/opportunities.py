"""Opportunities: the list, the record with its next act, opening one and changing it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from app.access import Permission, current_person, may, requires
from app.conversation import conversation
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads import opportunity_record
from app.leads.opportunity_forms import DealForm, catalogue, usual_currency
from app.leads.opportunity_list import LIST
from app.listing.audience import crumb
from app.models import Opportunity, Partner, Registration

bp = Blueprint("opportunities", __name__, url_prefix="/opportunities")
LIST.routes(bp, requires(Permission.OPPORTUNITIES_READ))


@bp.get("")
@requires(Permission.OPPORTUNITIES_READ)
def index() -> ResponseReturnValue:
    """List deals, the latest first."""
    return render_template("leads/opportunities/index.html", page=LIST.page())


@bp.get("/<id:opportunity_id>")
@requires(Permission.OPPORTUNITIES_READ)
def show(opportunity_id: int) -> ResponseReturnValue:
    """Show a deal: what it is now, what can be done next, what it counts towards, and its whole path."""
    deal = find(
        Opportunity,
        opportunity_id,
        joinedload(Opportunity.partner),
        joinedload(Opportunity.stage),
        joinedload(Opportunity.product),
        joinedload(Opportunity.owner_person),
    )
    return render_template(
        "leads/opportunities/show.html",
        deal=deal,
        whose=crumb(deal.partner),
        record=opportunity_record.of(deal),
        talk=conversation(deal),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.OPPORTUNITIES_WRITE)
def new() -> ResponseReturnValue:
    """Open a deal, and register it unless the partner would rather not."""
    partner = _own_partner()
    form = DealForm(
        register=not current_person.is_staff,
        currency=usual_currency(partner),
        country=partner.country if partner else None,
    )
    if form.validate_on_submit():
        with form.refusals():
            partner = partner or Partner.by_code(db.session(), form.partner.data or "")
            deal = Opportunity.open(db.session(), partner, by=current_person, **form.facts())
            if form.register.data:
                flash(Registration.register(db.session(), deal, by=current_person).outcome)
            flash(f"{deal.name} is open now.")
            return redirect(url_for(".show", opportunity_id=deal.id))
    return render_form("leads/opportunities/form.html", form, deal=None, products=catalogue())


@bp.route("/<id:opportunity_id>/edit", methods=["GET", "POST"])
@requires(Permission.OPPORTUNITIES_WRITE)
def edit(opportunity_id: int) -> ResponseReturnValue:
    """Change what is known of a deal."""
    deal = editable(opportunity_id)
    form = DealForm(deal=deal)
    if form.validate_on_submit():
        with form.refusals():
            deal.edit(
                by=current_person,
                version=form.seen_version(),
                owner_id=form.owner_id.data,
                closed_on=form.closed_on.data,
                **form.facts(),
            )
            flash("Saved.")
            return redirect(url_for(".show", opportunity_id=opportunity_id))
    deal = editable(opportunity_id)
    form.version.data = str(deal.version)
    return render_form("leads/opportunities/form.html", form, deal=deal, products=catalogue())


def editable(opportunity_id: int) -> Opportunity:
    """Return a deal the reader may change: 404 when it is another partner's, 403 when it is a colleague's (L7)."""
    deal = find(Opportunity, opportunity_id, joinedload(Opportunity.stage), joinedload(Opportunity.product))
    if not (may(Permission.OPPORTUNITIES_WRITE) and deal.may_be_edited_by(current_person)):
        g.refused = True
        abort(403)
    return deal


def back(deal: Opportunity, came_from: str | None) -> ResponseReturnValue:
    """Return to where an act leads: the board it came from, else the record."""
    if came_from == "board":
        return redirect(url_for("opportunities.board"))
    return redirect(url_for("opportunities.show", opportunity_id=deal.id))


def _own_partner() -> Partner | None:
    """Return the partner whose person opens a deal; staff say which one is meant."""
    if current_person.partner_id is None:
        return None
    return find(Partner, current_person.partner_id, joinedload(Partner.operating_company))
