"""A marketing activity: from an idea to its settlement (F5)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.activities.activity_closing import Closing
from app.models.activities.activity_deciding import Deciding
from app.models.activities.activity_planning import Planning
from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.owning import Owned

if TYPE_CHECKING:
    from app.models.activities.activity_type import ActivityType
    from app.models.activities.joint_activity import JointActivity
    from app.models.funds.fund import Fund


class ActivityStatus(StrEnum):
    """Where an activity stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    DECLINED = "declined"
    COMPLETED = "completed"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class Activity(Planning, Deciding, Closing, Owned, Tracked, PartnerOwned, Numbered, Base):
    """Marketing a partner plans and the vendor pays for, wholly or in part, out of the partner's fund."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("partner_id", "id", name="uq_activity_partner_id_id"),
        ForeignKeyConstraint(["partner_id", "fund_id"], ["fund.partner_id", "fund.id"]),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("budget > 0", name="budget_is_some"),
        CheckConstraint("vendor_percent > 0 and vendor_percent <= 100", name="vendor_percent_is_a_part"),
        CheckConstraint("expected_leads >= 0", name="expected_leads_are_some"),
        CheckConstraint("asked_budget > budget", name="asks_for_more"),
        Index("ix_activity_partner_id_starts_on_id", "partner_id", "starts_on", "id"),
        Index("ix_activity_starts_on_id", "starts_on", "id"),
        Index("ix_activity_status_starts_on_id", "status", "starts_on", "id"),
        Index("ix_activity_fund_id", "fund_id"),
        Index("ix_activity_joint_id", "joint_id"),
        Index("ix_activity_search", "search", postgresql_using="gin"),
    )

    fund_id: Mapped[int]
    activity_type_id: Mapped[int] = mapped_column(ForeignKey("activity_type.id"))
    joint_id: Mapped[int | None] = mapped_column(ForeignKey("joint_activity.id"))
    title: Mapped[str]
    plan: Mapped[str]
    place: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    budget: Mapped[Decimal]
    """What it costs in all, in the fund's currency."""
    currency: Mapped[str]
    vendor_percent: Mapped[Decimal] = mapped_column(Numeric(7, 4), default=Decimal(100))
    """The part of the budget that the fund pays; the partner pays the rest."""
    expected_leads: Mapped[int | None]
    expected_amount: Mapped[Decimal | None]
    status: Mapped[ActivityStatus] = mapped_column(default=ActivityStatus.DRAFT)
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was submitted."""
    reason: Mapped[str | None]
    """Why it was returned, declined or cancelled."""
    asked_budget: Mapped[Decimal | None]
    """The budget it has once the round under way is approved: more was asked for than was approved before."""
    checklist: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """The proofs it takes, as they were when it was approved; None: as its type says."""
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', accord_fold(title || ' ' || plan || ' ' || coalesce(place, '')))",
            persisted=True,
        ),
        deferred=True,
    )

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    fund: Mapped[Fund] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys="Activity.fund_id",
        primaryjoin="Activity.fund_id == Fund.id",
    )
    activity_type: Mapped[ActivityType] = relationship(lazy="raise")
    joint: Mapped[JointActivity | None] = relationship(lazy="raise")
