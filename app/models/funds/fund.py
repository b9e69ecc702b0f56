"""A fund: money of a partnership in one currency, whose every cent explains itself (F1 to F8)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.funds.fund_account import FundAccount
from app.models.funds.fund_handling import Handling
from app.models.funds.fund_opening import Opening
from app.models.funds.fund_posting import Posting

if TYPE_CHECKING:
    from app.models.funds.fund_type import FundType
    from app.models.partnership import Partnership


class Fund(Posting, Handling, Opening, Tracked, PartnerOwned, Numbered, Base):
    """The money of one kind that a partnership has; its balances are the sums of its entries."""

    __tablename__ = "fund"
    __table_args__ = (
        UniqueConstraint("partnership_id", "fund_type_id"),
        UniqueConstraint("partner_id", "id", name="uq_fund_partner_id_id"),
        ForeignKeyConstraint(["partner_id", "partnership_id"], ["partnership.partner_id", "partnership.id"]),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("overdraft >= 0", name="overdraft_is_no_debt"),
        Index("ix_fund_fund_type_id_id", "fund_type_id", "id"),
    )

    partnership_id: Mapped[int]
    fund_type_id: Mapped[int] = mapped_column(ForeignKey("fund_type.id"))
    currency: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    """The day at whose end unspent money expires (F6); None: never."""
    overdraft: Mapped[int | None] = mapped_column(
        BigInteger().evaluates_none(),
        default=0,
        server_default="0",  # else None would become the default
    )
    """By how many minor units the available money may be below zero; None: without a limit (F4)."""
    opened_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # Kept by the ledger's trigger; nobody else may write them, not even when a fund opens:
    entries: Mapped[int] = mapped_column(server_default="0")
    last_hash: Mapped[bytes | None] = mapped_column(FetchedValue())
    last_posted_at: Mapped[datetime | None] = mapped_column(FetchedValue())

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    fund_type: Mapped[FundType] = relationship(lazy="raise")
    partnership: Mapped[Partnership] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys="Fund.partnership_id",
        primaryjoin="Fund.partnership_id == Partnership.id",
    )
    accounts: Mapped[list[FundAccount]] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin="Fund.id == foreign(FundAccount.fund_id)",
        order_by="FundAccount.id",
    )
