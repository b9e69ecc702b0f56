"""The trainings of all partners' people, as staff see them, and how any list of what was passed looks."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, requires
from app.filters import points
from app.listing import Column, Listing, choice, day, text
from app.models import Partner, Training
from app.models.attainment import Attainment

bp = Blueprint("trainings", __name__, url_prefix="/trainings")


def listed(noun: type[Attainment], words: str) -> Listing:
    """Return the list of one kind of attainment: people, subjects, days, and whether they still count."""
    return Listing(
        words,
        query=lambda: (
            noun.with_people()
            .join(Partner, Partner.id == noun.partner_id)
            .add_columns(Partner.name.label("partner_name"))
        ),
        key=noun.id,
        columns=[
            Column(
                "person", "Person", lambda row: row.person_name or row[0].person_email, sort=noun.person_email
            ),
            Column(
                "partner",
                "Partner",
                lambda row: row.partner_name,
                href=lambda row: url_for("partnership.partners.show", partner_id=row[0].partner_id),
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
            text("partner", "Partner code", lambda given: Partner.code == given),
            choice("state", "State", [("valid", "Valid"), ("expired", "Expired")], noun.is_in),
            day("since", "Passed since", lambda on: noun.passed_on >= on),
        ],
        search=noun.matching,
        default="-passed",
        empty=(f"No {words} yet", f"Import a file of {words}; partners then see their own."),
    )


LIST = listed(Training, "trainings")
LIST.routes(bp, requires(Permission.TRAININGS_READ))


@bp.get("")
@requires(Permission.TRAININGS_READ)
def index() -> ResponseReturnValue:
    """List what people of all partners have passed, the latest first."""
    return render_template("partnership/trainings/index.html", page=LIST.page())
