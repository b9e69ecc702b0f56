"""What is done with a lead: each act is a noun under its address, a POST that answers with the record (or the board)."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads.lead_forms import ConversionForm, OwnerForm, PassageForm, ReasonForm
from app.leads.leads import back, bp, editable, owners
from app.models import Lead, Registration
from app.models.leads.distribution import distribute

ACTS: dict[str, tuple[str, str, str]] = {
    "disqualify": (
        "Disqualify",
        "It is closed: nobody buys here. Both sides read why; the vendor can reopen it.",
        "Disqualified.",
    ),
    "withdraw": (
        "Withdraw",
        "It leaves the pipeline and stays readable; the vendor can reopen it.",
        "Withdrawn.",
    ),
    "pass_back": (
        "Pass back to the vendor",
        "It is the vendor’s again: you do not see it any more, and it is not offered to you a second time.",
        "The vendor has this lead again.",
    ),
    "take_back": (
        "Take back from the partner",
        "It is in your queue again. The partner reads why, and does not see the lead any more.",
        "The lead is in the queue again.",
    ),
}


@bp.post("/<id:lead_id>/qualification")
@requires(Permission.LEADS_WRITE)
def qualify(lead_id: int) -> ResponseReturnValue:
    """Say that it is worth pursuing."""
    editable(lead_id).qualify(by=current_person)
    flash("Qualified.")
    return back(lead_id, request.form.get("back"))


@bp.post("/<id:lead_id>/reopening")
@requires(Permission.LEADS_PASS)
def reopen(lead_id: int) -> ResponseReturnValue:
    """Put a closed lead back to where it was."""
    find(Lead, lead_id).reopen(by=current_person)
    flash("Reopened.")
    return back(lead_id, request.form.get("back"))


@bp.post("/<id:lead_id>/distribution")
@requires(Permission.LEADS_PASS)
def distribute_it(lead_id: int) -> ResponseReturnValue:
    """Offer it to whom pinned accounts and rules name."""
    lead = find(Lead, lead_id)
    offer = distribute(db.session(), lead, by=current_person)
    if offer is None:
        flash("No rule names a partner for this lead. Offer it by hand, or look at the rules.", "warn")
    else:
        flash("Offered by the rules.")
    return redirect(url_for(".show", lead_id=lead_id))


def _with_reason(lead_id: int, name: str, act: Callable[[Lead, str], None], then: str) -> ResponseReturnValue:
    """Ask for a reason, then do it; `then` is where it leads."""
    lead = editable(lead_id)
    title, means, done = ACTS[name]
    form = ReasonForm(data={"back": request.args.get("back", "")})
    if form.validate_on_submit():
        with form.refusals():
            act(lead, form.reason.data)
            flash(done)
            return back(lead_id, form.back.data or then)
    lead = find(Lead, lead_id)
    return render_form("leads/leads/reason.html", form, lead=lead, act=title, means=means)


@bp.route("/<id:lead_id>/disqualification", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def disqualify(lead_id: int) -> ResponseReturnValue:
    """Close it for a reason."""
    return _with_reason(
        lead_id, "disqualify", lambda lead, why: lead.disqualify(why, by=current_person), "record"
    )


@bp.route("/<id:lead_id>/withdrawal", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def withdraw(lead_id: int) -> ResponseReturnValue:
    """Take it out of the pipeline, never delete it (L7)."""
    return _with_reason(
        lead_id, "withdraw", lambda lead, why: lead.withdraw(why, by=current_person), "record"
    )


@bp.route("/<id:lead_id>/return", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def pass_back(lead_id: int) -> ResponseReturnValue:
    """Give it back to the vendor, or take it back from the partner (L1)."""
    name = "take_back" if current_person.is_staff else "pass_back"
    then = "record" if current_person.is_staff else "list"
    return _with_reason(lead_id, name, lambda lead, why: lead.pass_back(why, by=current_person), then)


@bp.route("/<id:lead_id>/owner", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def assign(lead_id: int) -> ResponseReturnValue:
    """Say who works it."""
    lead = editable(lead_id)
    form = OwnerForm(obj=lead)
    form.owner_id.choices = owners(lead)
    if form.validate_on_submit():
        with form.refusals():
            lead.assign(form.owner_id.data, by=current_person, version=form.seen_version())
            flash("Changed who works this lead.")
            return back(lead_id, "record" if lead.may_be_edited_by(current_person) else "list")
    lead = find(Lead, lead_id)
    form.version.data = str(lead.version)
    return render_form("leads/leads/owner.html", form, lead=lead)


@bp.route("/<id:lead_id>/conversion", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def convert(lead_id: int) -> ResponseReturnValue:
    """Make it an opportunity, and register that with the vendor when asked to."""
    lead = editable(lead_id)
    if not may(Permission.OPPORTUNITIES_WRITE):
        g.refused = True
        abort(403)
    form = ConversionForm(lead, register=not current_person.is_staff, back=request.args.get("back", ""))
    if form.validate_on_submit():
        with form.refusals():
            deal = lead.convert(by=current_person, version=form.seen_version(), **form.deal())
            if form.register.data:
                flash(Registration.register(db.session(), deal, by=current_person).outcome)
            flash(f"{deal.name} is an opportunity now.")
            return redirect(url_for("opportunities.show", opportunity_id=deal.id))
    lead = find(Lead, lead_id)
    form.version.data = str(lead.version)
    return render_form("leads/leads/conversion.html", form, lead=lead)


@bp.route("/<id:lead_id>/passage", methods=["GET", "POST"])
@requires(Permission.LEADS_WRITE)
def pass_on(lead_id: int) -> ResponseReturnValue:
    """Ask to pass it to another partner (L1)."""
    lead = editable(lead_id)
    form = PassageForm()
    if form.validate_on_submit():
        with form.refusals():
            passage = lead.pass_to(form.named.data, form.reason.data, by=current_person)
            if passage is None:
                flash("The lead was offered to the other partner.")
                return redirect(url_for(".index"))
            flash("Asked. The vendor decides; until then the lead stays yours.")
            return redirect(url_for(".show", lead_id=lead_id))
    return render_form("leads/leads/passage.html", form, lead=find(Lead, lead_id))
