"""Where the partner that is reading stands today."""

from __future__ import annotations

from app import scope
from app.access import current_person
from app.extensions import db
from app.models import assessing
from app.rules.refusals import RuleBroken


def own_standing() -> tuple[assessing.Standing | None, str | None]:
    """Return the live standing in the active partnership (None without one), and why it cannot be computed, if so.

    P3: while the partnership is off, the program is not there.
    """
    try:
        standing = assessing.standing(db.session(), current_person.partner_id or 0, scope.today())
    except RuleBroken as refusal:
        return None, refusal.sentence
    if standing is None or not standing.subject.active:
        return None, None
    return standing, None
