"""Three months of Acme's marketing fund: a gift, a deal, an activity that cost less than promised, a mistake taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import time_machine
from sqlalchemy.orm import Session

from app.models import EntryKind, Fund
from tests import factories, funds
from tests.cast import Cast

BEGINS, ENDS = date(2026, 1, 1), date(2027, 12, 31)
FACTS = {
    "rule": "F3",
    "formula": "amount × percent ÷ 100, rounded half up to the minor unit",
    "percent": "1",
    "amount": "50000",
    "currency": "USD",
    "tier": "Bronze",
    "version": "2026-1",
    "closed_on": "2026-02-02",
}


def at(month: int, day: int, hour: int = 12) -> datetime:
    """A moment of the story's year."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def told(session: Session, cast: Cast) -> Fund:
    """Available in the end: 1,299.99 USD; 200.01 were spent."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    deal = factories.opportunity(session, cast.acme, "Solar park", "50000", "Won", closed_on=date(2026, 2, 2))
    with time_machine.travel(at(1, 10), tick=False):
        fund = funds.fund(session, cast.acme)
        funds.credited(fund, 100_000, cause="gift", by=cast.mona, reason="A gift")
    with time_machine.travel(at(2, 3), tick=False):
        fund.post(
            EntryKind.ACCRUAL,
            50_000,
            cause=f"deal/{deal.id}/{fund.fund_type_id}",
            by=None,
            meant_on=date(2026, 2, 2),
            facts=FACTS,
            opportunity_id=deal.id,
        )
        fair = funds.activity(session, fund, "Spring fair", "300")
        about: dict[str, Any] = {"activity_id": fair.id}
        fund.post(
            EntryKind.RESERVE, 30_000, cause="activity/1/1", by=None, meant_on=date(2026, 2, 3), **about
        )
    with time_machine.travel(at(2, 28, 23), tick=False):
        settled = date(2026, 2, 28)
        fund.post(EntryKind.SETTLE, 20_001, cause="activity/1/s", by=cast.mona, meant_on=settled, **about)
        fund.post(EntryKind.RELEASE, 9_999, cause="activity/1/r", by=cast.mona, meant_on=settled, **about)
    with time_machine.travel(at(3, 5), tick=False):
        wrong = fund.post(
            EntryKind.DEBIT, 777, cause="fee", by=cast.mona, meant_on=date(2026, 1, 5), reason="A fee"
        )
        fund.reverse(wrong, by=cast.mona, meant_on=date(2026, 3, 5), reason="Not ours")
    session.commit()
    return fund
