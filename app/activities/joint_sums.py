"""What the parts of a joint activity would reserve: by partner, and in all by currency (F5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.extensions import db
from app.models import Activity, JointActivity
from app.models.activities.joint_planning import together
from app.models.funds.fund_account import AccountKind, FundAccount
from app.rules.money import from_minor


@dataclass(frozen=True)
class Part:
    """What one partner's fund would reserve, and what of it would stay available."""

    partner: str
    currency: str
    reserves: Decimal
    available: Decimal
    is_active: bool

    @property
    def stays(self) -> Decimal:
        """Return what would stay available; below zero where the fund holds too little."""
        return self.available - self.reserves


@dataclass(frozen=True)
class Sums:
    """The parts that are decided together."""

    parts: Sequence[Part]

    @property
    def totals(self) -> dict[str, Decimal]:
        """Return what all parts reserve, by currency."""
        found: dict[str, Decimal] = {}
        for part in self.parts:
            found[part.currency] = found.get(part.currency, Decimal(0)) + part.reserves
        return found

    @property
    def off(self) -> list[str]:
        """Return the partners whose partnership is not active, so that nothing can be approved (P3)."""
        return [part.partner for part in self.parts if not part.is_active]


def of(joint: JointActivity) -> Sums:
    """Return what is decided about: parts that were withdrawn are left out."""
    parts = together(joint.parts())
    columns = select(FundAccount.fund_id, FundAccount.balance).where(
        FundAccount.fund_id.in_([one.fund_id for one in parts]), FundAccount.kind == AccountKind.AVAILABLE
    )
    available = {row.fund_id: row.balance for row in db.session.execute(columns)}
    return Sums([_part(one, available[one.fund_id]) for one in parts])


def _part(one: Activity, available: int) -> Part:
    return Part(
        one.partner.name,
        one.currency,
        from_minor(one.reserved_amount(), one.currency),
        from_minor(available, one.currency),
        one.partnership_is_active(),
    )
