"""A partnership: one partner in one type for a period, at a tier (P1 to P4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.partner_type import PartnerType, Tier


class Partnership(Tracked, PartnerOwned, Numbered, Base):
    """One partner in one type from a day to a due day; active and tier are read from its periods."""

    __tablename__ = "partnership"
    __table_args__ = (
        UniqueConstraint("partner_id", "start_on"),
        Index("uq_partnership_partner_id_id", "partner_id", "id", unique=True),
        Index("uq_partnership_id_partner_type_id", "id", "partner_type_id", unique=True),
        CheckConstraint("due_on >= start_on", name="due_after_start"),
    )

    partner_type_id: Mapped[int] = mapped_column(ForeignKey("partner_type.id"), index=True)
    start_on: Mapped[date]
    due_on: Mapped[date]
    at_risk_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    partner_type: Mapped[PartnerType] = relationship(lazy="raise")
    active_periods: Mapped[list[ActivePeriod]] = relationship(
        lazy="raise", back_populates="partnership", order_by="ActivePeriod.during"
    )
    tier_periods: Mapped[list[TierPeriod]] = relationship(
        lazy="raise",
        back_populates="partnership",
        order_by="TierPeriod.during",
        primaryjoin="TierPeriod.partnership_id == Partnership.id",
        foreign_keys="TierPeriod.partnership_id",
    )


class ActivePeriod(PartnerOwned, Numbered, Base):
    """Days [from, to) on which a partnership is active; no two of one partner overlap (P1)."""

    __tablename__ = "active_period"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partnership_id"], ["partnership.partner_id", "partnership.id"]),
        CheckConstraint("not isempty(during)", name="not_empty"),
        ExcludeConstraint(
            (text("int8range(partner_id, partner_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_active_period_one_active_partnership",
        ),
        Index("ix_active_period_partnership_id", "partnership_id"),
    )

    partnership_id: Mapped[int]
    during: Mapped[Range[date]] = mapped_column(DATERANGE)

    partnership: Mapped[Partnership] = relationship(back_populates="active_periods", lazy="raise")


class TierCause(StrEnum):
    """Why a partnership is at a tier."""

    START = "start"
    STAFF = "staff"
    IMPORT = "import"
    ASSESSMENT = "assessment"


class TierPeriod(PartnerOwned, Numbered, Base):
    """Days [from, to) on which a partnership holds a tier, and why; no two overlap."""

    __tablename__ = "tier_period"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partnership_id"], ["partnership.partner_id", "partnership.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "partner_type_id"],
            ["partnership.id", "partnership.partner_type_id"],
            name="fk_tier_period_type_of_partnership",
        ),
        ForeignKeyConstraint(
            ["partner_type_id", "tier_id"], ["tier.partner_type_id", "tier.id"], name="fk_tier_period_tier_of_type"
        ),
        CheckConstraint("not isempty(during)", name="not_empty"),
        ExcludeConstraint(
            (text("int8range(partnership_id, partnership_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_tier_period_one_tier",
        ),
        Index("ix_tier_period_partnership_id", "partnership_id"),
        Index("ix_tier_period_partner_id", "partner_id"),
        Index("ix_tier_period_tier_id", "tier_id"),
    )

    partnership_id: Mapped[int]
    partner_type_id: Mapped[int]
    tier_id: Mapped[int]
    during: Mapped[Range[date]] = mapped_column(DATERANGE)
    cause: Mapped[TierCause]
    why: Mapped[str]
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    partnership: Mapped[Partnership] = relationship(
        back_populates="tier_periods", lazy="raise", foreign_keys="TierPeriod.partnership_id", primaryjoin="TierPeriod.partnership_id == Partnership.id"
    )
    tier: Mapped[Tier] = relationship(lazy="raise", foreign_keys="TierPeriod.tier_id", primaryjoin="TierPeriod.tier_id == Tier.id")
