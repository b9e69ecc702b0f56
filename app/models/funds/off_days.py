"""P3: deals closed while the partnership was off; staff may credit them by recalculating, and see first what that does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.models.funds.accruing import bring_into_line, closed_deals
from app.models.funds.due import Due, due
from app.models.partnership import Partnership

if TYPE_CHECKING:
    from app.models.person import Person


def missing(session: Session, partnership: Partnership) -> Sequence[Due]:
    """Return what recalculating would credit, and which deals it cannot credit because a rate is missing."""
    deals = list(session.scalars(closed_deals([partnership.partner_id], partnership.start_on)))
    return [
        one
        for one in due(session, deals, recalculating=True)
        if one.row.partnership_id == partnership.id and one.is_off and one.live is None and not one.is_right
    ]


def credit(session: Session, partnership: Partnership, *, by: Person) -> int:
    """Credit the deals of days on which the partnership was off, at the tier held then; return how many credits."""
    deals = {one.deal_id for one in missing(session, partnership)}
    return bring_into_line(session, deals, by=by, recalculating=True)
