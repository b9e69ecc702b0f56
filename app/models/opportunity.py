"""An opportunity: a deal a partner works on, through stages the administrator edits (L5)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Numeric
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.product import Product


class StageKind(StrEnum):
    """Whether a stage is under way or an end."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class OpportunityStage(Tracked, Numbered, Base):
    """A step of the pipeline, with the probability its deals have unless they say their own."""

    __tablename__ = "opportunity_stage"
    __table_args__ = (CheckConstraint("probability between 0 and 1", name="probability_is_a_share"),)

    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    kind: Mapped[StageKind]
    probability: Mapped[Decimal] = mapped_column(Numeric(7, 6))


class Opportunity(Tracked, PartnerOwned, Numbered, Base):
    """A deal of a partner; it counts when it is won and the vendor has confirmed it (P8, F3)."""

    __tablename__ = "opportunity"
    __table_args__ = (
        CheckConstraint("closed_on >= created_on", name="closed_after_created"),
        CheckConstraint("probability between 0 and 1", name="probability_is_a_share"),
        Index("ix_opportunity_search", "search", postgresql_using="gin"),
        Index("ix_opportunity_partner_id_created_on_id", "partner_id", "created_on", "id"),
        Index("ix_opportunity_partner_id_closed_on", "partner_id", "closed_on"),
        Index("ix_opportunity_created_on_id", "created_on", "id"),
        Index("ix_opportunity_stage_id_created_on_id", "stage_id", "created_on", "id"),
        Index("uq_opportunity_partner_id_id", "partner_id", "id", unique=True),
    )

    key: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    customer: Mapped[str]
    stage_id: Mapped[int] = mapped_column(ForeignKey("opportunity_stage.id"))
    amount: Mapped[Decimal]
    currency: Mapped[str]
    created_on: Mapped[date]
    expected_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    probability: Mapped[Decimal | None] = mapped_column(Numeric(7, 6))
    owner: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', accord_fold(name || ' ' || customer || ' ' || coalesce(key, '')))",
            persisted=True,
        ),
        deferred=True,
    )

    stage: Mapped[OpportunityStage] = relationship(lazy="raise")
    product: Mapped[Product | None] = relationship(lazy="raise")
