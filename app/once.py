"""A form sent twice has one effect: its key is kept with the effect, in the same transaction."""

from __future__ import annotations

from flask import Response, request
from flask_login import current_user
from sqlalchemy import insert, select

from app import clock, scope
from app.extensions import db
from app.models import OneTimeKey

FIELD = "one_time_key"
SEE_OTHER = 303


def _key() -> str | None:
    """Return the form's key, the person's own; None for who came in unknown, such as by signing in just now."""
    opened = scope.current()
    is_unknown = opened is None or opened.role is scope.Role.NOBODY
    if request.method != "POST" or is_unknown or not current_user.is_authenticated:
        return None
    key = request.form.get(FIELD, "")
    is_ours = 16 <= len(key) <= 64 and key.isascii() and key.isprintable()  # noqa: PLR2004 - ours have 22
    return f"{current_user.person.id}:{key}" if is_ours else None


def answer_given() -> str | None:
    """Return where the same form led before, or None when it was not taken yet."""
    key = _key()
    if key is None:
        return None
    return db.session.scalar(select(OneTimeKey.location).where(OneTimeKey.key == key))


def keep(response: Response) -> None:
    """Remember where this form led, once its act is done; a form that was refused may be sent again."""
    key = _key()
    if key is not None and response.status_code == SEE_OTHER:
        row = {
            "key": key,
            "person_id": current_user.person.id,
            "at": clock.now(),
            "location": response.location,
        }
        db.session.execute(insert(OneTimeKey.__table__).values(row))
