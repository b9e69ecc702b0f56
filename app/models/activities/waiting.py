"""Which activities wait for somebody: for a decision of one's own, for an answer, for proofs (F5)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.models.activities.activity import Activity, ActivityStatus
from app.models.activities.activity_approval import ActivityApproval, ApprovalState
from app.models.person import Person


def decided_by(person: Person) -> ColumnElement[bool]:
    """Return the condition that it is this person's turn to decide: by role, and where two are needed as the second (A2)."""
    step, other = ActivityApproval, aliased(ActivityApproval)
    decided_one = exists().where(
        other.activity_id == step.activity_id, other.round == step.round, other.decided_by_id == person.id
    )
    asked_for_it = or_(step.requested_by_id == person.id, Activity.proposed_by_id == person.id)
    turn = exists().where(
        step.activity_id == Activity.id,
        step.state == ApprovalState.WAITING,
        step.due_at.is_not(None),
        step.role.in_(person.roles),
        ~and_(step.two_person, or_(asked_for_it, decided_one)),
    )
    return and_(turn.correlate_except(step))


def unsent() -> ColumnElement[bool]:
    """Return the condition that the partner submits it next: a draft, or returned with a question."""
    return Activity.status.in_([ActivityStatus.DRAFT, ActivityStatus.RETURNED])


def undecided() -> ColumnElement[bool]:
    """Return the condition that somebody of the vendor decides about it next."""
    steps = select(ActivityApproval.activity_id).where(ActivityApproval.state == ApprovalState.WAITING)
    return Activity.id.in_(steps)


def lacking_proofs(today: date) -> ColumnElement[bool]:
    """Return the condition that it is over, and not completed with proofs yet."""
    return and_(Activity.status == ActivityStatus.APPROVED, Activity.ends_on < today)
