"""What a home page asks: who is about to rise or fall, and what waits for somebody's decision (P5, P9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.models.activities.activity import Activity, ActivityStatus
from app.models.activities.waiting import decided_by
from app.models.assessment import Assessment
from app.models.deals.opportunity import Opportunity, OpportunityStage, StageKind
from app.models.event import Event
from app.models.funds.fund_difference import FundDifference
from app.models.funds.posting_request import PostingRequest, RequestState
from app.models.ladder import Ladder, Rung
from app.models.leads.lead import Lead, LeadStage
from app.models.leads.lead_passage import LeadPassage, PassageState
from app.models.orders.order import Order
from app.models.orders.order_status import OrderStatus
from app.models.partner import Partner
from app.models.partner_type import PartnerType, Tier
from app.models.partnership import ActivePeriod, Partnership
from app.models.person import Person
from app.models.program import ProgramVersion, VersionStatus
from app.models.registrations.registration import Registration, RegistrationState
from app.rules.program import Downgrades, Upgrades

NEAR = Decimal("0.8")
"""From this part of the way on, a partner is about to rise."""
SHOWN = 6


@dataclass(frozen=True)
class Outlook:
    """A partner that is about to rise or to fall, by its latest stored assessment."""

    partner_id: int
    partner: str
    partner_type: str
    held: str
    earned: str
    next: str | None
    progress: Decimal | None
    at_risk_until: date | None
    assessed_at: datetime
    upgrades: Upgrades
    held_rank: int
    earned_rank: int
    of: int
    """How many there are of its kind."""

    @property
    def is_earned(self) -> bool:
        """Whether the higher tier is earned already and somebody or the review decides."""
        return self.earned_rank > self.held_rank

    @property
    def what(self) -> str:
        """Say what happens next."""
        if self.is_earned:
            return "waits for approval" if self.upgrades is Upgrades.WITH_APPROVAL else "the review decides"
        if self.earned_rank < self.held_rank and self.at_risk_until is None:
            return "the review decides"
        return ""

    @property
    def goal(self) -> str | None:
        """Return the tier it is about to reach."""
        return self.earned if self.is_earned else self.next


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody: how many deals, leads and upgrades, and the draft by its name."""

    draft: str | None
    reported: int
    leads: int
    approvals: int
    passages: int
    own_leads: int
    registered: int
    ordered: int
    differences: int
    activities: int
    """Marketing activities whose next step the reader decides."""
    settlements: int
    requests: int
    """Postings by hand that somebody else than the reader asked for (A2)."""


@dataclass(frozen=True)
class Beginnings:
    """Which first steps of an installation are done."""

    types: bool
    published: bool
    partners: bool

    @property
    def are_done(self) -> bool:
        """Whether nothing is left of the first steps."""
        return self.types and self.published and self.partners


def rising(session: Session, on: date) -> list[Outlook]:
    """Return who has earned a higher tier, or is near to one; those who have it first."""
    earned, held = _ranks()
    near = and_(Assessment.progress >= NEAR, Partnership.at_risk_until.is_(None), earned.rank == held.rank)
    found = _latest(on, earned, held).where(or_(earned.rank > held.rank, near))
    first = (earned.rank > held.rank).desc()
    return _outlooks(session, found.order_by(first, Assessment.progress.desc(), Partner.id).limit(SHOWN))


def falling(session: Session, on: date) -> list[Outlook]:
    """Return whose tier is at risk, the nearest day first, then whom the next review takes a tier from."""
    earned, held = _ranks()
    by_review = and_(earned.rank < held.rank, Ladder.downgrades != Downgrades.NEVER)
    found = _latest(on, earned, held).where(or_(Partnership.at_risk_until.is_not(None), by_review))
    return _outlooks(
        session, found.order_by(Partnership.at_risk_until.asc().nulls_last(), Partner.id).limit(SHOWN)
    )


def waiting(session: Session, on: date, reader: Person) -> Waiting:
    """Count what waits, for everybody and for the reader, each up to a thousand."""
    won = select(OpportunityStage.id).where(OpportunityStage.kind == StageKind.WON)
    reported = select(Opportunity.id).where(
        Opportunity.stage_id.in_(won), Opportunity.confirmed_at.is_(None), Opportunity.deleted_at.is_(None)
    )
    leads = select(Lead.id).where(
        Lead.partner_id.is_(None), Lead.stage.in_([LeadStage.NEW, LeadStage.QUALIFIED])
    )
    earned, held = _ranks()
    approvals = (
        _latest(on, earned, held)
        .with_only_columns(Assessment.id)
        .where(earned.rank > held.rank, Ladder.upgrades == Upgrades.WITH_APPROVAL)
    )
    passages = select(LeadPassage.id).where(LeadPassage.state == PassageState.WAITING)
    own_leads = leads.where(Lead.owner_id == reader.id)
    registered = select(Registration.id).where(Registration.state == RegistrationState.WAITING)
    ordered = select(Order.id).where(Order.status == OrderStatus.SUBMITTED)
    draft = select(ProgramVersion.name).where(ProgramVersion.status == VersionStatus.DRAFT)
    differences = select(FundDifference.id).where(FundDifference.settled_at.is_(None))
    activities = select(Activity.id).where(decided_by(reader))
    settlements = select(Activity.id).where(Activity.status == ActivityStatus.COMPLETED)
    requests = select(PostingRequest.id).where(
        PostingRequest.state == RequestState.WAITING, PostingRequest.requested_by_id != reader.id
    )
    money = (differences, activities, settlements, requests)
    questions = (reported, leads, approvals, passages, own_leads, registered, ordered, *money)
    counts = (_up_to_a_thousand(question) for question in questions)
    row = session.execute(select(draft.scalar_subquery(), *counts)).one()
    return Waiting(*row)


def beginnings(session: Session) -> Beginnings:
    """Ask which first steps are done."""
    published = select(ProgramVersion.id).where(ProgramVersion.status == VersionStatus.PUBLISHED)
    asked = (select(Ladder.id).exists(), published.exists(), select(Partner.id).exists())
    return Beginnings(*session.execute(select(*asked)).one())


def lately(session: Session, reader: Person, limit: int = 10) -> Sequence[Any]:
    """Return the latest changes in the channel that a reader may see, with who made them and to which partner."""
    return session.execute(
        Event.told()
        .where(Event.readable_by(reader), Event.changed_the_channel())
        .order_by(Event.id.desc())
        .limit(limit)
    ).all()


def _ranks() -> tuple[Any, Any]:
    return aliased(Rung), aliased(Rung)


def _latest(on: date, earned: Any, held: Any) -> Select[*tuple[Any, ...]]:
    """Return the latest assessment of every active partnership, with the ranks it speaks of."""
    earned_tier, held_tier, next_tier = aliased(Tier), aliased(Tier), aliased(Tier)
    active = (
        select(ActivePeriod.id)
        .where(ActivePeriod.partnership_id == Partnership.id, ActivePeriod.during.contains(on))
        .exists()
    )
    return (
        select(
            Partner.id,
            Partner.name,
            PartnerType.name,
            held_tier.name,
            earned_tier.name,
            next_tier.name,
            Assessment.progress,
            Partnership.at_risk_until,
            Assessment.assessed_at,
            Ladder.upgrades,
            held.rank,
            earned.rank,
            func.count().over(),
        )
        .select_from(Partnership)
        .join(Assessment, Assessment.id == Assessment.latest_of(Partnership.id))
        .join(Partner, Partner.id == Partnership.partner_id)
        .join(PartnerType, PartnerType.id == Partnership.partner_type_id)
        .join(
            Ladder,
            and_(
                Ladder.version_id == Assessment.version_id,
                Ladder.partner_type_id == Partnership.partner_type_id,
            ),
        )
        .join(earned, and_(earned.ladder_id == Ladder.id, earned.tier_id == Assessment.earned_tier_id))
        .join(held, and_(held.ladder_id == Ladder.id, held.tier_id == Assessment.held_tier_id))
        .join(earned_tier, earned_tier.id == Assessment.earned_tier_id)
        .join(held_tier, held_tier.id == Assessment.held_tier_id)
        .outerjoin(next_tier, next_tier.id == Assessment.next_tier_id)
        .where(active, Partnership.due_on >= on)
    )


def _outlooks(session: Session, query: Select[*tuple[Any, ...]]) -> list[Outlook]:
    return [Outlook(*row) for row in session.execute(query)]


def _up_to_a_thousand(question: Select[*tuple[Any, ...]]) -> Any:
    return select(func.count()).select_from(question.limit(1000).subquery()).scalar_subquery()
