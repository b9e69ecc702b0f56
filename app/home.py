"""The start page, and whether the program is well."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import database
from app.access import Permission, anyone, current_person, requires
from app.extensions import db

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.SIGNED_IN)
def show() -> ResponseReturnValue:
    """What waits and what changed, for staff; a partner's person goes to the portal."""
    if not current_person.is_staff:
        return redirect(url_for("portal.home.show"))
    return render_template("home.html")


@bp.get("/healthz")
@anyone
def healthz() -> ResponseReturnValue:
    """Is the process up?"""
    return "ok", {"Content-Type": "text/plain"}


@bp.get("/readyz")
@anyone
def readyz() -> ResponseReturnValue:
    """Is the database reachable and its schema this code's?"""
    wrong = database.schema_mismatch(current_app.config["ACCORD"], db.engine)
    return (wrong or "ready", 503 if wrong else 200, {"Content-Type": "text/plain"})
