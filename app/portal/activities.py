"""Marketing activities as a partner sees them: its own (F5)."""

from __future__ import annotations

from flask import Blueprint, abort

from app.access import Permission, current_person, requires
from app.activities import routes

bp = Blueprint("activities", __name__, url_prefix="/activities")
routes.put_on(bp, requires(Permission.PORTAL_ACTIVITIES_READ), requires(Permission.ACTIVITIES_WRITE))


@bp.before_request
def only_partners() -> None:
    """Answer 404 to the vendor's people: they plan for a partner in the main application."""
    if current_person.is_staff:
        abort(404)
