"""How a fund comes to be: with the partnership (P2), or by hand (F4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import clock
from app.models.assessing.among import among
from app.models.changing import enter
from app.models.event import Event, Told
from app.models.funds.fund_type import FundType
from app.models.funds.in_books import in_books
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.partnership import Partnership
from app.models.program import ProgramVersion, VersionStatus
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.funds.fund import Fund
    from app.models.person import Person

OPENED = "fund.opened"


class Opening:
    """Opening by hand and by itself."""

    @classmethod
    def open(
        cls,
        partnership: Partnership,
        fund_type: FundType,
        *,
        starts_on: date | None = None,
        ends_on: date | None = None,
        by: Person | None,
    ) -> Fund:
        """Give a partnership a fund of a kind it has none of; won deals from its first day on are credited to it."""
        from app.models.funds.accruing import bring_partners_into_line  # noqa: PLC0415 - accruing posts to funds

        session, first = partnership.session, starts_on or partnership.start_on
        if not fund_type.active:
            raise RuleBroken(f"“{fund_type.name}” is out of use. Choose another type.", "fund_type_id")
        if first < partnership.start_on:
            raise RuleBroken(
                f"The partnership begins on {partnership.start_on}. Choose that day or a later one.",
                "starts_on",
            )
        if ends_on is not None and ends_on < first:
            raise RuleBroken("The last day lies before the first. Correct one of them.", "ends_on")
        currency = session.scalar(select(_currency()).where(Partner.id == partnership.partner_id))
        if currency is None:
            raise RuleBroken(
                "No currency is known for this partner. Write it into the partner's profile, or publish a program first.",
                "fund_type_id",
            )
        made: Any = cls
        fund: Fund = made(
            partner_id=partnership.partner_id,
            partnership_id=partnership.id,
            fund_type_id=fund_type.id,
            currency=currency,
            starts_on=first,
            ends_on=ends_on,
            overdraft=fund_type.overdraft_in(currency),
            opened_at=clock.now(),
        )
        there = RuleBroken(f"This partnership has a fund “{fund_type.name}” already.", "fund_type_id")
        refusals = {"uq_fund_partnership_id_fund_type_id": there}
        enter(session, fund, OPENED, by=by, refusals=refusals)
        bring_partners_into_line(session, [fund.partner_id], since=first, by=by)
        return fund

    @classmethod
    def open_missing(
        cls,
        session: Session,
        partnership_ids: Collection[int] | None = None,
        *,
        by: Person | None = None,
        told: bool = True,
    ) -> int:
        """P2: give these partnerships (None: all) the funds that appear by themselves; return how many were opened.

        Where no currency is known yet none is opened; publishing a program, which has one, asks again. `told` False
        leaves out an event for each, as imports do.
        """
        with in_books(session):
            missing = session.execute(_missing(partnership_ids)).all()
            if not missing:
                return 0
            types = {one.id: one for one in session.scalars(select(FundType).where(FundType.by_itself))}
            rows = [
                {
                    "partner_id": row.partner_id,
                    "partnership_id": row.id,
                    "fund_type_id": row.fund_type_id,
                    "currency": row.currency,
                    "starts_on": row.start_on,
                    "overdraft": types[row.fund_type_id].overdraft_in(row.currency),
                    "opened_at": clock.now(),
                    "version": 1,
                }
                for row in missing
            ]
            table: Any = cls.__dict__["__table__"]
            opened = session.execute(
                insert(table).on_conflict_do_nothing().returning(table.c.id, table.c.partner_id), rows
            ).all()
        if told:
            happened = [Told(OPENED, _Opened(row.id), after={}, partner_id=row.partner_id) for row in opened]
            Event.record_all(session, happened, by=by)
        return len(opened)


class _Opened:
    """The fund that was opened, as an event names it."""

    __tablename__ = "fund"

    def __init__(self, number: int) -> None:
        self.id = number


def _currency() -> Any:
    """M3: a fund's currency is the partner's, else its operating company's, else the program's."""
    company = select(OperatingCompany.currency).where(OperatingCompany.id == Partner.operating_company_id)
    holding_first = case((ProgramVersion.valid_from <= clock.today(), 0), else_=1)
    program = (
        select(ProgramVersion.currency)
        .where(ProgramVersion.status == VersionStatus.PUBLISHED)
        .order_by(holding_first, ProgramVersion.valid_from.desc())
        .limit(1)
    )
    return func.coalesce(Partner.currency, company.scalar_subquery(), program.scalar_subquery())


def _missing(partnership_ids: Collection[int] | None) -> Any:
    from app.models.funds.fund import Fund  # noqa: PLC0415 - the noun asks us

    currency = _currency()
    found = (
        select(
            Partnership.id,
            Partnership.partner_id,
            Partnership.start_on,
            FundType.id.label("fund_type_id"),
            currency.label("currency"),
        )
        .join(Partner, Partner.id == Partnership.partner_id)
        .join(FundType, and_(FundType.by_itself, FundType.active))
        .outerjoin(Fund, and_(Fund.partnership_id == Partnership.id, Fund.fund_type_id == FundType.id))
        .where(Fund.id.is_(None), currency.is_not(None))
        .order_by(Partnership.id, FundType.id)
    )
    return found if partnership_ids is None else found.where(among(Partnership.id, partnership_ids))
