"""Joint activities: one plan for several partners, each part paid out of its own fund, decided together (F5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from app.access import Permission, current_person, may, requires
from app.activities import joint_sums, words
from app.activities.activity_acts import seen_version
from app.activities.activity_forms import ApprovalForm, QuestionForm, ReasonForm
from app.activities.joint_forms import JointForm, PlanForm
from app.database import find
from app.extensions import db
from app.forms import VersionedForm, render_form
from app.models import Activity, JointActivity
from app.models.activities.joint_planning import together
from app.rules.activities import Act
from app.rules.money import from_minor

bp = Blueprint("joint_activities", __name__, url_prefix="/joint-activities")
decides = requires(Permission.ACTIVITIES_DECIDE)
ROWS = 2


@bp.get("/<id:joint_id>")
@requires(Permission.ACTIVITIES_READ)
def show(joint_id: int) -> ResponseReturnValue:
    """Show a joint activity with the part of each partner."""
    joint = found(joint_id)
    parts = joint.parts()
    return render_template(
        "partnership/joint_activities/show.html",
        joint=joint,
        version=joint.version,
        parts=[(one, from_minor(one.reserved_amount(), one.currency)) for one in parts],
        acts=joint.acts(current_person) if may(Permission.ACTIVITIES_DECIDE) else frozenset[Act](),
        steps=_steps(parts),
        words=words,
    )


def found(joint_id: int) -> JointActivity:
    """Return a joint activity with its type, or answer 404."""
    return find(JointActivity, joint_id, joinedload(JointActivity.activity_type))


def _steps(parts: list[Activity]) -> list[Any]:
    """Return the steps of the latest round: those of all parts that are still together are the same."""
    steps = (together(parts) or parts)[0].steps() if parts else []
    return [one for one in steps if one.round == steps[0].round]


@bp.route("/new", methods=["GET", "POST"])
@decides
def new() -> ResponseReturnValue:
    """Plan one activity for several partners."""
    form = JointForm()
    if "add" in request.form:
        form.shares.append_entry()
        return render_template("partnership/joint_activities/new.html", form=form)
    if not form.is_submitted():
        for _ in range(ROWS):
            form.shares.append_entry()
    if form.validate_on_submit():
        with form.refusals():
            joint = JointActivity.begin(
                db.session(), by=current_person, shares=form.wanted(), place=form.place.data, **form.facts()
            )
            db.session.flush()
            flash(
                f"“{joint.title}” is planned: a draft for each partner. Submit it for all of them together."
            )
            return redirect(url_for(".show", joint_id=joint.id))
    return render_form("partnership/joint_activities/new.html", form)


@bp.route("/<id:joint_id>/edit", methods=["GET", "POST"])
@decides
def edit(joint_id: int) -> ResponseReturnValue:
    """Change what all parts share; a part's budget is changed in the part."""
    joint = found(joint_id)
    form = PlanForm(obj=joint)
    if form.validate_on_submit():
        with form.refusals():
            joint.edit(by=current_person, version=form.seen_version(), **form.facts())
            flash("Saved, for all parts.")
            return redirect(url_for(".show", joint_id=joint_id))
    joint = found(joint_id)
    form.show_version(joint)
    return render_form("partnership/joint_activities/edit.html", form, joint=joint)


@bp.post("/<id:joint_id>/submission")
@decides
def submit(joint_id: int) -> ResponseReturnValue:
    """Ask for the approval of all parts."""
    found(joint_id).submit(by=current_person, version=seen_version())
    flash("Submitted, for all partners together.")
    return redirect(url_for(".show", joint_id=joint_id))


@bp.route("/<id:joint_id>/approval", methods=["GET", "POST"])
@decides
def approve(joint_id: int) -> ResponseReturnValue:
    """Approve all parts: reserved in every fund, or in none."""
    form = ApprovalForm()
    means = "With the last approval every fund reserves its part. Where one has too little, none does."
    return _asked(
        joint_id,
        form,
        lambda joint: joint.approve(by=current_person, words=form.words.data, version=form.seen_version()),
        ("Approve", means, "Approved, for all partners."),
        sums=joint_sums.of,
    )


@bp.route("/<id:joint_id>/question", methods=["GET", "POST"])
@decides
def return_(joint_id: int) -> ResponseReturnValue:
    """Give all parts back with a question."""
    form = QuestionForm()
    return _asked(
        joint_id,
        form,
        lambda joint: joint.return_(form.question.data or "", by=current_person, version=form.seen_version()),
        ("Return with a question", "All parts come back; every partner reads the question.", "Returned."),
    )


@bp.route("/<id:joint_id>/refusal", methods=["GET", "POST"])
@decides
def decline(joint_id: int) -> ResponseReturnValue:
    """Decline all parts for good."""
    form = ReasonForm()
    return _asked(
        joint_id,
        form,
        lambda joint: joint.decline(form.reason.data or "", by=current_person, version=form.seen_version()),
        ("Decline", "It is over for all partners; each reads the reason.", "Declined."),
    )


def _asked(
    joint_id: int,
    form: VersionedForm,
    act: Callable[[JointActivity], None],
    said: tuple[str, str, str],
    *,
    sums: Callable[[JointActivity], joint_sums.Sums | None] = lambda _: None,
) -> ResponseReturnValue:
    """Ask for what an act needs, then do it; `said` are its button, what it means, and what is said afterwards."""
    label, means, done = said
    joint = found(joint_id)
    if form.validate_on_submit():
        with form.refusals():
            act(joint)
            flash(done)
            return redirect(url_for(".show", joint_id=joint_id))
    joint = found(joint_id)
    form.show_version(joint)
    return render_form(
        "partnership/joint_activities/act.html", form, joint=joint, act=label, means=means, sums=sums(joint)
    )
