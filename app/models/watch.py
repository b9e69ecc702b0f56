"""A watch: a person wants to be told what happens to a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Base, Numbered

if TYPE_CHECKING:
    from app.models.person import Person

_STATE = text("""
    select exists (
            select from watch where person_id = :person and subject_type = :kind and subject_id = :number
        ) as watches,
        array(
            select n.id from notification n join step s on s.id = n.step_id
            where n.person_id = :person and n.read_at is null and s.subject_type = :kind and s.subject_id = :number
        ) as unread
""")


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
    def state(cls, session: Session, record: Any, person: Person) -> tuple[bool, list[int]]:
        """Say whether a person watches a record, and which notifications about it that person has not read."""
        row = session.execute(
            _STATE, {"person": person.id, "kind": record.__tablename__, "number": record.id}
        ).one()
        return row.watches, list(row.unread)

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
