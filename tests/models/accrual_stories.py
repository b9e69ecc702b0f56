"""A program whose tiers give a percent of every won deal to the marketing fund: Bronze 1, Silver 2.5; Registered nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    AccountKind,
    Category,
    Entry,
    EntryKind,
    Fund,
    FundType,
    Measure,
    Opportunity,
    Partner,
    Partnership,
    Person,
    ProgramVersion,
    Tier,
    Upgrades,
    ValueType,
)
from tests import factories
from tests.cast import Cast

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
BEGINS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
WON = {"sum": "opportunities", "of": "amount", "over": "calendar year"}
PERCENTS = {"Bronze": "1", "Silver": "2.5"}


def program(
    session: Session,
    cast: Cast,
    name: str = "2026-1",
    begins: date = BEGINS,
    currency: str = "USD",
    **policies: Any,
) -> ProgramVersion:
    """The program of resellers, published; further versions share its category. Nobody ever earns a tier by it."""
    version = factories.draft(session, name, currency)
    terms = {"upgrades": Upgrades.AT_REVIEW, **policies}
    ladder = factories.ladder(session, version, cast.reseller, *PERCENTS, **terms)
    percent = category(session)
    known = session.scalars(select(Category).where(Category.name == "Won amount")).one_or_none()
    won_amount = known or factories.category(session, "Won amount")
    factories.added(session, Measure(version_id=version.id, category_id=won_amount.id, definition=WON))
    for tier, number in PERCENTS.items():
        rung = factories.rung(session, ladder, tier)
        factories.obligation(session, rung, won_amount, 10**14)
        factories.benefit(session, rung, percent, number=Decimal(number))
    return factories.published(session, version, begins)


def category(session: Session) -> Any:
    """The category the shipped marketing fund is credited by."""
    from app.models import Category

    known = session.scalars(select(Category).where(Category.name == "Marketing fund")).one_or_none()
    return known or factories.category(session, "Marketing fund", ValueType.PERCENT)


def partnership(
    session: Session, partner: Partner, tier: str = "Bronze", *, by: Person | None = None
) -> Partnership:
    """A partnership since the beginning of the year, with the funds that appear by themselves."""
    named = select(Tier).where(Tier.partner_type_id == partner.partner_type_id, Tier.name == tier)
    return Partnership.begin(
        session, partner, by=by, tier_id=session.scalars(named).one().id, start_on=BEGINS, due_on=ENDS
    )


def deal(session: Session, partner: Partner, by: Person, amount: str = "50000", **more: Any) -> Opportunity:
    """An open deal of a partner."""
    values: dict[str, Any] = {"name": "Roof", "customer": "Ackerloh Ltd", "currency": "USD", **more}
    return Opportunity.open(session, partner, by=by, amount=Decimal(amount), **values)


def won(
    session: Session,
    partner: Partner,
    by: Person,
    amount: str = "50000",
    closed_on: date = TODAY,
    **more: Any,
) -> Opportunity:
    """A deal that staff won on a day."""
    made = deal(session, partner, by, amount, **more)
    made.created_on = BEGINS
    session.flush()
    made.report_won(closed_on, by=by)
    return made


def fund_of(session: Session, partner: Partner, name: str = "Marketing fund") -> Fund:
    """The partner's fund of a type."""
    named = select(Fund).join(FundType).where(Fund.partner_id == partner.id, FundType.name == name)
    return session.scalars(named).one()


def available(session: Session, partner: Partner) -> int:
    """What the partner's marketing fund holds, in minor units."""
    return fund_of(session, partner).balances()[AccountKind.AVAILABLE]


def entries(session: Session, deal: Opportunity) -> Sequence[Entry]:
    """What a deal brought about in the ledger, in order."""
    of_deal = select(Entry).where(Entry.opportunity_id == deal.id).order_by(Entry.id)
    return session.scalars(of_deal.execution_options(populate_existing=True)).all()


def amounts(session: Session, deal: Opportunity) -> list[int]:
    """The credits of a deal, reversals below zero."""
    return [one.amount if one.kind is EntryKind.ACCRUAL else -one.amount for one in entries(session, deal)]
