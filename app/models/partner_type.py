"""A kind of partner (Reseller, Consultant, …) and its tiers, the same through all program versions."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked

REGISTERED = "Registered"


class PartnerType(Tracked, Numbered, Base):
    """A kind of partner, with a page of further information for its partners."""

    __tablename__ = "partner_type"

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    information: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)

    tiers: Mapped[list[Tier]] = relationship(back_populates="partner_type", lazy="raise")


class Tier(Numbered, Base):
    """A tier's name within a type; where it stands in the ladder is said by each program version."""

    __tablename__ = "tier"
    __table_args__ = (
        UniqueConstraint("partner_type_id", "name"),
        Index("uq_tier_partner_type_id_id", "partner_type_id", "id", unique=True),
    )

    partner_type_id: Mapped[int] = mapped_column(ForeignKey("partner_type.id"))
    name: Mapped[str]

    partner_type: Mapped[PartnerType] = relationship(back_populates="tiers", lazy="raise")
