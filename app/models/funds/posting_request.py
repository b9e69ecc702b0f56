"""A posting by hand that waits for a second pair of eyes, where the vendor's setting asks for it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.funds.fund import Fund
    from app.models.person import Person


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class PostingRequest(Tracked, PartnerOwned, Numbered, Base):
    """A credit, debit, transfer or reversal somebody asked for, and somebody else decides about."""

    __tablename__ = "posting_request"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "fund_id"], ["fund.partner_id", "fund.id"]),
        ForeignKeyConstraint(
            ["partner_id", "to_fund_id"], ["fund.partner_id", "fund.id"], name="fk_posting_request_to_fund"
        ),
        CheckConstraint("amount > 0", name="amount_is_some"),
        CheckConstraint(
            "decided_by_id <> requested_by_id or state = 'withdrawn'", name="decided_by_somebody_else"
        ),
        Index("ix_posting_request_state_id", "state", "id"),
        Index("ix_posting_request_fund_id", "fund_id"),
    )

    fund_id: Mapped[int]
    kind: Mapped[str]
    """One of "credit", "debit", "transfer" or "reversal"."""
    amount: Mapped[int]
    to_fund_id: Mapped[int | None]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("fund_entry.id"))
    meant_on: Mapped[date]
    reason: Mapped[str]
    state: Mapped[RequestState] = mapped_column(default=RequestState.WAITING)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    words: Mapped[str | None]

    requested_by: Mapped[Person] = relationship(foreign_keys=[requested_by_id], lazy="raise")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise")
    fund: Mapped[Fund] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys="PostingRequest.fund_id",
        primaryjoin="PostingRequest.fund_id == Fund.id",
    )
