"""What several partners do together: one activity each, approved together or not at all (F5)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.activities.activity_type import ActivityType
from app.models.activities.joint_deciding import Deciding
from app.models.activities.joint_planning import Planning
from app.models.base import Base, Numbered, Tracked


class JointActivity(Planning, Deciding, Tracked, Numbered, Base):
    """The plan that the activities of several partners share; a partner reads its own activity only."""

    __tablename__ = "joint_activity"

    title: Mapped[str]
    activity_type_id: Mapped[int] = mapped_column(ForeignKey("activity_type.id"))
    plan: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    activity_type: Mapped[ActivityType] = relationship(lazy="raise")
