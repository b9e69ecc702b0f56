"""The trainings of the partner's own people."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import Permission, requires
from app.filters import points
from app.listing import Column, Listing, choice, day
from app.models import Training

bp = Blueprint("trainings", __name__, url_prefix="/trainings")

LIST = Listing(
    "trainings",
    query=Training.with_people,
    key=Training.id,
    columns=[
        Column(
            "person", "Person", lambda row: row.person_name or row[0].person_email, sort=Training.person_email
        ),
        Column("subject", "Subject", lambda row: row[0].subject, sort=Training.subject),
        Column("passed", "Passed on", lambda row: row[0].passed_on, sort=Training.passed_on, kind="day"),
        Column("expires", "Expires on", lambda row: row[0].expires_on, kind="day"),
        Column("score", "Score", lambda row: points(row[0].score), kind="num"),
        Column("state", "State", lambda row: row[0].state, kind="badge", tone=lambda row: row[0].state_tone),
    ],
    filters=[
        choice("state", "State", [("valid", "Valid"), ("expired", "Expired")], Training.is_in),
        day("since", "Passed since", lambda on: Training.passed_on >= on),
    ],
    search=Training.matching,
    default="-passed",
    empty=("No trainings yet", "What your people pass appears here as soon as the vendor records it."),
)
LIST.routes(bp, requires(Permission.PORTAL_READ))


@bp.get("")
@requires(Permission.PORTAL_READ)
def index() -> ResponseReturnValue:
    """List what the partner's people have passed, the latest first."""
    return render_template("portal/trainings/index.html", page=LIST.page())
