"""A kind of fund: the marketing fund, and whatever others the vendor names (F1, F4, F6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered, Tracked
from app.models.funds.fund_type_describing import Describing


class Overdraft(StrEnum):
    """How far below zero the available money of a fund may be taken (F4)."""

    NONE = "none"
    LIMIT = "limit"
    UNLIMITED = "unlimited"


class UseWithin(StrEnum):
    """The period by whose end money must be used, or it expires (F6)."""

    EVER = "ever"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


class FundType(Describing, Tracked, Numbered, Base):
    """What funds of a kind have in common: what credits them, how far they may be overdrawn, when money expires."""

    __tablename__ = "fund_type"
    __table_args__ = (
        CheckConstraint("(overdraft = 'limit') = (overdraft_limit is not null)", name="limit_has_an_amount"),
        CheckConstraint("overdraft_limit > 0", name="limit_is_some"),
        CheckConstraint("grace_days between 0 and 366", name="grace_is_some_days"),
        CheckConstraint("(use_within = 'ever') = (used_from is null)", name="used_from_a_day"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    percent_category: Mapped[str | None]
    """The category whose percent, granted by the tier, credits won deals to these funds (F3); None: none does."""
    percent_from: Mapped[date | None]
    """Deals closed from this day on are credited so; None: ever. It begins anew with another category."""
    by_itself: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether every new partnership gets such a fund (P2)."""
    overdraft: Mapped[Overdraft] = mapped_column(default=Overdraft.NONE, server_default="none")
    overdraft_limit: Mapped[Decimal | None]
    use_within: Mapped[UseWithin] = mapped_column(default=UseWithin.EVER, server_default="ever")
    used_from: Mapped[date | None]
    """From which day on periods end: since money must be used within them. What lies before never expires at once."""
    grace_days: Mapped[int] = mapped_column(default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so
