"""A dated verdict with every figure it used (P10), and the history of parameters it makes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    ScalarSelect,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned

if TYPE_CHECKING:
    from app.models.ladder import Category
    from app.models.partner_type import Tier
    from app.models.partnership import Partnership


class Cause(StrEnum):
    """What made an assessment be stored (P10)."""

    FACT = "fact"
    REVIEW = "review"
    GRACE = "grace"
    COMMAND = "command"
    NIGHT = "night"
    PUBLISHING = "publishing"
    IMPORT = "import"
    STAFF = "staff"


class Assessment(PartnerOwned, Numbered, Base):
    """A verdict on a partnership on a day; never edited."""

    __tablename__ = "assessment"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partnership_id"], ["partnership.partner_id", "partnership.id"]),
        Index("ix_assessment_partnership_id_assessed_on_id", "partnership_id", "assessed_on", "id"),
        Index("ix_assessment_partner_id_id", "partner_id", "id"),
        Index("ix_assessment_assessed_on", "assessed_on"),
    )

    partnership_id: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("program_version.id"), index=True)
    assessed_on: Mapped[date]
    assessed_at: Mapped[datetime]
    cause: Mapped[Cause]
    earned_tier_id: Mapped[int] = mapped_column(ForeignKey("tier.id"))
    held_tier_id: Mapped[int] = mapped_column(ForeignKey("tier.id"))
    next_tier_id: Mapped[int | None] = mapped_column(ForeignKey("tier.id"))
    score: Mapped[Decimal | None] = mapped_column(Numeric)
    progress: Mapped[Decimal | None] = mapped_column(Numeric)
    at_risk_until: Mapped[date | None]
    figures: Mapped[list[Any]]

    partnership: Mapped[Partnership] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin="Assessment.partnership_id == Partnership.id",
        foreign_keys="Assessment.partnership_id",
    )
    earned_tier: Mapped[Tier] = relationship(lazy="raise", foreign_keys="Assessment.earned_tier_id")
    held_tier: Mapped[Tier] = relationship(lazy="raise", foreign_keys="Assessment.held_tier_id")
    next_tier: Mapped[Tier | None] = relationship(lazy="raise", foreign_keys="Assessment.next_tier_id")

    @classmethod
    def latest_of(
        cls, partnership_id: ColumnElement[int] | InstrumentedAttribute[int] | int
    ) -> ScalarSelect[int]:
        """Return the number of a partnership's latest assessment: of the latest day, and on it the last."""
        one = aliased(cls)
        return (
            select(one.id)
            .where(one.partnership_id == partnership_id)
            .order_by(one.assessed_on.desc(), one.id.desc())
            .limit(1)
            .scalar_subquery()
        )


class ParameterChange(PartnerOwned, Numbered, Base):
    """A row of the parameter history: what it was, what it became, and why (P10)."""

    __tablename__ = "parameter_change"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partnership_id"], ["partnership.partner_id", "partnership.id"]),
        Index("ix_parameter_change_partner_id_id", "partner_id", "id"),
        Index("ix_parameter_change_partnership_id_id", "partnership_id", "id"),
    )

    partnership_id: Mapped[int]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    day: Mapped[date]
    at: Mapped[datetime]
    what: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]
    why: Mapped[str]
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    category: Mapped[Category | None] = relationship(lazy="raise")
