"""How far a fund's chain was proved, and the hash it had there: a chain written anew does not fit it (F7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class LedgerAnchor(Base):
    """The hash of an entry, written down when the ledger was proved to be whole."""

    __tablename__ = "ledger_anchor"

    fund_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("fund.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[bytes]
    proved_at: Mapped[datetime]
