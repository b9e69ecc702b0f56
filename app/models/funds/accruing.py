"""F3: bring the ledger into line with the deals: credit what is due once, take back what is not due any more.

The credit of a deal is a function of the facts, so there is one verb for all: winning, changing, reopening, deleting and
handing over a deal, a tier that moves, a rate that is added, a program that begins in the past. It compares and posts the
difference: a reversal of what was credited, and the credit that is right; where nothing differs it posts nothing.

Funds are locked first, in the order of their numbers, and only then the facts are read: whoever comes second reads what
the first one has written, and finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.assessing.among import among
from app.models.deals.opportunity import Opportunity
from app.models.event import Event, Told
from app.models.funds.due import Due, due
from app.models.funds.entry import Entry, EntryKind
from app.models.funds.fund import Fund
from app.models.funds.fund_difference import FundDifference
from app.models.funds.in_books import in_books
from app.models.partnership import Partnership

if TYPE_CHECKING:
    from app.models.person import Person

AT_ONCE = 5000
"""Deals asked about by one statement."""
REFUSED = "accrual.refused"


def bring_into_line(
    session: Session, deal_ids: Collection[int], *, by: Person | None, recalculating: bool = False
) -> int:
    """Post what these deals' credits lack or have too much; return how many entries that took.

    Where a rate is missing everything stays, and an event says which (M3). `recalculating` credits deals of days on
    which the partnership was off, too (P3).
    """
    if not deal_ids:
        return 0
    posted, refused = 0, list[Due]()
    with in_books(session):
        session.flush()
        _open_and_lock(session, _partners_of(session, deal_ids))
        for some in _portions(sorted(set(deal_ids))):
            wrong = [one for one in due(session, some, recalculating=recalculating) if not one.is_right]
            refused += [one for one in wrong if one.problem is not None]
            posted += _post(session, [one for one in wrong if one.problem is None], by)
            _settle_differences(session, set(some) - {one.deal_id for one in refused}, by)
    _tell(session, refused, by)
    return posted


def bring_partners_into_line(
    session: Session,
    partner_ids: Collection[int],
    *,
    since: date | None = None,
    by: Person | None,
    recalculating: bool = False,
) -> int:
    """Do the same for all deals of these partners that were closed on a day or after it."""
    if not partner_ids:
        return 0
    with in_books(session):
        session.flush()
        _open_and_lock(session, partner_ids)
        deals = list(session.scalars(closed_deals(partner_ids, since)))
    return bring_into_line(session, deals, by=by, recalculating=recalculating)


def closed_deals(partner_ids: Collection[int], since: date | None = None) -> Any:
    """Return the question for the deals of these partners that were closed, on a day or after it."""
    closed = select(Opportunity.id).where(
        among(Opportunity.partner_id, partner_ids), Opportunity.closed_on.is_not(None)
    )
    return closed if since is None else closed.where(Opportunity.closed_on >= since)


def _portions(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))


def _partners_of(session: Session, deal_ids: Collection[int]) -> set[int]:
    """Return whose funds the deals may be in: their partner's, and that of whoever was credited before."""
    now = select(Opportunity.partner_id).where(among(Opportunity.id, deal_ids))
    before = select(Entry.partner_id).where(
        among(Entry.opportunity_id, deal_ids), Entry.kind == EntryKind.ACCRUAL
    )
    return set(session.scalars(now.union(before)))


def _open_and_lock(session: Session, partner_ids: Collection[int]) -> None:
    """Hold the funds of these partners, opening those that appear by themselves and could not before (P2)."""
    partnerships = list(
        session.scalars(select(Partnership.id).where(among(Partnership.partner_id, partner_ids)))
    )
    Fund.open_missing(session, partnerships)
    held = select(Fund.id).where(among(Fund.partner_id, partner_ids)).order_by(Fund.id)
    session.execute(held.with_for_update(key_share=True))


def _post(session: Session, wrong: Sequence[Due], by: Person | None) -> int:
    rows = [row for one in wrong for row in _rows(one, by)]
    if rows:
        session.execute(insert(Entry.__table__), rows)
        touched = {row["fund_id"] for row in rows}
        for held in list(session.identity_map.values()):
            if isinstance(held, Fund) and held.id in touched:
                session.expire(held, ["entries", "last_hash", "last_posted_at", "accounts"])
    return len(rows)


def _settle_differences(session: Session, deal_ids: Collection[int], by: Person | None) -> None:
    """What the night found at these deals is no difference any more."""
    settled = {"settled_at": clock.now(), "settled_by_id": None if by is None else by.id}
    session.execute(
        update(FundDifference)
        .where(among(FundDifference.opportunity_id, deal_ids), FundDifference.settled_at.is_(None))
        .values(settled)
        .execution_options(synchronize_session=False)
    )


def _rows(one: Due, by: Person | None) -> Iterator[dict[str, Any]]:
    """The reversal of what is posted, then the credit that is due: in this order, since the second counts the first."""
    common = {
        "cause": f"deal/{one.deal_id}/{one.row.fund_type_id}",
        "opportunity_id": one.deal_id,
        "posted_at": clock.now(),
        "by_id": None if by is None else by.id,
    }
    if one.live is not None:
        yield common | {
            "partner_id": one.live.partner_id,
            "fund_id": one.live.fund_id,
            "kind": EntryKind.REVERSAL,
            "amount": one.live.amount,
            "meant_on": one.live.meant_on,
            "reverses_id": one.live.id,
            "forced": True,
            "reason": _reason(one),
            "facts": {},
        }
    if one.is_due:
        yield common | {
            "partner_id": one.row.partner_id,
            "fund_id": one.row.fund_id,
            "kind": EntryKind.ACCRUAL,
            "amount": one.units,
            "meant_on": one.row.closed_on,
            "reverses_id": None,
            "forced": False,
            "reason": None,
            "facts": one.facts,
        }


def _reason(one: Due) -> str:
    """Say why a credit is taken back."""
    if one.why_not is not None:
        return one.why_not
    if one.live is not None and one.live.partner_id != one.row.partner_id:
        return "The deal went to another partner."
    return (
        "It is credited anew, by the deal and the program as they are now."
        if one.is_due
        else "Nothing is due."
    )


def _tell(session: Session, refused: Sequence[Due], by: Person | None) -> None:
    happened = [
        Told(REFUSED, _Deal(one.deal_id), after={"why": one.problem}, partner_id=one.row.partner_id)
        for one in refused
    ]
    Event.record_all(session, happened, by=by)


class _Deal:
    """The deal whose credit is refused, as an event names it."""

    __tablename__ = "opportunity"

    def __init__(self, number: int) -> None:
        self.id = number
