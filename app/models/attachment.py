"""A file on a record of the pipeline."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered, Tracked
from app.models.document import StoredFile


class Attachment(StoredFile, Tracked, Numbered, Base):
    """A file somebody put on a lead, deal or order; the vendor may keep one to itself."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_subject", "subject_type", "subject_id", "id"),
        Index("ix_attachment_partner_id_id", "partner_id", "id"),
    )

    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    vendor_only: Mapped[bool] = mapped_column(default=False)
