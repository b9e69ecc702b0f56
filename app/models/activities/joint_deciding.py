"""How a joint activity is decided: all parts approved and reserved together, or none (F5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.models.activities import activity_deciding as deciding
from app.models.activities.joint_planning import check_staff, locked, naming
from app.rules.activities import Act

if TYPE_CHECKING:
    from app.models.activities.joint_activity import JointActivity
    from app.models.person import Person


class Deciding:
    """Approving, returning and declining all parts together."""

    def approve(self, *, by: Person, words: str | None = None, version: int | None = None) -> None:
        """Approve the step whose turn it is for all parts; the last one reserves in every fund, or in none.

        InsufficientFunds names the partner whose fund is short; the caller's unit of work takes back what was reserved.
        """
        joint = cast("JointActivity", self)
        session = joint.session
        check_staff(by)
        parts = locked(joint, Act.APPROVE, version)
        taken = [(part, *deciding.decidable(part, Act.APPROVE, by)) for part in parts]
        for part in parts:
            with naming(part):
                deciding.check_still_possible(part)
        with session.begin_nested():  # all or none, also for whoever goes on after a refusal
            for part, steps, step in sorted(taken, key=lambda one: one[0].fund_id):
                if step is steps[-1]:
                    with naming(part):
                        deciding.reserve(part, by=by)
        for part, steps, step in taken:
            deciding.approve_step(part, steps, step, by=by, words=words)
        is_last = all(step is steps[-1] for _, steps, step in taken)
        joint.track(f"joint_activity.{'approved' if is_last else 'step_approved'}", by=by)

    def return_(self, question: str, *, by: Person, version: int | None = None) -> None:
        """Give all parts back with a question."""
        self._turn_down(Act.RETURN, question, by, version)

    def decline(self, reason: str, *, by: Person, version: int | None = None) -> None:
        """Decline all parts for good, with a reason."""
        self._turn_down(Act.DECLINE, reason, by, version)

    def _turn_down(self, act: Act, words: str, by: Person, version: int | None) -> None:
        joint = cast("JointActivity", self)
        check_staff(by)
        parts = locked(joint, act, version)
        taken = [(part, deciding.decidable(part, act, by)[1]) for part in parts]
        for part, step in taken:
            deciding.turn_down(part, step, act, words, by=by)
        kind = "returned" if act is Act.RETURN else "declined"
        joint.track(f"joint_activity.{kind}", by=by, reason=words.strip())
