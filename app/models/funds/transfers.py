"""Money between two funds of a partner: two entries that go together, and locks that never wait for each other (F4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.funds.entry import Entry, EntryKind
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.funds.fund import Fund


def lock_all(*funds: Fund) -> None:
    """Hold several funds until the transaction ends, in order of number, so that no two transfers wait for each other."""
    for fund in sorted(funds, key=lambda one: one.id):
        fund.lock()


def legs(session: Session, transfer_id: str) -> list[tuple[int, Fund]]:
    """Return both entries of a transfer with their funds."""
    from app.models.funds.fund import Fund  # noqa: PLC0415 - a fund transfers

    both = (
        select(Entry.id, Fund)
        .join(Fund, Fund.id == Entry.fund_id)
        .where(Entry.transfer_id == transfer_id, Entry.kind != EntryKind.REVERSAL)
        .order_by(Entry.id)
    )
    return [(number, fund) for number, fund in session.execute(both)]


def type_name(fund: Fund) -> str:
    """Return what kind of fund it is, as the other side of a transfer is called."""
    from app.models.funds.fund_type import FundType  # noqa: PLC0415 - a fund has a type

    return fund.session.scalars(select(FundType.name).where(FundType.id == fund.fund_type_id)).one()


def check_pair(source: Fund, target: Fund) -> None:
    """Refuse a transfer that would leave the partner or the currency, or go nowhere."""
    if source.id == target.id:
        raise RuleBroken("Choose another fund: this is the one the money comes from.", "to_fund")
    if source.partner_id != target.partner_id:
        raise RuleBroken("Money stays with its partner. Choose a fund of the same partner.", "to_fund")
    if source.currency != target.currency:
        raise RuleBroken(
            f"This fund is kept in {target.currency}, the other one in {source.currency}. A transfer stays in one currency;"
            " debit one fund and credit the other instead.",
            "to_fund",
        )
