"""Which funds somebody should look at: lower than allowed, or about to lose money that was not used (F4, F6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.models.funds.expiring import upcoming
from app.models.funds.expiry_warning import ExpiryWarning
from app.models.funds.fund import Fund
from app.models.funds.fund_account import AccountKind, FundAccount
from app.models.funds.fund_type import FundType
from app.models.partner import Partner
from app.rules.money import from_minor

SHOWN = 6


@dataclass(frozen=True)
class Attention:
    """A fund that needs a look: overdrawn by an amount, or losing one on a day."""

    fund_id: int
    partner: str
    fund: str
    amount: Decimal
    currency: str
    expires_on: date | None = None

    @property
    def is_overdrawn(self) -> bool:
        """Whether it is lower than allowed; else something of it expires."""
        return self.expires_on is None


def attention(session: Session, on: date) -> Sequence[Attention]:
    """Return the funds to look at, those that are overdrawn first, then those of which something expires first."""
    found = _overdrawn(session)
    return [*found, *_expiring(session, on, SHOWN - len(found))]


def _overdrawn(session: Session) -> list[Attention]:
    rows = session.execute(
        select(Fund.id, Partner.name, FundType.name, FundAccount.balance, Fund.currency)
        .join(FundAccount, and_(FundAccount.fund_id == Fund.id, FundAccount.kind == AccountKind.AVAILABLE))
        .join(Partner, Partner.id == Fund.partner_id)
        .join(FundType, FundType.id == Fund.fund_type_id)
        .where(FundAccount.balance < 0, FundAccount.balance < -Fund.overdraft)
        .order_by(FundAccount.balance, Fund.id)
        .limit(SHOWN)
    )
    return [
        Attention(number, partner, kind, from_minor(-balance, currency), currency)
        for number, partner, kind, balance, currency in rows
    ]


def _expiring(session: Session, on: date, most: int) -> list[Attention]:
    """Return the funds of which a warning was given, the nearest day first."""
    if most < 1:
        return []
    day = func.min(ExpiryWarning.expires_on)
    warned = (
        select(Fund.id, Partner.name, FundType.name)
        .join(ExpiryWarning, ExpiryWarning.fund_id == Fund.id)
        .join(FundAccount, and_(FundAccount.fund_id == Fund.id, FundAccount.kind == AccountKind.AVAILABLE))
        .join(Partner, Partner.id == Fund.partner_id)
        .join(FundType, FundType.id == Fund.fund_type_id)
        .where(ExpiryWarning.expires_on >= on, FundAccount.balance > 0)
        .group_by(Fund.id, Partner.name, FundType.name)
        .order_by(day, Fund.id)
        .limit(most)
    )
    rows = session.execute(warned).all()
    coming = upcoming(session, [row.id for row in rows]) if rows else {}
    return [
        Attention(number, partner, kind, from_minor(one.amount, one.currency), one.currency, one.last_day)
        for number, partner, kind in rows
        if (one := coming.get(number)) is not None
    ]
