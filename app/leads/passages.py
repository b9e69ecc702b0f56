"""Passages: a partner asks to pass a lead to another one, and staff say whether and to whom (L1)."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads.lead_forms import ConsentForm, ReasonForm
from app.listing import Column, choice
from app.listing.audience import SharedListing, partner_column, partner_filter
from app.listing.partner_search import candidates, the_one
from app.models import Lead, LeadPassage, Partner, PassageState

bp = Blueprint("lead_passages", __name__, url_prefix="/leads/passages")


@cache
def _passages() -> Select[*tuple[Any, ...]]:
    return (
        select(LeadPassage, Partner.name.label("partner_name"), Lead.company.label("company"))
        .outerjoin(Partner, Partner.id == LeadPassage.partner_id)
        .outerjoin(Lead, Lead.id == LeadPassage.lead_id)
    )


LIST = SharedListing(
    "wishes to pass a lead on",
    query=_passages,
    key=LeadPassage.id,
    columns=[
        Column("lead", "Lead", lambda row: row.company or "A lead you had"),
        partner_column(),
        Column("named", "To", lambda row: row[0].named),
        Column("state", "State", lambda row: row[0].state_words, kind="badge", tone=lambda row: row[0].tone),
        Column("asked", "Asked", lambda row: row[0].asked_at, sort=LeadPassage.id, kind="when"),
        Column("decided", "Decided", lambda row: row[0].decided_at, kind="when"),
    ],
    filters=[
        choice(
            "state",
            "State",
            [(state.value, state.value.capitalize()) for state in PassageState],
            lambda given: LeadPassage.state == PassageState(given),
        ),
        partner_filter(LeadPassage.partner_id),
    ],
    default="-asked",
    href=lambda row: url_for("lead_passages.show", passage_id=row[0].id),
    empty=(
        "Nobody asked",
        "When a partner wants another one to have its lead, the wish stands here until it is decided.",
    ),
)
LIST.routes(bp, requires(Permission.LEADS_READ))


@bp.get("")
@requires(Permission.LEADS_READ)
def index() -> ResponseReturnValue:
    """List the wishes, the latest first."""
    return render_template("leads/passages/index.html", page=LIST.page())


@bp.get("/<id:passage_id>")
@requires(Permission.LEADS_READ)
def show(passage_id: int) -> ResponseReturnValue:
    """Show who wants to pass which lead to whom, and whom staff may mean by it."""
    return _page(passage_id, ConsentForm())


@bp.post("/<id:passage_id>/consent")
@requires(Permission.LEADS_PASS)
def consent(passage_id: int) -> ResponseReturnValue:
    """Offer the lead to the partner that is meant."""
    passage, form = find(LeadPassage, passage_id), ConsentForm()
    if form.validate_on_submit():
        with form.refusals():
            partner = the_one(form.partner.data)
            passage.consent(partner, by=current_person)
            flash(f"Offered to {partner.name}.")
            return redirect(url_for("leads.show", lead_id=passage.lead_id))
    return _page(passage_id, form)


@bp.route("/<id:passage_id>/refusal", methods=["GET", "POST"])
@requires(Permission.LEADS_PASS)
def refuse(passage_id: int) -> ResponseReturnValue:
    """Leave the lead where it is, and say why."""
    passage, form = find(LeadPassage, passage_id), ReasonForm()
    if form.validate_on_submit():
        with form.refusals():
            passage.refuse(form.reason.data, by=current_person)
            flash("Refused; the partner reads why.")
            return redirect(url_for(".show", passage_id=passage_id))
    return render_form("leads/passages/refusal.html", form, passage=find(LeadPassage, passage_id))


@bp.post("/<id:passage_id>/withdrawal")
@requires(Permission.LEADS_WRITE)
def withdraw(passage_id: int) -> ResponseReturnValue:
    """Take the wish back."""
    passage = find(LeadPassage, passage_id)
    passage.withdraw(by=current_person)
    flash("Taken back; the lead stays where it is.")
    return redirect(url_for("leads.show", lead_id=passage.lead_id))


def _page(passage_id: int, form: ConsentForm) -> ResponseReturnValue:
    passage = find(
        LeadPassage,
        passage_id,
        joinedload(LeadPassage.partner),
        joinedload(LeadPassage.to_partner),
        joinedload(LeadPassage.asked_by),
    )
    may_decide = current_person.is_staff and passage.is_waiting
    return render_form(
        "leads/passages/show.html",
        form,
        passage=passage,
        lead=db.session.get(Lead, passage.lead_id),
        candidates=[one for one in candidates(passage.named) if one.id != passage.partner_id]
        if may_decide
        else [],
    )
