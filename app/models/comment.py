"""A comment on a record of the pipeline; the vendor may keep one to itself (L7)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked

if TYPE_CHECKING:
    from app.models.person import Person


class Comment(Tracked, Numbered, Base):
    """What somebody said about a record; `partner_id` is whose record it is, None while it waits with the vendor."""

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_subject", "subject_type", "subject_id", "id"),
        Index("ix_comment_partner_id_id", "partner_id", "id"),
    )

    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    mentions: Mapped[list[Any]] = mapped_column(default=list)
    vendor_only: Mapped[bool] = mapped_column(default=False)
    said_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    author: Mapped[Person] = relationship(lazy="raise")
