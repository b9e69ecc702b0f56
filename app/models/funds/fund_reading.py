"""What a fund holds, as pages and statements say it: its balances, its terms, and where its days are counted (F1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, select, text
from sqlalchemy.orm import Session

from app import clock
from app.models.funds.fund import Fund
from app.models.funds.fund_account import AccountKind, FundAccount
from app.models.funds.fund_type import FundType, UseWithin
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.partner_type import PartnerType
from app.models.partnership import Partnership
from app.models.vendor import Vendor
from app.rules.money import from_minor


@dataclass(frozen=True)
class FundHead:
    """A fund with what stands on its accounts, in minor units, and the names around it."""

    id: int
    partner_id: int
    partnership_id: int
    fund_type_id: int
    currency: str
    starts_on: date
    ends_on: date | None
    overdraft: int | None
    entries: int
    last_posted_at: datetime | None
    version: int
    type_name: str
    description: str | None
    use_within: UseWithin
    grace_days: int
    partner: str
    code: str
    partner_type: str
    zone: str
    available: int
    reserved: int
    spent: int
    expired: int

    def money(self, units: int) -> Decimal:
        """Return so many minor units as an amount of the fund's currency."""
        return from_minor(units, self.currency)

    @property
    def is_overdrawn(self) -> bool:
        """Whether more was taken than was given."""
        return self.available < 0

    @property
    def is_over_its_limit(self) -> bool:
        """Whether the available money is lower than the fund's type allows: a forced reversal took it there (F4)."""
        return self.overdraft is not None and self.available < -self.overdraft

    @property
    def may_expire(self) -> bool:
        """Whether money of this fund has a day by which it must be used (F6)."""
        return self.ends_on is not None or self.use_within is not UseWithin.EVER

    @property
    def today(self) -> date:
        """The calendar day it is for the partner (M4)."""
        return clock.today(self.zone)

    def day_of(self, moment: datetime) -> date:
        """Return the calendar day an instant falls on, for the partner (M4)."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


def zone_of_partner() -> Any:
    """Return the time zone in which a partner's days are counted, as a column beside Partner (M4)."""
    company = select(OperatingCompany.time_zone).where(OperatingCompany.id == Partner.operating_company_id)
    return func.coalesce(company.scalar_subquery(), select(Vendor.time_zone).scalar_subquery(), "UTC")


def balance(kind: AccountKind) -> Any:
    """Return what stands on one account, as a column beside Fund."""
    held = select(FundAccount.balance).where(FundAccount.fund_id == Fund.id, FundAccount.kind == kind)
    return held.scalar_subquery().label(kind.value)


def _heads() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Fund.id,
            Fund.partner_id,
            Fund.partnership_id,
            Fund.fund_type_id,
            Fund.currency,
            Fund.starts_on,
            Fund.ends_on,
            Fund.overdraft,
            Fund.entries,
            Fund.last_posted_at,
            Fund.version,
            FundType.name,
            FundType.description,
            FundType.use_within,
            FundType.grace_days,
            Partner.name,
            Partner.code,
            PartnerType.name,
            zone_of_partner(),
            balance(AccountKind.AVAILABLE),
            balance(AccountKind.RESERVED),
            balance(AccountKind.SPENT),
            balance(AccountKind.EXPIRED),
        )
        .join(FundType, FundType.id == Fund.fund_type_id)
        .join(Partner, Partner.id == Fund.partner_id)
        .join(
            Partnership,
            and_(Partnership.id == Fund.partnership_id, Partnership.partner_id == Fund.partner_id),
        )
        .join(PartnerType, PartnerType.id == Partnership.partner_type_id)
    )


HEADS = _heads()


def head(session: Session, fund_id: int) -> FundHead | None:
    """Return a fund by its number; None when there is none in view."""
    row = session.execute(HEADS.where(Fund.id == fund_id)).one_or_none()
    return None if row is None else FundHead(*row)


def heads(session: Session, *where: ColumnElement[bool]) -> Sequence[FundHead]:
    """Return the funds that meet these conditions, those of the latest partnership first."""
    rows = session.execute(HEADS.where(*where).order_by(Partnership.start_on.desc(), FundType.name, Fund.id))
    return [FundHead(*row) for row in rows]


def of_partner(session: Session, partner_id: int) -> Sequence[FundHead]:
    """Return the funds of a partner."""
    return heads(session, Fund.partner_id == partner_id)


def of_type(session: Session, code: str, type_name: str, last: date) -> Sequence[FundHead]:
    """Return the funds of a type that a partner had by a day, the latest first: one for each partnership."""
    return heads(
        session,
        func.lower(Partner.code) == code.lower(),
        func.lower(FundType.name) == type_name.lower(),
        Fund.starts_on <= last,
    )


# Each moment is one look into the index of a fund's entries by the instant they were posted.
_BEFORE = text("""
    select coalesce(e.available_after, 0), coalesce(e.reserved_after, 0)
    from unnest(cast(:moments as timestamptz[])) m (moment)
    left join lateral (
        select available_after, reserved_after from fund_entry
        where fund_id = :fund_id and posted_at < m.moment order by posted_at desc, sequence desc limit 1
    ) e on true
    order by m.moment
""")


def balances_before(session: Session, fund_id: int, moments: Sequence[datetime]) -> list[tuple[int, int]]:
    """Return what was available and reserved before each of these moments."""
    rows = session.execute(_BEFORE, {"fund_id": fund_id, "moments": list(moments)})
    return [(available, reserved) for available, reserved in rows]
