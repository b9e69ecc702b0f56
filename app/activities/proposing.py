"""Whether and out of which funds something new is proposed: only while the partnership is active (P3)."""

from __future__ import annotations

from app import scope
from app.access import Permission, current_person, may
from app.extensions import db
from app.models.activities.activity_standing import active_partnerships
from app.models.funds.fund_reading import FundHead, of_partner


def open_funds(partner_id: int, present_id: int | None = None) -> list[FundHead]:
    """Return the funds of a partner that may pay for something new, and the one that is named already."""
    session = db.session()
    funds = of_partner(session, partner_id)
    active = active_partnerships(session, partner_id, funds[0].today) if funds else set()
    return [
        one for one in funds if one.id == present_id or (one.partnership_id in active and not _is_over(one))
    ]


def _is_over(fund: FundHead) -> bool:
    return fund.ends_on is not None and fund.ends_on < fund.today


def is_off() -> bool:
    """Say whether the reader would propose something, and its partnership is not active."""
    own = current_person.partner_id
    if own is None or not may(Permission.ACTIVITIES_WRITE):
        return False
    return not active_partnerships(db.session(), own, scope.today())


OFF = "The partnership is not active, so nothing new is proposed. What was approved can still be completed and settled."
