"""That a lead or deal came of an activity, so that its return can be read (F5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered, PartnerOwned


class ActivityLink(PartnerOwned, Numbered, Base):
    """A lead or a deal that an activity brought; one record comes of one activity."""

    __tablename__ = "activity_link"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "activity_id"], ["activity.partner_id", "activity.id"]),
        CheckConstraint("num_nonnulls(lead_id, opportunity_id) = 1", name="one_record"),
        Index("ix_activity_link_activity_id", "activity_id"),
        Index("ix_activity_link_partner_id", "partner_id"),
        Index("uq_activity_link_lead_id", "partner_id", "lead_id", unique=True),
        Index("uq_activity_link_opportunity_id", "partner_id", "opportunity_id", unique=True),
    )

    activity_id: Mapped[int]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"))
    linked_at: Mapped[datetime]
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
