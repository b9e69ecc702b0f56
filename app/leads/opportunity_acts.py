"""What is done with a deal: each act is a noun under its address, a POST that answers with the record or the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from app import scope
from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import Form, render_form
from app.leads import choices
from app.leads.opportunities import back, bp, editable
from app.leads.opportunity_forms import (
    DecisionForm,
    HandoverForm,
    LossForm,
    ReopeningForm,
    WinForm,
)
from app.models import Opportunity, OpportunityStage, Partner, Registration, StageKind

P = Permission
HANDED = (
    "The deal and the protection of its customer go to the other partner; what it counts goes along. The partner that"
    " has it now sees it no more, and the other one does not see what was said before."
)


@bp.post("/<id:opportunity_id>/stage")
@requires(P.OPPORTUNITIES_WRITE)
def move(opportunity_id: int) -> ResponseReturnValue:
    """Move a deal to another open stage."""
    deal = editable(opportunity_id)
    stage = find(OpportunityStage, _number("stage_id"))
    deal.move(stage, by=current_person)
    flash(f"{deal.name} stands in {stage.name} now.")
    return back(deal, request.form.get("back"))


@bp.post("/<id:opportunity_id>/registration")
@requires(P.OPPORTUNITIES_WRITE)
def register(opportunity_id: int) -> ResponseReturnValue:
    """Register a deal that was opened without, or whose protection is over (L4)."""
    deal = editable(opportunity_id)
    flash(Registration.register(db.session(), deal, by=current_person).outcome)
    return back(deal, None)


@bp.route("/<id:opportunity_id>/win", methods=["GET", "POST"])
@requires(P.OPPORTUNITIES_WRITE)
def report_won(opportunity_id: int) -> ResponseReturnValue:
    """Say that a deal is won, and on which day (F3)."""
    form = WinForm(closed_on=scope.today(), **_board())
    ends = _ends(form, StageKind.WON)
    said = "Won." if current_person.is_staff else "Reported as won. It counts once it is confirmed."
    if current_person.is_staff:
        means = "Your word confirms it: it counts for the partner from its closing day on."
    else:
        means = "Your partner manager is told. Until the win is confirmed the deal stays yours to see, not to change."
    return _asked(
        opportunity_id,
        form,
        lambda deal: deal.report_won(
            form.closed_on.data,
            by=current_person,
            reason=form.reason.data,
            stage=ends.get(form.stage_id.data),
            version=form.seen_version(),
        ),
        ("Won" if current_person.is_staff else "Report as won", means, said),
    )


@bp.route("/<id:opportunity_id>/loss", methods=["GET", "POST"])
@requires(P.OPPORTUNITIES_WRITE)
def lose(opportunity_id: int) -> ResponseReturnValue:
    """Say that a deal is lost, and why."""
    form = LossForm(**_board())
    ends = _ends(form, StageKind.LOST)
    return _asked(
        opportunity_id,
        form,
        lambda deal: deal.lose(
            form.reason.data,
            by=current_person,
            stage=ends.get(form.stage_id.data),
            version=form.seen_version(),
        ),
        (
            "Lost",
            "The deal is closed as of today, and its customer is free again. Only the vendor opens it anew.",
            "Lost. The reason is kept.",
        ),
    )


@bp.post("/<id:opportunity_id>/confirmation")
@requires(P.DEALS_DECIDE)
def confirm(opportunity_id: int) -> ResponseReturnValue:
    """Confirm a win: it counts from its closing day on (F3)."""
    deal = find(Opportunity, opportunity_id)
    deal.confirm(by=current_person)
    flash(f"Confirmed. {deal.name} counts now.")
    return back(deal, request.form.get("back"))


@bp.route("/<id:opportunity_id>/refusal", methods=["GET", "POST"])
@requires(P.DEALS_DECIDE)
def refuse(opportunity_id: int) -> ResponseReturnValue:
    """Do not confirm a win."""
    form = DecisionForm(**_board())
    return _asked(
        opportunity_id,
        form,
        lambda deal: deal.refuse_win(form.reason.data, by=current_person, version=form.seen_version()),
        (
            "Do not confirm",
            "The deal is open again where it stood. The partner reads the reason.",
            "Not confirmed.",
        ),
    )


@bp.route("/<id:opportunity_id>/reopening", methods=["GET", "POST"])
@requires(P.DEALS_DECIDE)
def reopen(opportunity_id: int) -> ResponseReturnValue:
    """Open a closed deal again (L5, F3)."""
    form = ReopeningForm(**_board())
    stages = _ends(form, StageKind.OPEN)
    form.stage_id.choices = [("", "Where it stood before"), *form.stage_id.choices]
    return _asked(
        opportunity_id,
        form,
        lambda deal: deal.reopen(
            form.reason.data,
            by=current_person,
            stage=stages.get(form.stage_id.data),
            version=form.seen_version(),
        ),
        (
            "Open again",
            "What it counted is taken back at once, and the partner’s standing is computed anew.",
            "The deal is open again.",
        ),
    )


@bp.route("/<id:opportunity_id>/handover", methods=["GET", "POST"])
@requires(P.DEALS_DECIDE)
def hand_over(opportunity_id: int) -> ResponseReturnValue:
    """Give a deal to another partner (F3)."""
    form = HandoverForm()
    return _asked(
        opportunity_id,
        form,
        lambda deal: deal.hand_to(
            Partner.by_code(db.session(), form.partner.data or ""),
            form.reason.data,
            by=current_person,
            version=form.seen_version(),
        ),
        (
            "Hand over",
            HANDED,
            "Handed over.",
        ),
    )


@bp.route("/<id:opportunity_id>/deletion", methods=["GET", "POST"])
@requires(P.DEALS_DECIDE)
def delete(opportunity_id: int) -> ResponseReturnValue:
    """Take a deal out of every list and number (F3)."""
    form = DecisionForm()
    return _asked(
        opportunity_id,
        form,
        lambda deal: deal.delete(form.reason.data, by=current_person, version=form.seen_version()),
        (
            "Delete",
            "It is gone from every list and counts nowhere. Its page stays to be read, with the reason.",
            "Deleted.",
        ),
    )


def _asked(
    opportunity_id: int, form: Form, act: Callable[[Opportunity], None], words: tuple[str, str, str]
) -> ResponseReturnValue:
    """Ask for what an act needs, then do it; `words` are its button, what it means, and what is said afterwards."""
    label, means, done = words
    deal = editable(opportunity_id)
    if form.validate_on_submit():
        with form.refusals():
            act(deal)
            flash(done)
            return back(deal, form["back"].data)
    deal = find(Opportunity, opportunity_id, joinedload(Opportunity.stage), joinedload(Opportunity.partner))
    form["version"].data = str(deal.version)
    return render_form("leads/opportunities/act.html", form, deal=deal, act=label, means=means)


def _board() -> dict[str, Any]:
    """Return what the board says of an act: where it leads back to, and in which lane the card was dropped."""
    try:
        stage_id = choices.number(request.args.get("stage_id"))
    except ValueError:
        stage_id = None
    return {"back": request.args.get("back", ""), "stage_id": stage_id}


def _ends(form: Form, kind: StageKind) -> dict[int | None, OpportunityStage]:
    """Offer the stages of a kind that are in use, and return them by number; of several ends one is chosen."""
    stages = [one for one in OpportunityStage.in_order(db.session(), only_active=True) if one.kind is kind]
    form["stage_id"].choices = [(str(one.id), one.name) for one in stages]
    if form["stage_id"].data is None and kind is not StageKind.OPEN:
        form["stage_id"].data = stages[0].id
    return {one.id: one for one in stages}


def _number(name: str) -> int:
    """Return a number of the form; that of no row when it is none."""
    try:
        return choices.number(request.form.get(name)) or 0
    except ValueError:
        return 0
