"""How the vendor names a kind of fund and says what holds for it (F1, F4, F6)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.changing import check_version, enter, lock
from app.models.ladder import Category
from app.rules.money import to_minor
from app.rules.program import ValueType
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.funds.fund_type import FundType
    from app.models.person import Person

TERMS = (
    "name", "description", "percent_category", "by_itself", "overdraft", "overdraft_limit", "use_within",
    "grace_days", "active",
)  # fmt: skip
"""What is said of a type of funds and may be changed."""
MOST_GRACE = 366
MOST_OVERDRAFT = Decimal(10**13)


class Describing:
    """Naming and changing."""

    # -- questions

    def overdraft_in(self, currency: str) -> int | None:
        """Return by how many minor units funds in this currency may be overdrawn; None: without a limit."""
        kind = cast("FundType", self)
        return _overdraft(kind.overdraft, kind.overdraft_limit, currency)

    # -- verbs

    @classmethod
    def make(cls, session: Session, *, by: Person | None, **terms: Any) -> Self:
        """Add a type of funds; RuleBroken names the field that cannot be."""
        made = cast("FundType", cls())
        _fill(made, session, terms)
        taken = RuleBroken(f"There is a fund type “{made.name}” already.", "name")
        enter(session, made, "fund_type.made", by=by, refusals={"uq_fund_type_name": taken})
        _open_missing(made)
        return cast("Self", made)

    def change(self, *, by: Person | None, version: int | None = None, **terms: Any) -> None:
        """Change what holds for the funds of this type; those overdrawn as the type said follow it."""
        kind = cast("FundType", self)
        lock(kind)
        check_version(kind, version)
        was = kind.overdraft, kind.overdraft_limit
        with kind.session.no_autoflush:
            _fill(kind, kind.session, terms)
        if not kind.changes()[1]:
            return
        kind.track("fund_type.changed", by=by)
        if was != (kind.overdraft, kind.overdraft_limit):
            pass_on(kind, was)
        _open_missing(kind)


def _fill(kind: FundType, session: Session, terms: dict[str, Any]) -> None:
    from app.models.funds.fund_type import Overdraft, UseWithin  # noqa: PLC0415 - types are described here

    within, credited_by, was_active = kind.use_within, kind.percent_category, kind.active
    for name, value in terms.items():
        if name not in TERMS:
            raise TypeError(f"A fund type has no {name}.")
        setattr(kind, name, value.strip() or None if isinstance(value, str) else value)
    kind.overdraft = Overdraft(kind.overdraft or Overdraft.NONE)
    kind.use_within = UseWithin(kind.use_within or UseWithin.EVER)
    if kind.overdraft is not Overdraft.LIMIT:
        kind.overdraft_limit = None
    if kind.use_within is not (within or UseWithin.EVER):
        kind.used_from = None if kind.use_within is UseWithin.EVER else clock.today()
    if kind.percent_category is None:
        kind.percent_from = None
    elif kind.percent_category != credited_by or (was_active is False and kind.active):
        kind.percent_from = clock.today()
    _check(kind, session)


def _check(kind: FundType, session: Session) -> None:
    if not kind.name:
        raise RuleBroken("Name the type.", "name")
    same = select(type(kind).id).where(
        func.lower(type(kind).name) == kind.name.lower(), type(kind).id.is_distinct_from(kind.id)
    )
    if session.scalar(same) is not None:
        raise RuleBroken(f"There is a fund type “{kind.name}” already.", "name")
    limit = kind.overdraft_limit
    if kind.overdraft.value == "limit" and (limit is None or not 0 < limit <= MOST_OVERDRAFT):
        raise RuleBroken("Write how far below zero, an amount greater than zero.", "overdraft_limit")
    if not 0 <= (kind.grace_days or 0) <= MOST_GRACE:
        raise RuleBroken(f"Write 0 to {MOST_GRACE} days.", "grace_days")
    changed = kind.changes()[1].get("percent_category")
    if changed is not None and not _is_percent(session, changed):
        raise RuleBroken(
            f"“{changed}” is no category of the program that is a percentage. Choose one of those.",
            "percent_category",
        )


def pass_on(kind: FundType, was: tuple[Any, Decimal | None]) -> None:
    """Let funds that were overdrawn as the type said be overdrawn as it says now; a fund's own terms stay."""
    from app.models.funds.fund import Fund  # noqa: PLC0415 - a fund has a type

    session = kind.session
    of_type = select(Fund.currency).where(Fund.fund_type_id == kind.id).distinct()
    for currency in session.scalars(of_type).all():
        before = _overdraft(*was, currency)
        session.execute(
            update(Fund)
            .where(
                Fund.fund_type_id == kind.id,
                Fund.currency == currency,
                Fund.overdraft.is_not_distinct_from(before),
            )
            .values(overdraft=kind.overdraft_in(currency), version=Fund.version + 1)
        )


def _open_missing(kind: FundType) -> None:
    """P2: every partnership gets a fund of a type that comes by itself."""
    from app.models.funds.fund import Fund  # noqa: PLC0415 - a fund has a type

    if kind.by_itself and kind.active:
        Fund.open_missing(kind.session, None)


def _overdraft(overdraft: Any, limit: Decimal | None, currency: str) -> int | None:
    match overdraft.value:
        case "unlimited":
            return None
        case "limit":
            return to_minor(limit or Decimal(0), currency)
        case _:
            return 0


def _is_percent(session: Session, name: str) -> bool:
    known = select(Category.id).where(Category.name == name, Category.value_type == ValueType.PERCENT)
    return session.scalar(known) is not None
