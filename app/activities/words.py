"""How activities read: the word and colour of a status, what comes next, who is asked."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import url_for

from app import clock
from app.access import current_person
from app.filters import day, first_upper, time_zone
from app.models import Activity, ActivityStatus, Role

S = ActivityStatus
TONES = {
    S.DRAFT: "neutral",
    S.SUBMITTED: "info",
    S.RETURNED: "warn",
    S.APPROVED: "good",
    S.DECLINED: "bad",
    S.COMPLETED: "info",
    S.SETTLED: "good",
    S.CANCELLED: "neutral",
}
ASKED = {Role.MARKETING: "marketing", Role.CHANNEL_MANAGER: "a channel manager"}
"""Who decides, as a sentence says it."""

NEXT = {
    S.DRAFT: "To be submitted",
    S.RETURNED: "A question to be answered",
    S.COMPLETED: "Marketing settles",
}
"""What comes next where nobody's term runs."""


def status(activity: Activity) -> str:
    """Return the status in a word."""
    return activity.status.value.capitalize()


def tone(activity: Activity) -> str:
    """Return the colour of the status."""
    return TONES[activity.status]


def asked(role: Role | str | None) -> str:
    """Return who is asked, as a sentence says it."""
    return ASKED.get(Role(role), str(role)) if role else "the vendor"


def next_step(activity: Activity, role: Role | None, due_at: datetime | None, today: date) -> str:
    """Say who does what next and until when, and whether it is overdue; nothing when it is over."""
    if role is not None:
        return _until(f"{first_upper(asked(role))} decides", due_at)
    if activity.status is S.APPROVED:
        ended = day(activity.ends_on)
        is_over = activity.ends_on < today
        return f"Overdue: proofs, it ended {ended}" if is_over else f"Takes place, then proofs after {ended}"
    return NEXT.get(activity.status, "")


def _until(what: str, due_at: datetime | None) -> str:
    if due_at is None:
        return what
    if due_at < clock.now():
        return f"Overdue: {what[0].lower()}{what[1:]}, was due {due_day(due_at)}"
    return f"{what} until {due_day(due_at)}"


def due_day(moment: datetime) -> str:
    """Return the day, where its reader is, with whose end something is due."""
    return day(moment.astimezone(ZoneInfo(time_zone())).date())


def is_overdue(activity: Activity, due_at: datetime | None, today: date) -> bool:
    """Say whether the next step should be done by now."""
    if due_at is not None:
        return due_at < clock.now()
    return activity.status is S.APPROVED and activity.ends_on < today


def face() -> str:
    """Return the face its reader has: the vendor's pages, or the portal's."""
    return "partnership.activities" if current_person.is_staff else "portal.activities"


def address(activity_id: int) -> str:
    """Return where the reader finds an activity."""
    return url_for(f"{face()}.show", activity_id=activity_id)
