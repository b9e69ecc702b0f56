"""A certificate somebody of a partner holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from app.models.base import Base, Numbered, PartnerOwned, Tracked


class Certificate(Tracked, PartnerOwned, Numbered, Base):
    """A certificate of a person of a partner, from the day passed to the day it expires."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("partner_id", "person_email", "subject", "passed_on"),
        CheckConstraint("expires_on >= passed_on", name="expires_after_passed"),
        Index("ix_certificate_partner_id_passed_on_id", "partner_id", "passed_on", "id"),
        Index("ix_certificate_passed_on_id", "passed_on", "id"),
    )

    person_email: Mapped[str]
    subject: Mapped[str]
    passed_on: Mapped[date]
    expires_on: Mapped[date | None]
    score: Mapped[Decimal | None]
