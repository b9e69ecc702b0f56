"""Facts from outside that a parameter may measure: entered by staff or imported (P8)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.ladder import Category


class Measurement(Tracked, PartnerOwned, Numbered, Base):
    """A value of a category for a partner on a day."""

    __tablename__ = "measurement"
    __table_args__ = (UniqueConstraint("partner_id", "category_id", "day"),)

    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    day: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Numeric)
    source: Mapped[str | None]

    category: Mapped[Category] = relationship(lazy="raise")
