"""A watch: a person wants to be told what happens to a record."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered


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
