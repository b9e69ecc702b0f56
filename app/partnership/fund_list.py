"""The list of all funds: what each holds, what expires next, and what the funds shown make together (F1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.access import Permission, may
from app.extensions import db
from app.listing import Column, Listing, Page, choice, matches, text
from app.models import AccountKind, Fund, FundAccount, FundType, Partner, UseWithin
from app.models.funds.expiring import Expiry, upcoming
from app.models.funds.fund_reading import balance
from app.rules.money import from_minor

SOON = 60
"""Days ahead in which money is said to expire soon."""
SUMMED = 6
"""So many currencies are summed up above the list."""
_held = aliased(FundAccount)


@dataclass(frozen=True)
class _Listed:
    """A fund of the list with what expires next."""

    row: Any
    expiry: Expiry | None

    @property
    def id(self) -> int:
        """The fund's number: where the next screen goes on."""
        number: int = self.row.id
        return number

    def money(self, units: int) -> Decimal:
        """Return so many minor units in the fund's currency."""
        return from_minor(units, self.row.currency)


@dataclass(frozen=True)
class Sum:
    """What the funds of a currency hold together."""

    currency: str
    funds: int
    available: Decimal
    reserved: Decimal
    spent: Decimal


def _funds() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Fund.id,
            Fund.currency,
            Fund.last_posted_at,
            Fund.overdraft,
            Partner.name.label("partner"),
            Partner.id.label("partner_id"),
            FundType.name.label("type_name"),
            _held.balance.label("available"),
            balance(AccountKind.RESERVED),
            balance(AccountKind.SPENT),
        )
        .join(Partner, Partner.id == Fund.partner_id)
        .join(FundType, FundType.id == Fund.fund_type_id)
        .join(_held, and_(_held.fund_id == Fund.id, _held.kind == AccountKind.AVAILABLE))
    )


def _with_expiry(session: Session, rows: Sequence[Any]) -> list[_Listed]:
    coming = upcoming(session, [row.id for row in rows])
    return [_Listed(row, coming.get(row.id)) for row in rows]


def expiring_soon(session: Session) -> dict[int, Expiry]:
    """Return by fund what expires within the next days, of all funds."""
    known = (
        select(Fund.id)
        .join(FundType, FundType.id == Fund.fund_type_id)
        .join(_held, and_(_held.fund_id == Fund.id, _held.kind == AccountKind.AVAILABLE))
        .where(_held.balance > 0, or_(Fund.ends_on.is_not(None), FundType.use_within != UseWithin.EVER))
    )
    return upcoming(session, session.scalars(known).all(), within=SOON)


STATES = {"overdrawn": "Overdrawn", "expiring": f"Expiring in {SOON} days", "empty": "Empty"}


def _state(given: str) -> ColumnElement[bool]:
    match given:
        case "overdrawn":
            return _held.balance < 0
        case "expiring":
            return Fund.id.in_(list(expiring_soon(db.session())))
        case "empty":
            return _held.balance == 0
        case _:
            raise ValueError(given)


def _currencies() -> list[tuple[str, str]]:
    known = db.session.scalars(select(Fund.currency).distinct().order_by(Fund.currency))
    return [(one, one) for one in known]


def _types() -> list[tuple[int, str]]:
    known = db.session.execute(select(FundType.id, FundType.name).order_by(FundType.name))
    return [(number, name) for number, name in known]


def _partner(given: str) -> ColumnElement[bool]:
    by_code = Fund.partner_id.in_(select(Partner.id).where(func.lower(Partner.code) == given.lower()))
    return or_(by_code, Fund.partner_id.in_(select(Partner.id).where(matches(Partner.search, given))))


def _new_fund() -> tuple[str, str] | None:
    return ("New fund", url_for("partnership.fund_terms.choose")) if may(Permission.FUNDS_WRITE) else None


def _expires_on(one: _Listed) -> date | None:
    return one.expiry.last_day if one.expiry else None


def _money(label: str, name: str, sort: Any = None) -> Column:
    return Column(
        name,
        label,
        lambda one: one.money(getattr(one.row, name)),
        sort=sort,
        kind="money",
        currency=lambda one: one.row.currency,
    )


LIST = Listing(
    "funds",
    query=_funds,
    key=Fund.id,
    columns=[
        Column("partner", "Partner", lambda one: one.row.partner, sort=Partner.sort_name),
        Column("type", "Fund", lambda one: one.row.type_name, sort=FundType.name),
        _money("Available", "available", _held.balance),
        _money("Reserved", "reserved"),
        _money("Spent", "spent"),
        Column(
            "expires",
            "Expires next",
            lambda one: one.money(one.expiry.amount) if one.expiry else None,
            kind="money",
            currency=lambda one: one.row.currency if one.expiry else None,
        ),
        Column("expires_on", "On", _expires_on, kind="day"),
        Column(
            "posted",
            "Last entry",
            lambda one: one.row.last_posted_at,
            sort=func.coalesce(Fund.last_posted_at, Fund.opened_at),
            kind="when",
        ),
    ],
    filters=[
        text("partner", "Partner", _partner),
        choice("type", "Fund type", _types, lambda given: Fund.fund_type_id == int(given)),
        choice("currency", "Currency", _currencies, lambda given: Fund.currency == given),
        choice("state", "State", list(STATES.items()), _state),
    ],
    search=lambda words: or_(matches(Partner.search, words), FundType.name.icontains(words, autoescape=True)),
    default="partner",
    href=lambda one: url_for("partnership.funds.show", fund_id=one.id),
    empty=(
        "No funds yet",
        "Partnerships get their marketing fund by themselves; other kinds of funds are described under fund types.",
    ),
    action=_new_fund,
    prepare=_with_expiry,
)


def sums(page: Page) -> list[Sum]:
    """Return what the funds that the list finds hold together, by currency, the most frequent first."""
    chosen = page.selected().order_by(None).subquery()
    rows = db.session.execute(
        select(
            chosen.c.currency,
            func.count().label("funds"),
            func.sum(chosen.c.available),
            func.sum(chosen.c.reserved),
            func.sum(chosen.c.spent),
        )
        .group_by(chosen.c.currency)
        .order_by(func.count().desc(), chosen.c.currency)
    )
    return [
        Sum(currency, funds, *(from_minor(int(units), currency) for units in amounts))
        for currency, funds, *amounts in rows
    ]
