"""The stages of deals, as the administrator edits them (L5)."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import AmountField, Form, VersionedForm, render_form
from app.leads import choices
from app.leads.opportunity_forms import HUNDRED
from app.models import OpportunityStage, PipelineSum, StageKind
from app.models.deals.opportunity_stage import LONGEST

bp = Blueprint("stages", __name__, url_prefix="/opportunities/stages")
P = Permission
KINDS = [
    (StageKind.OPEN.value, "Open: the deal is under way"),
    (StageKind.WON.value, "Won: the end everybody hopes for"),
    (StageKind.LOST.value, "Lost: the other end, with a reason"),
]


class StageForm(VersionedForm):
    """A stage's name, what it means, and how likely its deals are won."""

    name = StringField("Name", [DataRequired("Name the stage."), Length(max=LONGEST)])
    kind = SelectField("Kind", choices=KINDS)
    probability = AmountField(
        "Probability in %",
        [InputRequired("Write a number from 0 to 100.")],
        description="For deals that say none of their own. A won stage has 100, a lost one 0.",
    )


class SwitchOffForm(Form):
    """Where the deals go."""

    to_id = SelectField("Its deals go to", coerce=choices.number)


@bp.get("")
@requires(P.OPPORTUNITIES_READ)
def index() -> ResponseReturnValue:
    """List the stages in their order, with how many open deals stand in each."""
    stages = OpportunityStage.in_order(db.session())
    standing = select(PipelineSum.stage_id, func.sum(PipelineSum.deals)).group_by(PipelineSum.stage_id)
    counts = {row[0]: row[1] for row in db.session.execute(standing)}
    return render_template("leads/stages/index.html", stages=stages, counts=counts)


@bp.route("/new", methods=["GET", "POST"])
@requires(P.STAGES_WRITE)
def new() -> ResponseReturnValue:
    """Add a stage."""
    form = StageForm()
    if form.validate_on_submit():
        with form.refusals():
            stage = OpportunityStage.add(
                db.session(),
                name=form.name.data or "",
                kind=StageKind(form.kind.data),
                probability=_share(form),
                by=current_person,
            )
            flash(f"{stage.name} is a stage now.")
            return redirect(url_for(".index"))
    return render_form("leads/stages/form.html", form, stage=None)


@bp.route("/<id:stage_id>/edit", methods=["GET", "POST"])
@requires(P.STAGES_WRITE)
def edit(stage_id: int) -> ResponseReturnValue:
    """Give a stage another name, kind or probability."""
    stage = find(OpportunityStage, stage_id)
    form = StageForm(
        data={"name": stage.name, "kind": stage.kind.value, "probability": stage.probability * HUNDRED}
    )
    if form.validate_on_submit():
        with form.refusals():
            stage.describe(
                name=form.name.data or "",
                kind=StageKind(form.kind.data),
                probability=_share(form),
                version=form.seen_version(),
                by=current_person,
            )
            flash("Saved.")
            return redirect(url_for(".index"))
    stage = find(OpportunityStage, stage_id)
    form.version.data = str(stage.version)
    return render_form("leads/stages/form.html", form, stage=stage)


@bp.post("/<id:stage_id>/up")
@requires(P.STAGES_WRITE)
def up(stage_id: int) -> ResponseReturnValue:
    """Let a stage come earlier."""
    find(OpportunityStage, stage_id).move(up=True, by=current_person)
    return redirect(url_for(".index"))


@bp.post("/<id:stage_id>/down")
@requires(P.STAGES_WRITE)
def down(stage_id: int) -> ResponseReturnValue:
    """Let a stage come later."""
    find(OpportunityStage, stage_id).move(up=False, by=current_person)
    return redirect(url_for(".index"))


@bp.route("/<id:stage_id>/end", methods=["GET", "POST"])
@requires(P.STAGES_WRITE)
def switch_off(stage_id: int) -> ResponseReturnValue:
    """Take a stage out of use; deals that stand in it go to another one."""
    stage = find(OpportunityStage, stage_id)
    others = [
        one
        for one in OpportunityStage.in_order(db.session(), only_active=True)
        if one.kind is stage.kind and one.id != stage.id
    ]
    form = SwitchOffForm()
    form.to_id.choices = [("", "–"), *((str(one.id), one.name) for one in others)]
    if form.validate_on_submit():
        with form.refusals():
            to = next((one for one in others if one.id == form.to_id.data), None)
            went = stage.switch_off(to, by=current_person)
            moved = f" Deals that went to another stage: {went}." if went else ""
            flash(f"{stage.name} is not in use any more.{moved}")
            return redirect(url_for(".index"))
    stage = find(OpportunityStage, stage_id)
    return render_form("leads/stages/off.html", form, stage=stage, holds_deals=stage.holds_deals())


@bp.post("/<id:stage_id>/use")
@requires(P.STAGES_WRITE)
def switch_on(stage_id: int) -> ResponseReturnValue:
    """Take a stage into use again."""
    find(OpportunityStage, stage_id).switch_on(by=current_person)
    flash("It is in use again.")
    return redirect(url_for(".index"))


def _share(form: StageForm) -> Decimal:
    return (form.probability.data or Decimal(0)) / HUNDRED
