"""How an activity is planned: drafted, edited, submitted, withdrawn (F5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import scope
from app.models.activities import activity_telling as telling
from app.models.activities import approval_round
from app.models.activities.activity_approval import ActivityApproval, ApprovalState
from app.models.activities.activity_plan import (
    SHARED,
    PartOfMore,
    begin,
    check_to_submit,
    facts_of,
    in_words,
    pay_from,
    stand_submitted,
    write,
)
from app.models.activities.activity_standing import Standings, today_of
from app.models.changing import check_version, lock
from app.models.funds.entry import EntryKind
from app.models.funds.fund import Fund
from app.models.talk.step import Step
from app.rules import activities as rule
from app.rules import ledger
from app.rules.activities import Act
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.activities.activity import Activity
    from app.models.person import Person


class Planning(Standings):
    """Drafting, editing, submitting, and taking a plan back."""

    @classmethod
    def draft(
        cls, session: Session, fund: Fund, *, by: Person | None, title: str, plan: str, **facts: Any
    ) -> Activity:
        """Write a plan down that a fund of the partner is to pay for; who of the partner drafts it works on it.

        `facts`: activity_type_id, starts_on, ends_on, budget (an amount in the fund's currency), and if they are known
        vendor_percent, place, expected_leads, expected_amount, owner_id.
        """
        return begin(session, fund, by=by, facts={"title": title, "plan": plan, **facts})

    def edit(self, *, by: Person | None, version: int | None = None, **facts: Any) -> None:
        """Change a draft, or what came back with a question; `fund_id` lets another fund of the partner pay."""
        activity = cast("Activity", self)
        session = activity.session
        activity.check_edit(by)
        lock(activity)
        check_version(activity, version)
        if activity.joint_id is not None and (by is None or not by.is_staff or not SHARED.isdisjoint(facts)):
            raise PartOfMore
        activity.standing().check(Act.EDIT, activity.title)
        with session.no_autoflush:
            fund_id = facts.pop("fund_id", activity.fund_id)
            if fund_id != activity.fund_id:
                pay_from(activity, session.get(Fund, fund_id))
            write(session, activity, facts)
            changed = activity.changes()[1]
        if changed:
            Step.take(activity, "activity.edited", by=by, what=in_words(changed))

    def submit(self, *, by: Person, version: int | None = None) -> None:
        """Ask the vendor to approve it; the steps are those of its amount today (F5)."""
        activity = cast("Activity", self)
        session = activity.session
        activity.check_edit(by)
        lock(activity)
        check_version(activity, version)
        if activity.joint_id is not None:
            raise PartOfMore
        activity.standing().check(Act.SUBMIT, activity.title)
        check_to_submit(activity, by)
        today = today_of(activity)
        asked = [(activity.reserved_amount(), activity.currency)]
        planned = approval_round.planned(session, asked, today)
        to = telling.asked(session, activity.partner_id, planned.first)
        stand_submitted(activity)
        amount = ledger.in_words(asked[0][0], activity.currency)
        Step.take(activity, "activity.submitted", by=by, to=to, amount=amount)
        planned.begin(activity, by=by, today=today)

    def withdraw(self, reason: str, *, by: Person, version: int | None = None) -> None:
        """Call it off: a partner what it plans, or what was approved; what was reserved is available again (F5)."""
        activity = cast("Activity", self)
        session = activity.session
        activity.check_edit(by)
        lock(activity)
        check_version(activity, version)
        activity.standing().check(Act.WITHDRAW, activity.title)
        words = reason.strip()
        was = activity.status.value
        if not words and was != rule.DRAFT:
            raise RuleBroken("Say why, so that everybody can read it later.", "reason")
        to = _told_of_the_end(activity, by)
        with scope.books(session):
            if was == rule.APPROVED:
                release_all(activity, by=by, reason=words)
            drop_steps(activity)
            activity.status, activity.reason = type(activity.status).CANCELLED, words or None
            activity.asked_budget = None
            kind = "activity.withdrawn" if by.partner_id is not None else "activity.cancelled"
            Step.take(activity, kind, by=by, to=to, reason=words or "no reason given")


def release_all(activity: Activity, *, by: Person | None, reason: str) -> None:
    """Let what is reserved for an activity be available again."""
    session = activity.session
    left = activity.held().reserved
    if left:
        fund = session.get_one(Fund, activity.fund_id)
        fund.post(
            EntryKind.RELEASE,
            left,
            cause=f"activity/{activity.id}/release/{len(activity.settlements()) + 1}",
            by=by,
            meant_on=max(today_of(activity), fund.starts_on),
            reason=reason,
            facts=facts_of(activity),
            activity_id=activity.id,
        )


def drop_steps(activity: Activity) -> None:
    """Let the steps that were not reached lapse; in the vendor's books."""
    waiting = (ActivityApproval.activity_id == activity.id) & (
        ActivityApproval.state == ApprovalState.WAITING
    )
    activity.session.execute(
        update(ActivityApproval).where(waiting).values(state=ApprovalState.DROPPED),
        execution_options={"synchronize_session": "fetch"},
    )


def _told_of_the_end(activity: Activity, by: Person) -> list[int]:
    session, partner_id = activity.session, activity.partner_id
    if activity.status.value == rule.DRAFT:
        return []
    if by.is_staff:
        return telling.of_partner(session, partner_id, proposed_by_id=activity.proposed_by_id)
    return telling.settling(session, partner_id)
