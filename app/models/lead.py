"""A lead: somebody who may buy, passed between vendor and partners (L1, L2)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked
from app.models.owning import Owned

if TYPE_CHECKING:
    from app.models.partner import Partner


class LeadStage(StrEnum):
    """The path of a lead (L2)."""

    NEW = "new"
    QUALIFIED = "qualified"
    HANDED_OFF = "handed off"
    ACCEPTED = "accepted"
    CONVERTED = "converted"
    DISQUALIFIED = "disqualified"
    WITHDRAWN = "withdrawn"


TONES = {
    LeadStage.CONVERTED: "good",
    LeadStage.DISQUALIFIED: "neutral",
    LeadStage.WITHDRAWN: "neutral",
    LeadStage.NEW: "warn",
}


class Lead(Owned, Tracked, Numbered, Base):
    """Somebody who may buy; without a partner it waits in the vendor's queue."""

    __tablename__ = "lead"
    __table_args__ = (
        CheckConstraint("closed_on >= created_on", name="closed_after_created"),
        CheckConstraint("budget is null or currency is not null", name="budget_has_currency"),
        Index("ix_lead_search", "search", postgresql_using="gin"),
        Index("ix_lead_partner_id_created_on_id", "partner_id", "created_on", "id"),
        Index("ix_lead_partner_id_closed_on", "partner_id", "closed_on"),
        Index("ix_lead_created_on_id", "created_on", "id"),
        Index("ix_lead_stage_created_on_id", "stage", "created_on", "id"),
        Index("uq_lead_partner_id_id", "partner_id", "id", unique=True),
        Index("ix_lead_owner_id_id", "owner_id", "id"),
        Index("ix_lead_customer_id", "customer_id"),
        Index("ix_lead_campaign_id", "campaign_id"),
        Index("ix_lead_without_customer", "id", postgresql_where=text("customer_id is null")),
        Index("ix_lead_partner_id_stage_created_on_id", "partner_id", "stage", "created_on", "id"),
    )

    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    key: Mapped[str | None] = mapped_column(unique=True)
    company: Mapped[str]
    contact: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    website: Mapped[str | None]
    country: Mapped[str | None]
    region: Mapped[str | None]
    city: Mapped[str | None]
    need: Mapped[str | None]
    source: Mapped[str | None]
    stage: Mapped[LeadStage] = mapped_column(default=LeadStage.NEW)
    created_on: Mapped[date]
    closed_on: Mapped[date | None]
    budget: Mapped[Decimal | None]
    currency: Mapped[str | None]
    tax_number: Mapped[str | None]
    note: Mapped[str | None]
    reason: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    passed_by_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    staged_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', accord_fold(company || ' ' || coalesce(contact, '') || ' ' || coalesce(email, '')"
            " || ' ' || coalesce(city, '') || ' ' || coalesce(key, '')))",
            persisted=True,
        ),
        deferred=True,
    )

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    partner: Mapped[Partner | None] = relationship(foreign_keys=[partner_id], lazy="raise")

    @property
    def stage_words(self) -> str:
        """Return the stage as a reader says it."""
        return self.stage.value.capitalize()

    @property
    def tone(self) -> str:
        """Return the colour of the stage."""
        return TONES.get(self.stage, "info")

    @property
    def counts(self) -> str:
        """Say in a sentence for which parameters it counts (L2, P8)."""
        registered = "It counts as a registered lead on the day it was created"
        if self.stage is LeadStage.CONVERTED and self.closed_on is not None:
            return f"{registered}, and as a converted one on the day it was closed."
        return f"{registered}; as a converted one it counts once it is converted."
