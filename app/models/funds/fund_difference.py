"""Where the ledger and the deals differ: found by the night, shown to people, never repaired silently (F3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered, PartnerOwned, Tracked


class FundDifference(Tracked, PartnerOwned, Numbered, Base):
    """A deal whose credit is not what the rules say today: expected and posted, in minor units of the fund's currency."""

    __tablename__ = "fund_difference"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "fund_id"], ["fund.partner_id", "fund.id"]),
        Index(
            "uq_fund_difference_open",
            "opportunity_id",
            "fund_type_id",
            "partner_id",
            unique=True,
            postgresql_where=text("settled_at is null"),
        ),
        Index("ix_fund_difference_settled_at_id", "settled_at", "id"),
        Index("ix_fund_difference_partner_id", "partner_id"),
    )

    fund_id: Mapped[int | None]
    fund_type_id: Mapped[int] = mapped_column(ForeignKey("fund_type.id"))
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"))
    currency: Mapped[str | None]
    expected: Mapped[int | None]
    """None: it cannot be said, and `why` says what is missing."""
    posted: Mapped[int]
    why: Mapped[str]
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
