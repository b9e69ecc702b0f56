"""P12: from which day a version may begin, and what stands in its way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.models.assessment import Assessment, Cause
from app.models.ladder import Ladder, Rung
from app.models.partner_type import PartnerType, Tier
from app.models.partnership import ActivePeriod, Partnership, TierPeriod
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person
    from app.models.program import ProgramVersion


def first_day_allowed(session: Session, today: date) -> date:
    """Return the first day a version may begin on: after every stored verdict and credit, but today at the latest."""
    last = max(filter(None, (_last_assessed(session), _last_accrued(session))), default=None)
    return date.min if last is None else min(last + timedelta(days=1), today)


def check_day(session: Session, valid_from: date, today: date) -> None:
    """A version may begin in the past only where nothing was decided or accrued since (P12)."""
    from app.models.program import ProgramVersion, VersionStatus  # noqa: PLC0415 - the noun asks us

    first = first_day_allowed(session, today)
    if valid_from < first:
        accrued = _last_accrued(session)
        what = [
            *(["partners were assessed"] if (_last_assessed(session) or date.min) >= valid_from else []),
            *(["deals were credited to funds"] if accrued is not None and accrued >= valid_from else []),
        ]
        raise RuleBroken(
            f"{' and '.join(what).capitalize()} for {valid_from} or later, so the program of those days stays. "
            f"The first day this version may begin on is {first}.",
            "valid_from",
        )
    same_day = select(ProgramVersion.name).where(
        ProgramVersion.valid_from == valid_from, ProgramVersion.status == VersionStatus.PUBLISHED
    )
    if (other := session.scalar(same_day)) is not None:
        raise RuleBroken(f"“{other}” begins on {valid_from} already; choose another day.", "valid_from")


def check_held(session: Session, version: ProgramVersion, valid_from: date) -> None:
    """Tiers and types that partners hold on that day or later cannot be gone from the version."""
    rungs = select(Rung.tier_id).join(Ladder).where(Ladder.version_id == version.id)
    gone = session.execute(
        select(PartnerType.name, Tier.name, func.count(TierPeriod.partnership_id.distinct()))
        .select_from(TierPeriod)
        .join(Partnership, Partnership.id == TierPeriod.partnership_id)
        .join(Tier, Tier.id == TierPeriod.tier_id)
        .join(PartnerType, PartnerType.id == Tier.partner_type_id)
        .join(ActivePeriod, ActivePeriod.partnership_id == Partnership.id)
        .where(
            TierPeriod.during.op("&&")(func.daterange(valid_from, None)),
            ActivePeriod.during.op("&&")(func.daterange(valid_from, None)),
            Tier.id.not_in(rungs),
        )
        .group_by(PartnerType.name, Tier.name)
        .order_by(PartnerType.name, Tier.name)
    ).all()
    if gone:
        held = "; ".join(f"{count} {kind} at {tier}" for kind, tier, count in gone)
        raise RuleBroken(
            f"Partners hold tiers that this version does not have: {held}. "
            "Put the tiers back, or give these partners others first."
        )


def _last_assessed(session: Session) -> date | None:
    return session.scalar(select(func.max(Assessment.assessed_on)))


def _last_accrued(session: Session) -> date | None:
    """Return the latest day for which a deal's credit stands in a fund."""
    from app.models.funds.entry import Entry, EntryKind  # noqa: PLC0415 - funds know the program

    taken_back = aliased(Entry)
    standing = select(func.max(Entry.meant_on)).where(
        Entry.kind == EntryKind.ACCRUAL, ~exists().where(taken_back.reverses_id == Entry.id)
    )
    return session.scalar(standing)


def credit_everyone(session: Session, since: date, *, by: Person | None) -> None:
    """Open the funds that could not be opened without a program, and credit deals closed since it holds (P2, F3)."""
    from app.models.deals.opportunity import Opportunity  # noqa: PLC0415 - deals ask what holds
    from app.models.funds.accruing import bring_partners_into_line  # noqa: PLC0415 - funds know the program
    from app.models.funds.fund import Fund  # noqa: PLC0415

    Fund.open_missing(session, by=by)
    closed = select(Opportunity.partner_id).where(Opportunity.closed_on >= since).distinct()
    bring_partners_into_line(session, list(session.scalars(closed)), since=since, by=by)


def assess_everyone(session: Session, on: date, *, by: Person | None) -> None:
    """Store every partner's verdict by the program that holds now (P10)."""
    from app.models.assessing import store  # noqa: PLC0415 - assessing knows the program

    store(session, on, cause=Cause.PUBLISHING, by=by)
