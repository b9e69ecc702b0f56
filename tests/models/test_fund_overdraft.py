"""A fund keeps how far its type lets it go below zero (F4)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Fund, Overdraft
from tests import factories, funds
from tests.cast import Cast


def test_a_fund_of_a_type_without_a_limit_is_opened_without_one(session: Session, cast: Cast) -> None:
    """F4: no limit is not a limit of zero."""
    partnership = factories.partnership(session, cast.acme, date(2026, 1, 1), date(2027, 12, 31))
    free = funds.fund_type(session, "Departmental budget", overdraft=Overdraft.UNLIMITED)
    fund = Fund.open(partnership, free, by=cast.mona)
    session.expire(fund)

    assert session.scalars(select(Fund.overdraft).where(Fund.id == fund.id)).one() is None
