"""A registration: a partner's claim to work a customer, protected for a while (L3, L4)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.opportunity import Opportunity


class RegistrationState(StrEnum):
    """The path of a registration (L4)."""

    WAITING = "waiting"
    RETURNED = "returned"
    PROTECTED = "protected"
    REJECTED = "rejected"
    EXPIRED = "expired"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Registration(Tracked, PartnerOwned, Numbered, Base):
    """Who registered a customer first; the partner sees its own, never what it collided with."""

    __tablename__ = "registration"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partner_id", "opportunity_id"],
            ["opportunity.partner_id", "opportunity.id"],
            onupdate="CASCADE",
        ),
        CheckConstraint("state <> 'protected' or protected_until is not null", name="protection_has_an_end"),
        Index(
            "uq_registration_protected",
            "customer_id",
            unique=True,
            postgresql_where=text("state = 'protected' and not shared"),
        ),
        Index(
            "uq_registration_alive",
            "opportunity_id",
            unique=True,
            postgresql_where=text("state in ('waiting', 'returned', 'protected')"),
        ),
        Index("ix_registration_state_id", "state", "id"),
        Index("ix_registration_state_protected_until", "state", "protected_until"),
        Index("ix_registration_partner_id_id", "partner_id", "id"),
        Index("ix_registration_opportunity_id", "opportunity_id"),
        Index("ix_registration_customer_id", "customer_id"),
    )

    opportunity_id: Mapped[int]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    state: Mapped[RegistrationState]
    shared: Mapped[bool] = mapped_column(default=False)
    registered_at: Mapped[datetime]
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    protected_until: Mapped[date | None]
    extension_asked_at: Mapped[datetime | None]
    extension_reason: Mapped[str | None]
    extended_at: Mapped[datetime | None]
    extension_refused_at: Mapped[datetime | None]
    reminded_days: Mapped[int | None]
    question: Mapped[str | None]
    answer: Mapped[str | None]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    opportunity: Mapped[Opportunity] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin="foreign(Registration.opportunity_id) == Opportunity.id",
    )
