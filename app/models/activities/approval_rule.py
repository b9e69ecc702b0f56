"""Who approves an activity, by its amount, and in how many days (F5)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import CheckConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Base, Tracked
from app.models.event import Event
from app.models.person import Person, Role
from app.rules import activities as rule
from app.rules.refusals import RuleBroken

DECIDING = frozenset({Role.CHANNEL_MANAGER, Role.MARKETING})
"""Staff who may be asked to decide (A2)."""


class ApprovalRule(Tracked, Base):
    """A step of approval, one to three: from which amount in program currency it is asked for, of whom, and until when."""

    __tablename__ = "approval_rule"
    __table_args__ = (
        CheckConstraint("position between 1 and 3", name="one_to_three_steps"),
        CheckConstraint("from_amount >= 0", name="from_some_amount"),
        CheckConstraint("days between 1 and 365", name="within_a_year"),
    )

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_amount: Mapped[Decimal] = mapped_column(default=Decimal(0))
    role: Mapped[Role]
    """Marketing or channel manager."""
    days: Mapped[int]

    # -- questions

    @classmethod
    def table(cls, session: Session) -> list[ApprovalRule]:
        """Return the steps in order."""
        return list(session.scalars(select(cls).order_by(cls.position)))

    # -- verbs

    @classmethod
    def make(
        cls, session: Session, *, from_amount: Decimal, role: Role, days: int, by: Person
    ) -> ApprovalRule:
        """Ask for one more step, from an amount on that is higher than the last one's; submissions under way keep theirs."""
        table = _locked(session)
        step = cls(position=len(table) + 1, from_amount=from_amount, role=role, days=days)
        _check([*table, step])
        session.add(step)
        _said(session, "made", step, by)
        return step

    def change(self, *, from_amount: Decimal, role: Role, days: int, by: Person) -> None:
        """Change from when it is asked for, of whom, and how long it may take."""
        session = self.session
        table = _locked(session)
        with session.no_autoflush:
            self.from_amount, self.role, self.days = from_amount, role, days
            _check(table)
        if self.changes()[1]:
            _said(session, "changed", self, by)

    def retire(self, *, by: Person) -> None:
        """Ask for it no more; the later steps move up, and the first one decides about every activity."""
        session = self.session
        table = _locked(session)
        if len(table) == 1:
            raise RuleBroken("An activity is approved in one step at least. Change this one instead.")
        at = self.position - 1
        _said(session, "retired", self, by)
        for upper, lower in zip(table[at:], table[at + 1 :], strict=False):
            upper.from_amount, upper.role, upper.days = lower.from_amount, lower.role, lower.days
        table[0].from_amount = Decimal(0)
        session.delete(table[-1])
        session.flush()


def _locked(session: Session) -> list[ApprovalRule]:
    """Return the steps as they are now; who changes them goes one after the other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("approval rules", 0))))
    table = select(ApprovalRule).order_by(ApprovalRule.position)
    return list(session.scalars(table.execution_options(populate_existing=True)))


def _check(table: Sequence[ApprovalRule]) -> None:
    for step in table:
        if step.role not in DECIDING:
            raise RuleBroken(
                "Channel managers and marketing decide about activities. Choose one of them.", "role"
            )
    rule.check_rungs([rule.Rung(step.from_amount, step.role.value, step.days) for step in table])


def _said(session: Session, what: str, step: ApprovalRule, by: Person) -> None:
    before, after = step.changes()
    session.flush()
    known = {"position": step.position, "role": step.role.value, "from_amount": str(step.from_amount)}
    Event.record(session, f"approval_rule.{what}", step, by=by, before=before, after={**known, **after})
