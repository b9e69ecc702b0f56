"""Who decides about an activity, step by step (F5)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.orm.attributes import flag_modified

from app import clock, scope
from app.models.activities import activity_telling as telling
from app.models.activities import approval_round
from app.models.activities.activity_approval import ActivityApproval, ApprovalState
from app.models.activities.activity_plan import PartOfMore, check, check_possible, facts_of
from app.models.activities.activity_planning import drop_steps
from app.models.activities.activity_standing import steps_of, today_of, turn, why_not
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


class NotYourStep(RuleBroken):
    """The step is decided by another role, or by another person (A2)."""


class Deciding:
    """Approving, returning and declining, and asking for more of what was approved."""

    def approve(self, *, by: Person, words: str | None = None, version: int | None = None) -> None:
        """Approve the step whose turn it is; the last one reserves the fund's part of the budget (F5).

        InsufficientFunds leaves everything as it was.
        """
        activity = cast("Activity", self)
        _take_up(activity, Act.APPROVE, version)
        steps, step = decidable(activity, Act.APPROVE, by)
        check_still_possible(activity)
        if step is steps[-1]:
            reserve(activity, by=by)
        approve_step(activity, steps, step, by=by, words=words)

    def return_(self, question: str, *, by: Person, version: int | None = None) -> None:
        """Give it back with a question; a raise that was asked for is dropped, what was approved before stays."""
        activity = cast("Activity", self)
        _take_up(activity, Act.RETURN, version)
        _, step = decidable(activity, Act.RETURN, by)
        turn_down(activity, step, Act.RETURN, question, by=by)

    def decline(self, reason: str, *, by: Person, version: int | None = None) -> None:
        """Decline it for good, with a reason; a raise that was asked for is dropped, what was approved before stays."""
        activity = cast("Activity", self)
        _take_up(activity, Act.DECLINE, version)
        _, step = decidable(activity, Act.DECLINE, by)
        turn_down(activity, step, Act.DECLINE, reason, by=by)

    def ask_for_more(self, budget: Decimal, reason: str, *, by: Person, version: int | None = None) -> None:
        """Ask for a larger budget: a new round of approval, by what it makes in all; only the difference is reserved."""
        activity = cast("Activity", self)
        session = activity.session
        activity.check_edit(by)
        lock(activity)
        check_version(activity, version)
        activity.standing().check(Act.ASK_FOR_MORE, activity.title)
        words = reason.strip()
        if not words:
            raise RuleBroken("Say why it takes more.", "reason")
        rule.check_budget(budget, activity.vendor_percent, activity.currency)
        more = rule.share(budget, activity.vendor_percent, activity.currency) - activity.reserved_amount()
        if more < 1:
            raise RuleBroken("Write a budget larger than the one that was approved.", "budget")
        today = today_of(activity)
        check_possible(activity, today)
        asked = [(activity.reserved_amount() + more, activity.currency)]
        planned = approval_round.planned(session, asked, today)
        to = telling.asked(session, activity.partner_id, planned.first)
        with scope.books(session):
            activity.asked_budget, activity.round = budget, activity.round + 1
            amount = ledger.in_words(more, activity.currency)
            Step.take(activity, "activity.more_asked", by=by, to=to, amount=amount, reason=words)
            planned.begin(activity, by=by, today=today)


def _take_up(activity: Activity, act: Act, version: int | None) -> None:
    """Lock it, and refuse what is not open or is decided for all parts of a joint activity."""
    lock(activity)
    check_version(activity, version)
    if activity.joint_id is not None and activity.asked_budget is None:
        raise PartOfMore
    activity.standing().check(act, activity.title)


def decidable(activity: Activity, act: Act, by: Person) -> tuple[list[ActivityApproval], ActivityApproval]:
    """Return the steps and the one whose turn it is, if this person decides it."""
    if by.partner_id is not None:
        raise NotYourStep("Only the vendor decides about an activity. You can comment on it.")
    steps = steps_of(activity)
    step = turn(steps)
    if step is None:
        raise rule.NotNow(f"No step of “{activity.title}” waits, so it cannot be {rule.DONE[act]}.")
    refusal = why_not(activity, steps, step, by)
    if refusal is not None:
        raise NotYourStep(refusal)
    return steps, step


def check_still_possible(activity: Activity) -> None:
    """Refuse to approve for a partnership that ended meanwhile, or a plan that cannot be."""
    check(activity)
    check_possible(activity, today_of(activity))


def reserve(activity: Activity, *, by: Person) -> None:
    """Reserve the fund's part of the budget; of a larger one, the difference."""
    fund = activity.session.get_one(Fund, activity.fund_id)
    raised = activity.asked_amount()
    amount = activity.reserved_amount() if raised is None else raised - activity.reserved_amount()
    fund.post(
        EntryKind.RESERVE,
        amount,
        cause=f"activity/{activity.id}/reservation/{activity.round}",
        by=by,
        meant_on=max(today_of(activity), fund.starts_on),
        facts=facts_of(activity, activity.asked_budget),
        activity_id=activity.id,
    )


def approve_step(
    activity: Activity,
    steps: list[ActivityApproval],
    step: ActivityApproval,
    *,
    by: Person,
    words: str | None,
) -> None:
    """Write that a step was approved: the next one's turn comes, or all is approved and reserved."""
    session = activity.session
    said = (words or "").strip() or None
    following = next((one for one in steps if one.position == step.position + 1), None)
    if following is None:
        told = telling.of_partner(session, activity.partner_id, proposed_by_id=activity.proposed_by_id)
        _decide(step, ApprovalState.APPROVED, by, said)
        _stand_approved(activity, by, told, said)
    else:
        told = telling.asked(session, activity.partner_id, following.role)
        due_at = approval_round.due_for_turn(session, following, today_of(activity))
        _decide(step, ApprovalState.APPROVED, by, said)
        following.due_at = due_at
        flag_modified(activity, "reason")  # who read it before this step is told so
        facts: dict[str, Any] = {"step": step.position, "of": len(steps), "words": said or ""}
        Step.take(activity, "activity.step_approved", by=by, to=told, **facts)


def turn_down(activity: Activity, step: ActivityApproval, act: Act, reason: str, *, by: Person) -> None:
    """Return or decline what was submitted, or the raise that was asked for."""
    words = reason.strip()
    if not words:
        asked = "Write the question, so that the partner can answer it." if act is Act.RETURN else REASON
        raise RuleBroken(asked, "question" if act is Act.RETURN else "reason")
    to = telling.of_partner(activity.session, activity.partner_id, proposed_by_id=activity.proposed_by_id)
    state = ApprovalState.RETURNED if act is Act.RETURN else ApprovalState.DECLINED
    _decide(step, state, by, words)
    activity.session.flush()
    drop_steps(activity)
    kind = f"activity.{state.value}"
    if activity.asked_budget is not None:
        activity.asked_budget, kind = None, f"activity.more_{state.value}"
    else:
        activity.status, activity.reason = type(activity.status)(state.value), words
        activity.decided_at = clock.now()
    Step.take(activity, kind, by=by, to=to, reason=words)


REASON = "Say why, so that the partner understands it."


def _decide(step: ActivityApproval, state: ApprovalState, by: Person, words: str | None) -> None:
    step.state, step.decided_by_id, step.decided_at, step.words = state, by.id, clock.now(), words


def _stand_approved(activity: Activity, by: Person, told: list[int], words: str | None) -> None:
    if activity.asked_budget is not None:
        activity.budget, activity.asked_budget = activity.asked_budget, None
        kind = "activity.more_approved"
    else:
        activity.checklist = activity.wanted_proofs()
        activity.status, activity.decided_at = type(activity.status).APPROVED, clock.now()
        activity.reason, kind = None, "activity.approved"
    amount = ledger.in_words(activity.reserved_amount(), activity.currency)
    Step.take(activity, kind, by=by, to=told, amount=amount, words=words or "")
