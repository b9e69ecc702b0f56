"""Types of marketing activities: what partners may do with the money, and which proofs each takes (F5)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import VersionedForm, render_form
from app.listing import Column, Listing, choice
from app.models import Activity, ActivityType
from app.models.activities.activity_type_describing import LONGEST, LONGEST_PROOF, MOST_PROOFS

bp = Blueprint("activity_types", __name__, url_prefix="/activity-types")
READ = (Permission.PROGRAM_READ,)
WRITE = (Permission.PROGRAM_WRITE, Permission.FUNDS_WRITE)


class ActivityTypeForm(VersionedForm):
    """What a type is called, and which proofs it takes."""

    name = StringField(
        "Name",
        [
            DataRequired("Name the type, such as Event."),
            Length(max=LONGEST["name"], message=f"Use at most {LONGEST['name']} characters."),
        ],
    )
    description = StringField(
        "Description",
        [Length(max=LONGEST["description"], message=f"Use at most {LONGEST['description']:,} characters.")],
        description="One sentence; partners read it too.",
    )
    proofs = TextAreaField(
        "Proofs",
        [
            Length(
                max=MOST_PROOFS * (LONGEST_PROOF + 2) * 2, message="These are too many words for a checklist."
            )
        ],
        description="One on a line, such as Attendee list. An activity is completed with a file for each.",
        render_kw={"rows": 5},
    )

    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {
            "name": self.name.data or "",
            "description": self.description.data,
            "proofs": (self.proofs.data or "").splitlines(),
        }


def _types() -> Select[*tuple[Any, ...]]:
    used = select(func.count(Activity.id)).where(Activity.activity_type_id == ActivityType.id)
    return select(ActivityType, used.scalar_subquery().label("used"))


LIST = Listing(
    "activity types",
    query=_types,
    key=ActivityType.id,
    columns=[
        Column("name", "Name", lambda row: row[0].name, sort=ActivityType.name),
        Column(
            "state",
            "State",
            lambda row: "In use" if row[0].active else "Retired",
            kind="badge",
            tone=lambda row: "good" if row[0].active else "neutral",
        ),
        Column("proofs", "Proofs", lambda row: ", ".join(row[0].proofs)),
        Column("used", "Activities", lambda row: row.used, kind="number"),
        Column("description", "Description", lambda row: row[0].description),
    ],
    filters=[
        choice(
            "state",
            "State",
            [("used", "In use"), ("retired", "Retired")],
            lambda given: ActivityType.active.is_({"used": True, "retired": False}[given]),
        )
    ],
    search=lambda words: ActivityType.name.icontains(words, autoescape=True),
    default="name",
    href=lambda row: url_for("partnership.activity_types.show", activity_type_id=row[0].id),
    empty=(
        "No types yet",
        "A type says what is done with the money, and which files prove it: an event, a mailing.",
    ),
    action=lambda: ("New type", url_for("partnership.activity_types.new")) if may(*WRITE) else None,
)
LIST.routes(bp, requires(*READ))


@bp.get("")
@requires(*READ)
def index() -> ResponseReturnValue:
    """List the types."""
    return render_template("partnership/activity_types/index.html", page=LIST.page(), may_write=may(*WRITE))


@bp.route("/new", methods=["GET", "POST"])
@requires(*WRITE)
def new() -> ResponseReturnValue:
    """Offer a new type."""
    form = ActivityTypeForm()
    if form.validate_on_submit():
        with form.refusals():
            made = ActivityType.make(db.session(), by=current_person, **form.facts())
            flash(f"“{made.name}” can be chosen now.")
            return redirect(url_for(".index"))
    return render_form("partnership/activity_types/form.html", form, kind=None)


@bp.get("/<id:activity_type_id>")
@requires(*READ)
def show(activity_type_id: int) -> ResponseReturnValue:
    """Show a type, its checklist, and how many activities have it."""
    used = select(func.count(Activity.id)).where(Activity.activity_type_id == activity_type_id)
    return render_template(
        "partnership/activity_types/show.html",
        kind=find(ActivityType, activity_type_id),
        used=db.session.scalar(used),
        may_write=may(*WRITE),
    )


@bp.route("/<id:activity_type_id>/edit", methods=["GET", "POST"])
@requires(*WRITE)
def edit(activity_type_id: int) -> ResponseReturnValue:
    """Change what a type is called and takes; what was approved before keeps its checklist."""
    kind = find(ActivityType, activity_type_id)
    form = ActivityTypeForm(
        data={"name": kind.name, "description": kind.description, "proofs": "\n".join(kind.proofs)}
        | {"version": str(kind.version)}
    )
    if form.validate_on_submit():
        with form.refusals():
            kind.change(by=current_person, version=form.seen_version(), **form.facts())
            flash("Saved.")
            return redirect(url_for(".show", activity_type_id=activity_type_id))
    kind = find(ActivityType, activity_type_id)
    form.show_version(kind)
    return render_form("partnership/activity_types/form.html", form, kind=kind)


@bp.post("/<id:activity_type_id>/retirement")
@requires(*WRITE)
def retire(activity_type_id: int) -> ResponseReturnValue:
    """Offer it no more; activities of this type go on."""
    find(ActivityType, activity_type_id).retire(by=current_person)
    flash("It is not offered any more. Activities of this type go on.")
    return redirect(url_for(".show", activity_type_id=activity_type_id))


@bp.post("/<id:activity_type_id>/return")
@requires(*WRITE)
def take_up(activity_type_id: int) -> ResponseReturnValue:
    """Offer it again."""
    find(ActivityType, activity_type_id).take_up(by=current_person)
    flash("It is offered again.")
    return redirect(url_for(".show", activity_type_id=activity_type_id))
