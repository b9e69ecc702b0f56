"""How an activity stands: what it asks for, who is next, which proofs lack, what is reserved and paid, what one may do (F5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.models.activities.activity_approval import ActivityApproval, ApprovalState
from app.models.activities.activity_proof import ActivityProof
from app.models.activities.activity_settlement import ActivitySettlement
from app.models.activities.activity_type import ActivityType
from app.models.funds.entry import Entry, EntryKind
from app.models.funds.fund import Fund
from app.models.owning import NotYours, may_edit
from app.models.partnership import ActivePeriod, Partnership
from app.models.person import Person, Role
from app.rules import activities as rule
from app.rules.activities import Act, Standing

if TYPE_CHECKING:
    from app.models.activities.activity import Activity

DECIDING = frozenset({Role.CHANNEL_MANAGER, Role.MARKETING})
"""Staff who propose, decide and settle activities (A2)."""

_BACK = aliased(ActivitySettlement)
_WAS = aliased(Entry)


@dataclass(frozen=True)
class Held:
    """What stands in the ledger for an activity, in minor units."""

    reserved: int = 0
    spent: int = 0


@dataclass(frozen=True)
class ApprovalStep:
    """A step of approval as a page shows it."""

    round: int
    position: int
    role: Role
    state: ApprovalState
    due_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    words: str | None
    is_next: bool
    is_overdue: bool
    two_person: bool


class Standings:
    """The questions of an activity."""

    # -- questions

    def reserved_amount(self) -> int:
        """Return the fund's part of the budget, in minor units: what approval reserves."""
        activity = cast("Activity", self)
        return rule.share(activity.budget, activity.vendor_percent, activity.currency)

    def asked_amount(self) -> int | None:
        """Return what the fund's part would be with the larger budget that was asked for; None: none was."""
        activity = cast("Activity", self)
        if activity.asked_budget is None:
            return None
        return rule.share(activity.asked_budget, activity.vendor_percent, activity.currency)

    def may_be_edited_by(self, person: Person) -> bool:
        """Say whether a person may work on it: as deals (L7), of the vendor channel managers and marketing (A2)."""
        activity = cast("Activity", self)
        if person.partner_id is None:
            return not DECIDING.isdisjoint(person.roles)
        return may_edit(person, activity.partner_id, activity.owner_id)

    def check_edit(self, by: Person | None) -> None:
        """Refuse who may not work on it; jobs (nobody) may."""
        if by is None or self.may_be_edited_by(by):
            return
        if by.is_staff:
            raise NotYours("Channel managers and marketing work on activities. Ask one of them.")
        raise NotYours("A colleague works on this. Ask its owner or an administrator of your organisation.")

    def standing(self) -> Standing:
        """Return where it is, as the rules ask."""
        activity = cast("Activity", self)
        return standings_of(activity.session, [activity])[0]

    def acts(self, person: Person) -> frozenset[Act]:
        """Return what a person can do with it now; of a joint activity's part, decisions are taken for all parts."""
        activity = cast("Activity", self)
        if not self.may_be_edited_by(person):
            return frozenset()
        standing = self.standing()
        found = {act for act in Act if standing.allows(act)}
        if person.partner_id is not None:
            found -= rule.THE_VENDORS
        if activity.joint_id is not None and activity.asked_budget is None:
            found -= rule.DECISIONS | {Act.SUBMIT} | (set() if person.is_staff else {Act.EDIT})
        if found & rule.DECISIONS:
            steps = steps_of(activity)
            step = turn(steps)
            if step is None or why_not(activity, steps, step, person) is not None:
                found -= rule.DECISIONS
        return frozenset(found)

    def steps(self) -> list[ApprovalStep]:
        """Return the steps of its approval, of all rounds, the latest round first, each in order."""
        activity = cast("Activity", self)
        rows = (
            select(ActivityApproval, Person.name)
            .outerjoin(Person, Person.id == ActivityApproval.decided_by_id)
            .where(ActivityApproval.activity_id == activity.id)
            .order_by(ActivityApproval.round.desc(), ActivityApproval.position)
        )
        found = activity.session.execute(rows).all()
        following = turn([row[0] for row in found if row[0].round == activity.round])
        return [_shown(step, name, is_next=step is following) for step, name in found]

    def wanted_proofs(self) -> list[str]:
        """Return its checklist: as it was when it was approved, before that as its type says."""
        activity = cast("Activity", self)
        if activity.checklist is not None:
            return list(activity.checklist)
        proofs = select(ActivityType.proofs).where(ActivityType.id == activity.activity_type_id)
        return list(activity.session.scalars(proofs).one())

    def proofs(self) -> list[ActivityProof]:
        """Return its files, in the order they were added."""
        activity = cast("Activity", self)
        files = select(ActivityProof).where(ActivityProof.activity_id == activity.id)
        return list(activity.session.scalars(files.order_by(ActivityProof.id)))

    def missing_proofs(self) -> list[str]:
        """Return the proofs of the checklist for which there is no file yet."""
        activity = cast("Activity", self)
        given = select(ActivityProof.item).where(ActivityProof.activity_id == activity.id)
        return rule.missing(self.wanted_proofs(), list(activity.session.scalars(given)))

    def held(self, session: Session | None = None) -> Held:
        """Return what is reserved and what was spent for it so far, as the ledger says."""
        activity = cast("Activity", self)
        return held_of(session or activity.session, [activity.id])[activity.id]

    def settlements(self) -> list[tuple[ActivitySettlement, bool]]:
        """Return what was paid, each with whether it was taken back; the rows that take back are among them."""
        activity = cast("Activity", self)
        rows = (
            select(ActivitySettlement, exists().where(_BACK.takes_back_id == ActivitySettlement.id))
            .where(ActivitySettlement.activity_id == activity.id)
            .order_by(ActivitySettlement.number)
        )
        return [(row[0], row[1]) for row in activity.session.execute(rows)]

    def partnership_is_active(self) -> bool:
        """Say whether the partnership whose fund pays is active today: an ended one settles, and begins nothing new."""
        activity = cast("Activity", self)
        session = activity.session
        active = active_partnerships(session, activity.partner_id, today_of(activity))
        paying = session.scalar(select(Fund.partnership_id).where(Fund.id == activity.fund_id))
        return paying in active


def active_partnerships(session: Session, partner_id: int, today: date) -> set[int]:
    """Return the partnerships of a partner that are active on a day: their funds pay for something new (P3)."""
    known = (
        select(ActivePeriod.partnership_id)
        .join(Partnership, Partnership.id == ActivePeriod.partnership_id)
        .where(
            Partnership.partner_id == partner_id,
            ActivePeriod.during.contains(today),
            Partnership.due_on >= today,
        )
    )
    return set(session.scalars(known))


def standings_of(session: Session, activities: Sequence[Activity]) -> list[Standing]:
    """Return where each of these activities is, in their order."""
    live = select(ActivitySettlement.activity_id).where(
        ActivitySettlement.activity_id.in_([one.id for one in activities]),
        ActivitySettlement.takes_back_id.is_(None),
        ~exists().where(_BACK.takes_back_id == ActivitySettlement.id),
    )
    paid = set(session.scalars(live))
    under_way = [one.id for one in activities if one.status.value in {rule.APPROVED, rule.COMPLETED}]
    held = held_of(session, under_way) if under_way else {}
    return [
        Standing(
            one.status.value,
            asks_for_more=one.asked_budget is not None,
            is_paid=one.id in paid,
            is_reserved=held.get(one.id, Held()).reserved > 0,
        )
        for one in activities
    ]


def held_of(session: Session, activity_ids: Collection[int]) -> dict[int, Held]:
    """Return what is reserved and spent for each of these activities, in one question."""
    kind = func.coalesce(_WAS.kind, Entry.kind)
    moved = case((Entry.reverses_id.is_not(None), -Entry.amount), else_=Entry.amount)
    reserved = case(
        (kind == EntryKind.RESERVE, moved),
        (kind.in_([EntryKind.RELEASE, EntryKind.SETTLE]), -moved),
        else_=0,
    )
    spent = case((kind == EntryKind.SETTLE, moved), else_=0)
    sums = (
        select(Entry.activity_id, func.sum(reserved), func.sum(spent))
        .outerjoin(_WAS, _WAS.id == Entry.reverses_id)
        .where(Entry.activity_id.in_(activity_ids))
        .group_by(Entry.activity_id)
    )
    found: dict[Any, Held] = {row[0]: Held(int(row[1]), int(row[2])) for row in session.execute(sums)}
    return {number: found.get(number, Held()) for number in activity_ids}


def today_of(activity: Activity) -> Any:
    """Return the day it is for the activity's partner (M4)."""
    from app.models.partner import Partner  # noqa: PLC0415 - partners know no activities

    return activity.session.get_one(Partner, activity.partner_id).today()


def steps_of(activity: Activity) -> list[ActivityApproval]:
    """Return the steps of the round under way, or of the last one, in order."""
    rows = select(ActivityApproval).where(
        ActivityApproval.activity_id == activity.id, ActivityApproval.round == activity.round
    )
    return list(activity.session.scalars(rows.order_by(ActivityApproval.position)))


def turn(steps: Collection[ActivityApproval]) -> ActivityApproval | None:
    """Return the step whose turn it is."""
    return next((step for step in steps if step.state is ApprovalState.WAITING), None)


def why_not(
    activity: Activity, steps: Collection[ActivityApproval], step: ActivityApproval, person: Person
) -> str | None:
    """Return why a person does not decide this step; None when it may (A2)."""
    if not person.is_staff or step.role not in person.roles:
        return f"This step is decided by the role {step.role}. Ask somebody who holds it."
    if step.two_person and person.id in {step.requested_by_id, activity.proposed_by_id}:
        return "You asked for this money, and at this amount somebody else decides. Ask a colleague."
    if step.two_person and any(one.decided_by_id == person.id for one in steps):
        return "You decided a step of this already, and at this amount somebody else decides the next one."
    return None


def _shown(step: ActivityApproval, name: str | None, *, is_next: bool) -> ApprovalStep:
    is_overdue = is_next and step.due_at is not None and step.due_at < clock.now()
    return ApprovalStep(
        step.round,
        step.position,
        step.role,
        step.state,
        step.due_at,
        name,
        step.decided_at,
        step.words,
        is_next,
        is_overdue,
        step.two_person,
    )
