"""What of an activity was paid, and what for (F5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned

if TYPE_CHECKING:
    from app.models.person import Person


class ActivitySettlement(PartnerOwned, Numbered, Base):
    """A payment out of what was reserved, in minor units; the final one releases the rest. A mistake is taken back by a row of its own."""

    __tablename__ = "activity_settlement"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "activity_id"], ["activity.partner_id", "activity.id"]),
        UniqueConstraint("activity_id", "number"),
        UniqueConstraint("takes_back_id"),
        CheckConstraint("amount >= 0", name="amount_is_no_debt"),
        Index("ix_activity_settlement_activity_id", "activity_id", "id"),
        Index("ix_activity_settlement_partner_id", "partner_id"),
    )

    activity_id: Mapped[int]
    number: Mapped[int]
    """The first, second, … of its activity; the causes of its entries end with it."""
    takes_back_id: Mapped[int | None] = mapped_column(ForeignKey("activity_settlement.id"))
    """The settlement that this row takes back; None: it is a settlement itself."""
    amount: Mapped[int]
    paid_on: Mapped[date]
    is_final: Mapped[bool]
    note: Mapped[str | None]
    settled_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    by: Mapped[Person | None] = relationship(lazy="raise")
