"""Who approves an activity, by its amount, and in how many days (F5)."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Tracked
from app.models.person import Role


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
