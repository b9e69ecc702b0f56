"""F7: heads that were proved are written down, so that a chain written anew, hashes and all, does not fit any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import clock
from app.models.funds.fund import Fund
from app.models.funds.fund_type import FundType
from app.models.partner import Partner

# The head of every chain, as it stands in the very state that was proved.
ANCHOR = text("""
insert into ledger_anchor (fund_id, sequence, hash, proved_at)
select f.id, f.entries, f.last_hash, :now from fund f where f.entries > 0
on conflict (fund_id, sequence) do nothing
""")


@dataclass(frozen=True)
class Head:
    """Where the chain of a fund ends."""

    partner: str
    fund: str
    fund_id: int
    entries: int
    hash: str
    posted_at: datetime | None


def anchor(session: Session) -> None:
    """Write down the heads, in the transaction that proved them and found nothing wrong."""
    session.execute(ANCHOR, {"now": clock.now()})


def heads(session: Session) -> Iterator[Head]:
    """Return where every chain ends now, for whoever keeps them elsewhere."""
    rows = (
        select(Partner.code, FundType.name, Fund.id, Fund.entries, Fund.last_hash, Fund.last_posted_at)
        .join(Partner, Partner.id == Fund.partner_id)
        .join(FundType, FundType.id == Fund.fund_type_id)
        .where(Fund.entries > 0)
        .order_by(Partner.code, FundType.name, Fund.id)
    )
    for partner, fund, fund_id, entries, last_hash, posted_at in session.execute(rows):
        yield Head(partner, fund, fund_id, entries, (last_hash or b"").hex(), posted_at)
