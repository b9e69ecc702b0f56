"""The five accounts of a fund; entries move money between two of them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from app.models.base import Base, Numbered, PartnerOwned


class AccountKind(StrEnum):
    """Where the money of a fund stands."""

    BUDGET = "budget"
    """The vendor's side: what it gave stands here below zero."""
    AVAILABLE = "available"
    RESERVED = "reserved"
    SPENT = "spent"
    EXPIRED = "expired"


class FundAccount(PartnerOwned, Numbered, Base):
    """An account of a fund, in minor units; its balance is written by the ledger's trigger and by nobody else."""

    __tablename__ = "fund_account"
    __table_args__ = (
        UniqueConstraint("fund_id", "kind"),
        UniqueConstraint("fund_id", "currency", "id", name="uq_fund_account_of_one_currency"),
        ForeignKeyConstraint(["partner_id", "fund_id"], ["fund.partner_id", "fund.id"]),
        Index("ix_fund_account_partner_id", "partner_id"),
    )

    fund_id: Mapped[int]
    kind: Mapped[AccountKind]
    currency: Mapped[str]
    balance: Mapped[int]
