"""Decisions that are overdue: each step is reminded of once, of all who hold its role (F5)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.models.activities import activity_telling as telling
from app.models.activities import approval_round
from app.models.activities.activity import Activity
from app.models.activities.activity_approval import ActivityApproval, ApprovalState
from app.models.talk.step import Step

AT_ONCE = 200
"""Reminders in one transaction."""


def remind_overdue(session: Session) -> int:
    """Remind of steps whose day is over and that nobody decided, each once; return how many there were."""
    now = clock.now()
    late = (
        select(ActivityApproval, Activity)
        .join(Activity, Activity.id == ActivityApproval.activity_id)
        .where(
            ActivityApproval.state == ApprovalState.WAITING,
            ActivityApproval.due_at < now,
            ActivityApproval.reminded_at.is_(None),
        )
        .order_by(ActivityApproval.id)
        .limit(AT_ONCE)
        .with_for_update(of=ActivityApproval, key_share=True, skip_locked=True)
    )
    rows = session.execute(late).all()
    for step, activity in rows:
        step.reminded_at = now
        to = telling.everybody_asked(session, step.role)
        day = approval_round.due_day(session, step)
        Step.take(activity, "activity.overdue", by=None, to=to, vendor_only=True, due_on=day)
    return len(rows)
