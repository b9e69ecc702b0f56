"""The certificates of the partner's own people."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import Permission, requires
from app.filters import points
from app.listing import Column, Listing, choice, day
from app.models import Certificate

bp = Blueprint("certificates", __name__, url_prefix="/certificates")

LIST = Listing(
    "certificates",
    query=Certificate.with_people,
    key=Certificate.id,
    columns=[
        Column(
            "person",
            "Person",
            lambda row: row.person_name or row[0].person_email,
            sort=Certificate.person_email,
        ),
        Column("subject", "Subject", lambda row: row[0].subject, sort=Certificate.subject),
        Column("passed", "Passed on", lambda row: row[0].passed_on, sort=Certificate.passed_on, kind="day"),
        Column("expires", "Expires on", lambda row: row[0].expires_on, kind="day"),
        Column("score", "Score", lambda row: points(row[0].score), kind="num"),
        Column("state", "State", lambda row: row[0].state, kind="badge", tone=lambda row: row[0].state_tone),
    ],
    filters=[
        choice("state", "State", [("valid", "Valid"), ("expired", "Expired")], Certificate.is_in),
        day("since", "Passed since", lambda on: Certificate.passed_on >= on),
    ],
    search=Certificate.matching,
    default="-passed",
    empty=("No certificates yet", "What your people pass appears here as soon as the vendor records it."),
)
LIST.routes(bp, requires(Permission.PORTAL_READ))


@bp.get("")
@requires(Permission.PORTAL_READ)
def index() -> ResponseReturnValue:
    """List what the partner's people have passed, the latest first."""
    return render_template("portal/certificates/index.html", page=LIST.page())
