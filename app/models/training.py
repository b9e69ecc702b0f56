"""A training somebody of a partner has passed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from app.models.base import Base, Numbered, PartnerOwned, Tracked


class Training(Tracked, PartnerOwned, Numbered, Base):
    """A training a person of a partner passed on a day; the person is named by its address."""

    __tablename__ = "training"
    __table_args__ = (
        UniqueConstraint("partner_id", "person_email", "subject", "passed_on"),
        CheckConstraint("expires_on >= passed_on", name="expires_after_passed"),
        Index("ix_training_partner_id_passed_on_id", "partner_id", "passed_on", "id"),
        Index("ix_training_passed_on_id", "passed_on", "id"),
    )

    person_email: Mapped[str]
    subject: Mapped[str]
    passed_on: Mapped[date]
    expires_on: Mapped[date | None]
    score: Mapped[Decimal | None]
