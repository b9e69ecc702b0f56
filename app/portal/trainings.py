"""The trainings of the partner's own people, and how any list of what was passed looks."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import Permission, requires
from app.filters import points
from app.listing import Column, Listing, choice, day
from app.models import Training
from app.models.attainment import Attainment

bp = Blueprint("trainings", __name__, url_prefix="/trainings")


def listed(noun: type[Attainment], words: str) -> Listing:
    """Return the list of one kind of attainment: people, subjects, days, and whether they still count."""
    return Listing(
        words,
        query=noun.with_people,
        key=noun.id,
        columns=[
            Column(
                "person", "Person", lambda row: row.person_name or row[0].person_email, sort=noun.person_email
            ),
            Column("subject", "Subject", lambda row: row[0].subject, sort=noun.subject),
            Column("passed", "Passed on", lambda row: row[0].passed_on, sort=noun.passed_on, kind="day"),
            Column("expires", "Expires on", lambda row: row[0].expires_on, kind="day"),
            Column("score", "Score", lambda row: points(row[0].score), kind="num"),
            Column(
                "state", "State", lambda row: row[0].state, kind="badge", tone=lambda row: row[0].state_tone
            ),
        ],
        filters=[
            choice("state", "State", [("valid", "Valid"), ("expired", "Expired")], noun.is_in),
            day("since", "Passed since", lambda on: noun.passed_on >= on),
        ],
        search=noun.matching,
        default="-passed",
        empty=(f"No {words} yet", "What your people pass appears here as soon as the vendor records it."),
    )


LIST = listed(Training, "trainings")
LIST.routes(bp, requires(Permission.PORTAL_READ))


@bp.get("")
@requires(Permission.PORTAL_READ)
def index() -> ResponseReturnValue:
    """List what the partner's people have passed, the latest first."""
    return render_template("portal/trainings/index.html", page=LIST.page())
