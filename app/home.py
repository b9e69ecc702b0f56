"""The start page, and whether the program is well."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock, migrating
from app.access import Permission, anyone, current_person, may, requires
from app.activities.words import address
from app.database import find
from app.extensions import db
from app.models import Activity, outlook
from app.models.funds.attention import attention

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    """What waits and what changed, for staff; a partner's person goes to the portal."""
    if not current_person.is_staff:
        return redirect(url_for("portal.home.show"))
    session, today = db.session(), clock.today()
    may_read_events = may(Permission.EVENTS_READ)
    return render_template(
        "home.html",
        beginnings=outlook.beginnings(session),
        waiting=outlook.waiting(session, today, current_person),
        rising=outlook.rising(session, today),
        falling=outlook.falling(session, today),
        lately=outlook.lately(session, current_person) if may_read_events else None,
        funds=attention(session, today) if may(Permission.FUNDS_READ) else (),
    )


@bp.get("/activities/<id:activity_id>")
@requires(Permission.ACTIVITIES_READ, Permission.PORTAL_ACTIVITIES_READ)
def activity(activity_id: int) -> ResponseReturnValue:
    """Lead to an activity from an address that is the same for both sides, as letters and talk have it."""
    return redirect(address(find(Activity, activity_id).id))


@bp.get("/healthz")
@anyone
def healthz() -> ResponseReturnValue:
    """Is the process up?"""
    return "ok", {"Content-Type": "text/plain"}


@bp.get("/readyz")
@anyone
def readyz() -> ResponseReturnValue:
    """Is the database reachable and its schema this code's?"""
    wrong = migrating.schema_mismatch(db.engine)
    return (wrong or "ready", 503 if wrong else 200, {"Content-Type": "text/plain"})
