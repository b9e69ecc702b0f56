"""The night compares every deal with the ledger and says where they differ; it repairs nothing (F3).

What is found is kept until it is settled: by a person who presses “Bring into line”, by a later change of the deal, or
because the next look finds no difference any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.assessing.among import among
from app.models.deals.opportunity import Opportunity
from app.models.deals.opportunity_stage import OpportunityStage, StageKind
from app.models.funds.due import Due, due
from app.models.funds.entry import Entry, EntryKind
from app.models.funds.fund_difference import FundDifference
from app.models.person import Person, Role
from app.models.talk.step import Step
from app.rules import ledger

FOUND = "fund_difference.found"
AT_ONCE = 2000
"""Deals looked at in one transaction."""


def deals_after(session: Session, number: int) -> list[int]:
    """Return the next deals to look at, by number: all that are won, and all that ever were credited."""
    won = select(OpportunityStage.id).where(OpportunityStage.kind == StageKind.WON)
    credited = select(Entry.opportunity_id).where(
        Entry.opportunity_id > number, Entry.kind == EntryKind.ACCRUAL
    )
    found = select(Opportunity.id).where(
        Opportunity.id > number, or_(Opportunity.stage_id.in_(won), Opportunity.id.in_(credited))
    )
    return list(session.scalars(found.order_by(Opportunity.id).limit(AT_ONCE)))


def look(session: Session, deal_ids: Collection[int]) -> list[FundDifference]:
    """Compare these deals with the ledger, keep what differs and settle what does not; return what is new."""
    now = {_key(row): row for one in due(session, deal_ids) if not one.is_right for row in _differences(one)}
    known = session.scalars(
        select(FundDifference)
        .where(among(FundDifference.opportunity_id, deal_ids), FundDifference.settled_at.is_(None))
        .order_by(FundDifference.id)
        .with_for_update()
    ).all()
    for one in known:
        row = now.pop((one.opportunity_id, one.fund_type_id, one.partner_id), None)
        if row is None:
            one.settled_at = clock.now()
        else:
            one.fund_id, one.currency, one.why = row["fund_id"], row["currency"], row["why"]
            one.expected, one.posted = row["expected"], row["posted"]
    new = [FundDifference(**row, found_at=clock.now()) for row in now.values()]
    session.add_all(new)
    session.flush()
    return new


def tell(session: Session, first: FundDifference, number: int) -> None:
    """Tell the vendor's marketing that so many new differences were found."""
    marketing = select(Person.id).where(
        Person.partner_id.is_(None), Person.active, Person.roles.contains([Role.MARKETING.value])
    )
    Step.take(
        first,
        FOUND,
        by=None,
        to=list(session.scalars(marketing)),
        vendor_only=True,
        partner_id=None,
        number=number,
    )


def _key(row: dict[str, Any]) -> tuple[int, int, int]:
    return row["opportunity_id"], row["fund_type_id"], row["partner_id"]


def _differences(one: Due) -> Iterator[dict[str, Any]]:
    """Return what differs at a deal; where another partner was credited, at each of the two."""
    live, row = one.live, one.row
    went = live is not None and live.partner_id != row.partner_id
    common = {"opportunity_id": one.deal_id, "fund_type_id": row.fund_type_id}
    if live is not None and went:
        yield common | {
            "partner_id": live.partner_id,
            "fund_id": live.fund_id,
            "currency": live.currency,
            "expected": 0,
            "posted": live.amount,
            "why": "The deal is another partner's now.",
        }
    if not went or one.is_due or one.problem is not None:
        held = None if went else live
        cannot_be_said = one.problem is not None or (
            held is not None and one.is_due and held.currency != row.fund_currency
        )
        yield common | {
            "partner_id": row.partner_id,
            "fund_id": row.fund_id if held is None else held.fund_id,
            "currency": row.fund_currency if held is None else held.currency,
            "expected": None if cannot_be_said else one.units,
            "posted": 0 if held is None else held.amount,
            "why": _why(one),
        }


def _why(one: Due) -> str:
    """Say what should stand in the ledger, and what does."""
    if one.problem is not None:
        return one.problem
    posted = "Nothing is posted."
    if one.live is not None:
        posted = f"Posted: {one.posted}."
    if not one.is_due:
        return f"{one.why_not or 'Nothing is due.'}\n{posted}"
    return f"Due: {ledger.in_words(one.units, one.row.fund_currency)}, {one.sentence}.\n{posted}"


def settle_vanished(session: Session) -> None:
    """Settle what is open at deals nobody looks at any more, because they are neither won nor credited."""
    won = select(OpportunityStage.id).where(OpportunityStage.kind == StageKind.WON)
    looked_at = select(Opportunity.id).where(Opportunity.stage_id.in_(won))
    credited = select(Entry.opportunity_id).where(
        Entry.opportunity_id == FundDifference.opportunity_id, Entry.kind == EntryKind.ACCRUAL
    )
    session.execute(
        update(FundDifference)
        .where(
            FundDifference.settled_at.is_(None),
            FundDifference.opportunity_id.not_in(looked_at),
            ~credited.exists(),
        )
        .values(settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )
