"""Finding an activity: with all its page names, and only where its reader may work on it."""

from __future__ import annotations

from flask import abort, g
from sqlalchemy.orm import joinedload

from app.access import current_person
from app.database import find
from app.models import Activity, Fund

LOADED = (
    joinedload(Activity.partner),
    joinedload(Activity.activity_type),
    joinedload(Activity.fund).joinedload(Fund.fund_type),
    joinedload(Activity.owner_person),
)


def found(activity_id: int) -> Activity:
    """Return an activity with all its page names, or answer 404."""
    return find(Activity, activity_id, *LOADED)


def mine(activity_id: int) -> Activity:
    """Return an activity the reader may work on: 404 when it is another partner's, 403 when it is a colleague's."""
    activity = found(activity_id)
    if not activity.may_be_edited_by(current_person):
        g.refused = True
        abort(403)
    return activity
