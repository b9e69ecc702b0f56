"""A company of the vendor that trades with partners in a country, a currency and a time zone."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered, Tracked


class OperatingCompany(Tracked, Numbered, Base):
    """A company of the vendor; a partner's days are calendar days in its time zone (M4)."""

    __tablename__ = "operating_company"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    time_zone: Mapped[str]
