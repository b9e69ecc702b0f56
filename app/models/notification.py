"""A notification: what a person should know of, in the application and by mail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, insert, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.models.base import Base, Numbered
from app.models.person import Person
from app.models.watch import Watch

if TYPE_CHECKING:
    from app.models.step import Step


class Notification(Numbered, Base):
    """A step one person is told of; a partner's person reads its own only."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_person_id_id", "person_id", "id"),
        Index("ix_notification_unread", "person_id", postgresql_where=text("read_at is null")),
        Index("ix_notification_unmailed", "person_id", postgresql_where=text("mailed_at is null")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    step_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("step.id"))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    step: Mapped[Step] = relationship(lazy="raise")

    @classmethod
    def tell(cls, session: Session, step_id: int | None, step: dict[str, Any], to: Collection[int]) -> None:
        """Tell these people and who watches the record of a step: those who may see it, never who did it."""
        watching = select(Watch.person_id).where(
            Watch.subject_type == step["subject_type"], Watch.subject_id == step["subject_id"]
        )
        may_see: ColumnElement[bool] = Person.partner_id.is_(None)
        if step["partner_id"] is not None and not step["vendor_only"]:
            may_see = or_(may_see, Person.partner_id == step["partner_id"])
        people = select(Person.id, Person.partner_id).where(
            or_(Person.id.in_(watching), Person.id.in_(to)), Person.active, may_see
        )
        if step["actor_id"] is not None:
            people = people.where(Person.id != step["actor_id"])
        rows = [
            {"person_id": one.id, "partner_id": one.partner_id, "step_id": step_id, "at": step["at"]}
            for one in session.execute(people)
        ]
        if rows:
            session.execute(insert(cls), rows)
