"""An entry of a fund's ledger: written once, never changed (F2)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned

if TYPE_CHECKING:
    from app.models.funds.fund import Fund
    from app.models.person import Person


class EntryKind(StrEnum):
    """What an entry does; the ledger's trigger knows between which accounts it moves money."""

    ACCRUAL = "accrual"
    """Budget → available, because a deal was won (F3)."""
    CREDIT = "credit"
    """Budget → available, by hand or by import (F4)."""
    DEBIT = "debit"
    """Available → spent, by hand or by import (F4)."""
    TRANSFER_OUT = "transfer out"
    """Available → budget."""
    TRANSFER_IN = "transfer in"
    """Budget → available of the other fund."""
    RESERVE = "reserve"
    """Available → reserved: an activity was approved (F5)."""
    RELEASE = "release"
    """Reserved → available: what an activity did not need."""
    SETTLE = "settle"
    """Reserved → spent: what an activity cost."""
    EXPIRE = "expire"
    """Available → expired (F6)."""
    REVERSAL = "reversal"
    """Back along the entry it reverses."""


class Entry(PartnerOwned, Numbered, Base):
    """Money moved between two accounts of a fund: from which decision, by which formula, for which day.

    Give kind, amount, cause, posted_at (now), meant_on, facts and the rest below; the database writes the columns of
    the last group itself, under the fund's lock.
    """

    __tablename__ = "fund_entry"
    __table_args__ = (
        UniqueConstraint("fund_id", "sequence"),
        UniqueConstraint("kind", "cause", "revision", name="uq_fund_entry_cause"),
        UniqueConstraint("reverses_id"),
        ForeignKeyConstraint(["partner_id", "fund_id"], ["fund.partner_id", "fund.id"]),
        ForeignKeyConstraint(
            ["fund_id", "currency", "from_account_id"],
            ["fund_account.fund_id", "fund_account.currency", "fund_account.id"],
            name="fk_fund_entry_from_account",
        ),
        ForeignKeyConstraint(
            ["fund_id", "currency", "to_account_id"],
            ["fund_account.fund_id", "fund_account.currency", "fund_account.id"],
            name="fk_fund_entry_to_account",
        ),
        ForeignKeyConstraint(
            ["partner_id", "activity_id"],
            ["activity.partner_id", "activity.id"],
            name="fk_fund_entry_activity",
        ),
        CheckConstraint("amount between 1 and 1000000000000000", name="amount_is_some"),
        CheckConstraint("(kind = 'reversal') = (reverses_id is not null)", name="reversal_of_an_entry"),
        CheckConstraint("not forced or kind = 'reversal'", name="only_reversals_are_forced"),
        Index("ix_fund_entry_fund_id_posted_at", "fund_id", "posted_at", "sequence"),
        Index("ix_fund_entry_fund_id_meant_on", "fund_id", "meant_on", "sequence"),
        Index("ix_fund_entry_fund_id_kind_sequence", "fund_id", "kind", "sequence"),
        Index("ix_fund_entry_opportunity_id", "opportunity_id"),
        Index("ix_fund_entry_activity_id", "activity_id"),
        Index("ix_fund_entry_transfer_id", "transfer_id"),
        Index("ix_fund_entry_partner_id_id", "partner_id", "id"),
    )

    fund_id: Mapped[int]
    kind: Mapped[EntryKind]
    amount: Mapped[int]
    """Minor units, greater than zero."""
    cause: Mapped[str]
    """What brought it about, such as "deal/7/1" or "activity/3/settlement/2": credited once, and once more after each reversal."""
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("fund_entry.id"))
    forced: Mapped[bool] = mapped_column(default=False)
    """Given: whether a reversal may take the balance below zero. Kept: whether it did (F4)."""
    transfer_id: Mapped[str | None]
    meant_on: Mapped[date]
    posted_at: Mapped[datetime] = mapped_column(server_onupdate=FetchedValue())
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The formula and its inputs, all as text: percent, amount, currency, rate, program version, tier …"""
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"))
    activity_id: Mapped[int | None]

    # Written by the database:
    currency: Mapped[str] = mapped_column(server_default=FetchedValue())
    from_account_id: Mapped[int] = mapped_column(server_default=FetchedValue())
    to_account_id: Mapped[int] = mapped_column(server_default=FetchedValue())
    revision: Mapped[int] = mapped_column(server_default=FetchedValue())
    sequence: Mapped[int] = mapped_column(server_default=FetchedValue())
    floor: Mapped[int | None] = mapped_column(server_default=FetchedValue())
    """What the available balance could not go below when it was posted; None: no limit."""
    available_after: Mapped[int] = mapped_column(server_default=FetchedValue())
    reserved_after: Mapped[int] = mapped_column(server_default=FetchedValue())
    previous_hash: Mapped[bytes] = mapped_column(server_default=FetchedValue())
    hash: Mapped[bytes] = mapped_column(server_default=FetchedValue())

    by: Mapped[Person | None] = relationship(lazy="raise")
    fund: Mapped[Fund] = relationship(
        lazy="raise", viewonly=True, foreign_keys="Entry.fund_id", primaryjoin="Entry.fund_id == Fund.id"
    )
    reverses: Mapped[Entry | None] = relationship(
        lazy="raise", remote_side="Entry.id", foreign_keys=[reverses_id]
    )
