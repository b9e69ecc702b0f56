"""A watch: a person wants to be told what happens to a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered

if TYPE_CHECKING:
    from app.models.person import Person


class Watch(Numbered, Base):
    """Somebody watches a record; a partner's person its own organisation's."""

    __tablename__ = "watch"
    __table_args__ = (
        UniqueConstraint("person_id", "subject_type", "subject_id"),
        Index("ix_watch_subject", "subject_type", "subject_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    subject_type: Mapped[str]
    subject_id: Mapped[int]

    @classmethod
    def begin(cls, record: Any, *, by: Person) -> None:
        """Watch a record from now on; who watches it already goes on."""
        row = {
            "person_id": by.id,
            "partner_id": by.partner_id,
            "subject_type": record.__tablename__,
            "subject_id": record.id,
        }
        record.session.execute(insert(cls).values(row).on_conflict_do_nothing())

    @classmethod
    def end(cls, record: Any, *, by: Person) -> None:
        """Watch a record no longer."""
        record.session.execute(
            delete(cls).where(
                cls.person_id == by.id,
                cls.subject_type == record.__tablename__,
                cls.subject_id == record.id,
            )
        )
