"""A type's ladder in one program version: rungs, what each asks and gives, how it is measured."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked
from app.rules.program import Downgrades, Mode, Review, Upgrades, ValueType

if TYPE_CHECKING:
    from app.models.partner_type import PartnerType, Tier
    from app.models.price_list import PriceList
    from app.models.program import ProgramVersion


class Ladder(Tracked, Numbered, Base):
    """One partner type within one program version: its rungs and policies."""

    __tablename__ = "ladder"
    __table_args__ = (
        UniqueConstraint("version_id", "partner_type_id"),
        CheckConstraint("(downgrades = 'after grace') = (grace_days is not null)", name="grace_has_days"),
        CheckConstraint("grace_days > 0", name="grace_days_positive"),
        Index("ix_ladder_partner_type_id", "partner_type_id"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("program_version.id", ondelete="CASCADE"))
    partner_type_id: Mapped[int] = mapped_column(ForeignKey("partner_type.id"))
    mode: Mapped[Mode] = mapped_column(default=Mode.THRESHOLDS)
    partial_credit: Mapped[bool] = mapped_column(default=True)
    needs_lower_tiers: Mapped[bool] = mapped_column(default=True)
    upgrades: Mapped[Upgrades] = mapped_column(default=Upgrades.AT_ONCE)
    downgrades: Mapped[Downgrades] = mapped_column(default=Downgrades.AT_REVIEW)
    grace_days: Mapped[int | None]
    review: Mapped[Review] = mapped_column(default=Review.YEARLY)
    renews: Mapped[bool] = mapped_column(default=True)
    wins_count_at_once: Mapped[bool] = mapped_column(default=False)

    version: Mapped[ProgramVersion] = relationship(back_populates="ladders", lazy="raise")
    partner_type: Mapped[PartnerType] = relationship(lazy="raise")
    rungs: Mapped[list[Rung]] = relationship(
        back_populates="ladder", lazy="raise", cascade="all, delete-orphan", order_by="Rung.rank"
    )


class Rung(Numbered, Base):
    """A tier in a ladder: its rank from below (Registered is 0) and the score it needs in points mode."""

    __tablename__ = "rung"
    __table_args__ = (
        UniqueConstraint("ladder_id", "rank", deferrable=True, initially="DEFERRED"),
        UniqueConstraint("ladder_id", "tier_id"),
        CheckConstraint("rank >= 0", name="rank_from_zero"),
        Index("ix_rung_tier_id", "tier_id"),
    )

    ladder_id: Mapped[int] = mapped_column(ForeignKey("ladder.id", ondelete="CASCADE"))
    tier_id: Mapped[int] = mapped_column(ForeignKey("tier.id"))
    rank: Mapped[int]
    target_score: Mapped[Decimal | None]

    ladder: Mapped[Ladder] = relationship(back_populates="rungs", lazy="raise")
    tier: Mapped[Tier] = relationship(lazy="raise")
    parameters: Mapped[list[Parameter]] = relationship(
        back_populates="rung", lazy="raise", cascade="all, delete-orphan", order_by="Parameter.position"
    )


class Category(Tracked, Numbered, Base):
    """What is measured or granted: number of leads, won amount, discount, a price list, …."""

    __tablename__ = "category"

    name: Mapped[str] = mapped_column(unique=True)
    value_type: Mapped[ValueType]
    choices: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    description: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)


class Measure(Numbered, Base):
    """How a category's current value is found in one program version (P8); see app/rules/measures.py."""

    __tablename__ = "measure"
    __table_args__ = (UniqueConstraint("version_id", "category_id"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("program_version.id", ondelete="CASCADE"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    definition: Mapped[dict[str, Any]]

    version: Mapped[ProgramVersion] = relationship(back_populates="measures", lazy="raise")
    category: Mapped[Category] = relationship(lazy="raise")


class ParameterKind(StrEnum):
    """What a tier asks, or what it gives."""

    OBLIGATION = "obligation"
    BENEFIT = "benefit"


class Parameter(Numbered, Base):
    """A category at a tier: a target to reach, or a benefit granted."""

    __tablename__ = "parameter"
    __table_args__ = (
        CheckConstraint("num_nonnulls(number, text, price_list_id) = 1", name="one_value"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint(
            "kind = 'obligation' or (score is null and floor is null)", name="benefits_have_no_score"
        ),
        ExcludeConstraint(
            (text("int8range(rung_id, rung_id, '[]')"), "&&"),
            (text("int8range(category_id, category_id, '[]')"), "&&"),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=text("kind = 'obligation'"),
            name="ex_parameter_one_obligation",
        ),
        ExcludeConstraint(
            (text("int8range(rung_id, rung_id, '[]')"), "&&"),
            (text("int8range(category_id, category_id, '[]')"), "&&"),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=text("kind = 'benefit'"),
            name="ex_parameter_one_benefit",
        ),
        Index("ix_parameter_rung_id", "rung_id"),
        Index("ix_parameter_category_id", "category_id"),
        Index("ix_parameter_price_list_id", "price_list_id"),
    )

    rung_id: Mapped[int] = mapped_column(ForeignKey("rung.id", ondelete="CASCADE"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    kind: Mapped[ParameterKind]
    number: Mapped[Decimal | None]
    text: Mapped[str | None]
    price_list_id: Mapped[int | None] = mapped_column(ForeignKey("price_list.id"))
    score: Mapped[Decimal | None]
    floor: Mapped[Decimal | None]
    mandatory: Mapped[bool] = mapped_column(default=True)
    any_of: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    rung: Mapped[Rung] = relationship(back_populates="parameters", lazy="raise")
    category: Mapped[Category] = relationship(lazy="raise")
    price_list: Mapped[PriceList | None] = relationship(lazy="raise")
