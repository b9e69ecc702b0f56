"""A step in the approval of an activity: who is asked, until when, and what was said (F5)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned
from app.models.person import Role

if TYPE_CHECKING:
    from app.models.person import Person


class ApprovalState(StrEnum):
    """What became of a step."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    DECLINED = "declined"
    DROPPED = "dropped"
    """The activity was withdrawn, returned or declined before this step was reached."""


class ActivityApproval(PartnerOwned, Numbered, Base):
    """One of one to three steps of a submission, in order."""

    __tablename__ = "activity_approval"
    __table_args__ = (
        UniqueConstraint("activity_id", "round", "position"),
        ForeignKeyConstraint(["partner_id", "activity_id"], ["activity.partner_id", "activity.id"]),
        CheckConstraint(
            "not two_person or decided_by_id <> requested_by_id", name="decided_by_somebody_else"
        ),
        Index("ix_activity_approval_state_role_due_at", "state", "role", "due_at"),
        Index("ix_activity_approval_partner_id", "partner_id"),
        Index(
            "uq_activity_approval_two_people",
            "activity_id",
            "round",
            "decided_by_id",
            unique=True,
            postgresql_where=text("two_person"),
        ),
    )

    activity_id: Mapped[int]
    round: Mapped[int]
    position: Mapped[int]
    role: Mapped[Role]
    due_at: Mapped[datetime | None]
    """Until when it should be decided; counted from the moment its turn came."""
    state: Mapped[ApprovalState] = mapped_column(default=ApprovalState.WAITING)
    two_person: Mapped[bool]
    """Whether who asked may not decide: the amount is above the vendor's setting (A2)."""
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    words: Mapped[str | None]
    reminded_at: Mapped[datetime | None]

    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise")
