"""Offers of leads: what a partner is offered and answers, and what staff offered to whom (L1, L2)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads.lead_forms import OfferForm, ReasonForm
from app.leads.leads import back
from app.leads.leads import bp as leads_bp
from app.listing import Column, choice
from app.listing.audience import SharedListing, partner_column, partner_filter
from app.listing.partner_search import the_one
from app.models import Lead, LeadOffer, OfferState, Partner

bp = Blueprint("lead_offers", __name__, url_prefix="/leads/offers")


@cache
def _offers() -> Select[*tuple[Any, ...]]:
    """Return offers with the partner's name, and the company as far as the reader has the lead."""
    return (
        select(LeadOffer, Partner.name.label("partner_name"), Lead.company.label("company"))
        .outerjoin(Partner, Partner.id == LeadOffer.partner_id)
        .outerjoin(Lead, Lead.id == LeadOffer.lead_id)
    )


LIST = SharedListing(
    "offers",
    query=_offers,
    key=LeadOffer.id,
    columns=[
        Column("lead", "Lead", lambda row: row.company or row[0].title),
        partner_column(),
        Column("state", "State", lambda row: row[0].state_words, kind="badge", tone=lambda row: row[0].tone),
        Column("answer", "Answer until", lambda row: row[0].answer_by, kind="when"),
        Column("offered", "Offered", lambda row: row[0].offered_at, sort=LeadOffer.id, kind="when"),
        Column("answered", "Answered", lambda row: row[0].answered_at, kind="when"),
        Column("reason", "Reason", lambda row: row[0].reason),
    ],
    filters=[
        choice(
            "state",
            "State",
            [(state.value, state.value.capitalize()) for state in OfferState],
            lambda given: LeadOffer.state == OfferState(given),
        ),
        partner_filter(LeadOffer.partner_id),
    ],
    default="-offered",
    href=lambda row: url_for("lead_offers.show", offer_id=row[0].id),
    empty=("No offers yet", "A lead that is offered to a partner waits here for its answer."),
)
LIST.routes(bp, requires(Permission.LEADS_READ))


@bp.get("")
@requires(Permission.LEADS_READ)
def index() -> ResponseReturnValue:
    """List offers, the latest first."""
    return render_template("leads/offers/index.html", page=LIST.page())


@bp.get("/<id:offer_id>")
@requires(Permission.LEADS_READ)
def show(offer_id: int) -> ResponseReturnValue:
    """Show what is offered and until when; the lead itself once it is the reader's."""
    offer = find(LeadOffer, offer_id, joinedload(LeadOffer.partner))
    return render_template(
        "leads/offers/show.html",
        offer=offer,
        lead=db.session.get(Lead, offer.lead_id),
        budget=Decimal(offer.card["budget"]) if offer.card.get("budget") else None,
    )


@bp.post("/<id:offer_id>/acceptance")
@requires(Permission.LEADS_WRITE)
def accept(offer_id: int) -> ResponseReturnValue:
    """Take the lead."""
    offer = find(LeadOffer, offer_id)
    offer.accept(by=current_person)
    flash("The lead is yours. Its contact is below.")
    return redirect(url_for("leads.show", lead_id=offer.lead_id))


@bp.route("/<id:offer_id>/refusal", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def decline(offer_id: int) -> ResponseReturnValue:
    """Turn the lead down, with a reason."""
    offer, form = find(LeadOffer, offer_id), ReasonForm()
    if form.validate_on_submit():
        with form.refusals():
            offer.decline(form.reason.data, by=current_person)
            flash("Declined. Thank you for saying why.")
            return redirect(url_for(".index"))
    return render_form(
        "leads/offers/reason.html", form, offer=find(LeadOffer, offer_id), act="Decline this lead"
    )


@bp.route("/<id:offer_id>/withdrawal", methods=["GET", "POST"])
@requires(Permission.LEADS_PASS)
def withdraw(offer_id: int) -> ResponseReturnValue:
    """Take the offer back into the queue."""
    offer, form = find(LeadOffer, offer_id), ReasonForm()
    if form.validate_on_submit():
        with form.refusals():
            offer.withdraw(form.reason.data, by=current_person)
            flash("Taken back; the lead is in the queue again.")
            return redirect(url_for("leads.show", lead_id=offer.lead_id))
    return render_form(
        "leads/offers/reason.html", form, offer=find(LeadOffer, offer_id), act="Take the offer back"
    )


@leads_bp.route("/<id:lead_id>/offers/new", methods=["GET", "POST"])
@requires(Permission.LEADS_PASS)
def offer(lead_id: int) -> ResponseReturnValue:
    """Offer a lead to a partner by hand."""
    lead, form = find(Lead, lead_id), OfferForm(data={"back": request.args.get("back", "")})
    if form.validate_on_submit():
        with form.refusals():
            partner = the_one(form.partner.data)
            LeadOffer.make(
                lead,
                partner,
                by=current_person,
                hours=form.hours.data,
                hides_personal=form.hides_personal.data,
                after=form.after.data,
            )
            flash(f"Offered to {partner.name}.")
            return back(lead_id, form.back.data)
    return render_form("leads/offers/new.html", form, lead=find(Lead, lead_id))
