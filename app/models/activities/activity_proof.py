"""A file that proves what was done: an attendee list, a photo, an invoice (F5)."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.document import StoredFile


class ActivityProof(StoredFile, Tracked, PartnerOwned, Numbered, Base):
    """A file for one item of the checklist of the activity's type."""

    __tablename__ = "activity_proof"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "activity_id"], ["activity.partner_id", "activity.id"]),
        Index("ix_activity_proof_activity_id", "activity_id"),
        Index("ix_activity_proof_partner_id", "partner_id"),
    )

    activity_id: Mapped[int]
    item: Mapped[str]
