"""Leads: the list, the record with its next act, writing one down and changing it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from app.access import Permission, current_person, may, requires
from app.conversation import conversation
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads import choices, lead_record
from app.leads.lead_forms import LeadForm
from app.leads.lead_list import LIST
from app.listing.audience import crumb
from app.models import Lead

bp = Blueprint("leads", __name__, url_prefix="/leads")
LIST.routes(bp, requires(Permission.LEADS_READ))


@bp.get("")
@requires(Permission.LEADS_READ)
def index() -> ResponseReturnValue:
    """List leads, the latest first."""
    return render_template("leads/leads/index.html", page=LIST.page())


@bp.get("/<id:lead_id>")
@requires(Permission.LEADS_READ)
def show(lead_id: int) -> ResponseReturnValue:
    """Show a lead: what it is now, what can be done next, who has it, and its whole path."""
    lead = find(Lead, lead_id, joinedload(Lead.partner), joinedload(Lead.owner_person))
    return render_template(
        "leads/leads/show.html",
        lead=lead,
        whose=crumb(lead.partner),
        record=lead_record.of(lead),
        talk=conversation(lead),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def new() -> ResponseReturnValue:
    """Write down who may buy."""
    form = LeadForm()
    if form.validate_on_submit():
        with form.refusals():
            lead = Lead.register(db.session(), by=current_person, **form.facts())
            flash(f"{lead.company} is a lead now.")
            return redirect(url_for(".show", lead_id=lead.id))
    return render_form("leads/leads/form.html", form, lead=None)


@bp.route("/<id:lead_id>/edit", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def edit(lead_id: int) -> ResponseReturnValue:
    """Change what is known of a lead."""
    lead = editable(lead_id)
    form = LeadForm(lead=lead)
    if form.validate_on_submit():
        with form.refusals():
            lead.edit(by=current_person, version=form.seen_version(), **form.facts())
            flash("Saved.")
            return redirect(url_for(".show", lead_id=lead_id))
    lead = find(Lead, lead_id)
    form.version.data = str(lead.version)
    return render_form("leads/leads/form.html", form, lead=lead)


def editable(lead_id: int) -> Lead:
    """Return a lead the reader may change: 404 when it is another partner's, 403 when it is a colleague's (L7)."""
    lead = find(Lead, lead_id)
    if not (may(Permission.LEADS_WRITE) and lead.may_be_edited_by(current_person)):
        g.refused = True
        abort(403)
    return lead


def back(lead_id: int, came_from: str | None) -> ResponseReturnValue:
    """Return to where an act leads: the board it came from, the list when the record is out of sight, else the record."""
    if came_from in {"board", "list"}:
        return redirect(url_for("leads.board" if came_from == "board" else "leads.index"))
    return redirect(url_for("leads.show", lead_id=lead_id))


def owners(lead: Lead) -> choices.Choices:
    """Return who may work a lead, and nobody."""
    return [("", "Nobody"), *choices.workers(lead.partner_id)]
