"""What of a deal counts, and that everybody it counts for is assessed in the same transaction (P8, P10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.event import Event
from app.models.ladder import Ladder
from app.models.partner import Partner
from app.models.person import Person, Role
from app.models.program import ProgramVersion
from app.rules.refusals import MissingRate

if TYPE_CHECKING:
    from datetime import date

    from app.models.deals.opportunity import Opportunity
    from app.models.orders.order import Order

COUNTS: Final = frozenset(
    {
        "stage_id",
        "amount",
        "currency",
        "created_on",
        "closed_on",
        "customer",
        "product_id",
        "confirmed_at",
        "deleted_at",
        "partner_id",
        "lead_id",
    }
)
"""The columns that measures look at."""


def matters(changed: Iterable[str]) -> bool:
    """Say whether any of these columns changes what a deal counts."""
    return not COUNTS.isdisjoint(changed)


def reassess_each(session: Session, partner_ids: Collection[int], *, by: Person | None) -> None:
    """Assess these partners now, in this transaction.

    Where an exchange rate is missing the change stays and the partner is assessed once the rate is known (M3).
    """
    from app.models.assessing import reassess  # noqa: PLC0415 - assessing reads deals
    from app.models.assessment import Cause  # noqa: PLC0415

    try:
        with session.begin_nested():
            reassess(session, partner_ids, cause=Cause.FACT, by=by)
    except MissingRate as refusal:
        if len(partner_ids) > 1:
            for partner_id in sorted(partner_ids):
                reassess_each(session, [partner_id], by=by)
        else:
            (partner_id,) = partner_ids
            why = {"why": refusal.sentence}
            Event.record(session, "assessment.refused", None, by=by, after=why, partner_id=partner_id)


def count_anew(
    session: Session, deal: Opportunity, *, by: Person | None, partner_ids: Collection[int] = ()
) -> None:
    """Let what the deal is now count: whoever it counts for is assessed, and the funds are brought into line (F3)."""
    from app.models.funds.accruing import bring_into_line  # noqa: PLC0415 - funds read deals

    reassess_each(session, partner_ids or [deal.partner_id], by=by)
    bring_into_line(session, [deal.id], by=by)


def wins_count_at_once(session: Session, deal: Opportunity, on: date) -> bool:
    """Say whether a win counts before anybody confirms it: as the program says for the partner's type (F3)."""
    asked = (
        select(Ladder.wins_count_at_once)
        .join(Partner, Partner.partner_type_id == Ladder.partner_type_id)
        .where(Ladder.version_id == ProgramVersion.holding_id(on), Partner.id == deal.partner_id)
    )
    return bool(session.scalar(asked))


def to_tell(session: Session, deal: Opportunity | Order, *, by: Person | None) -> list[int]:
    """Return who is told besides the deal's owner: for a partner's act the manager, else the partner's administrators."""
    with session.no_autoflush:  # what was changed is recorded first
        return _asked_for(session, deal, by)


def _asked_for(session: Session, deal: Opportunity | Order, by: Person | None) -> list[int]:
    if by is not None and by.partner_id is not None:
        manager = select(Partner.manager_id).where(Partner.id == deal.partner_id)
        return [number for number in session.scalars(manager) if number is not None]
    if deal.owner_id is not None:
        owner = session.scalar(select(Person.partner_id).where(Person.id == deal.owner_id))
        if owner == deal.partner_id:
            return []
    administrators = select(Person.id).where(
        Person.partner_id == deal.partner_id,
        Person.active,
        Person.roles.contains([Role.PARTNER_ADMINISTRATOR.value]),
    )
    return list(session.scalars(administrators))
