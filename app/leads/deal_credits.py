"""What a won deal credited to the partner's funds, or why it did not, for those who read funds (F3, F8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access import Permission, current_person, may
from app.extensions import db
from app.funds import reader
from app.models import Opportunity, StageKind
from app.models.funds.due import Due, due


@dataclass(frozen=True)
class Credit:
    """What became of a deal in the funds of a type, and where its entry is read."""

    words: str
    url: str | None = None


def credits_of(deal: Opportunity) -> Sequence[Credit]:
    """Return what there is to say of a deal that is won, or was credited; its stage is loaded."""
    if deal.stage.kind is not StageKind.WON or not may(Permission.FUNDS_READ, Permission.PORTAL_FUNDS_READ):
        return []
    return [_credit(one) for one in due(db.session(), [deal.id])]


def _credit(one: Due) -> Credit:
    fund = one.row.fund_type
    if one.live is not None:
        url = reader.entry_url(one.live.fund_id, one.live.sequence)
        return Credit(f"Credited to the {fund}: {one.posted}.", url)
    if one.problem is not None:
        why = one.problem if current_person.is_staff else "the vendor has no exchange rate for its day yet."
        return Credit(f"Not credited to the {fund} yet: {why}")
    if one.is_due:
        return Credit(f"Not credited to the {fund} yet, although due: {one.sentence}.")
    why = one.why_not or "what it gives is less than the smallest coin."
    return Credit(f"Nothing is credited to the {fund}: {why}")
