"""That a partner was told how much of its fund expires, and when (F6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, PartnerOwned


class ExpiryWarning(PartnerOwned, Base):
    """A warning sent so many days before money expires; each once."""

    __tablename__ = "expiry_warning"
    __table_args__ = (ForeignKeyConstraint(["partner_id", "fund_id"], ["fund.partner_id", "fund.id"]),)

    fund_id: Mapped[int] = mapped_column(primary_key=True)
    expires_on: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]
