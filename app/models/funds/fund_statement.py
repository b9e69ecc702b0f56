"""A statement: what a fund held before some days, what was posted on them, and what it held after (F2, F8).

Entries belong to the day on which they were posted, in the partner's time zone; since nothing is ever posted into the
past, a statement of days that are over is the same whenever it is asked for. The day an entry is meant for stands beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from app.models.funds.entry import Entry, EntryKind
from app.models.funds.entry_reading import LINES, EntryLine
from app.models.funds.fund_account import AccountKind, FundAccount
from app.models.funds.fund_reading import FundHead
from app.rules.refusals import RuleBroken

ROUNDING = (
    "Each credit is rounded on its own, half up to the minor unit; the sum of rounded credits may differ from the"
    " rounded sum."
)
EARLIEST = date(1970, 1, 1)
BATCH = 500


@dataclass(frozen=True)
class Standing:
    """What stood in the fund after an entry: the last one before a moment; all zero before the first."""

    sequence: int = 0
    available: int = 0
    reserved: int = 0
    hash: bytes = b""


@dataclass(frozen=True)
class Subtotal:
    """What entries of a kind make together: how many there are, and what they did to the available and reserved money."""

    kind: EntryKind
    entries: int
    credit: int
    debit: int
    reserved: int


@dataclass(frozen=True)
class Statement:
    """The statement of a fund over some days: figures now, entries when they are asked for."""

    head: FundHead
    first: date
    last: date
    opening: Standing
    closing: Standing
    subtotals: Sequence[Subtotal]

    @property
    def entries(self) -> int:
        """How many entries there are: sequences have no gaps."""
        return self.closing.sequence - self.opening.sequence

    @property
    def credit(self) -> int:
        """What all entries together added to the available money."""
        return sum(one.credit for one in self.subtotals)

    @property
    def debit(self) -> int:
        """What all entries together took from the available money."""
        return sum(one.debit for one in self.subtotals)

    def lines(self, session: Session) -> Iterator[EntryLine]:
        """Return the entries in the order in which they were posted, read in batches."""
        query = LINES.where(self._within()).order_by(Entry.sequence).execution_options(yield_per=BATCH)
        return (EntryLine(*row) for row in session.execute(query))

    def _within(self) -> ColumnElement[bool]:
        return within(self.head.id, self.opening, self.closing)


def statement(session: Session, head: FundHead, first: date, last: date) -> Statement:
    """Return the statement of a fund over these days, both included."""
    check_period(first, last, head.today)
    opening = _before(session, head.id, _begin(first, head.zone))
    closing = _before(session, head.id, _begin(last + timedelta(days=1), head.zone))
    return Statement(head, first, last, opening, closing, _subtotals(session, head.id, opening, closing))


def check_period(first: date, last: date, today: date) -> None:
    """Refuse days that make no statement."""
    if first > last:
        raise RuleBroken(
            f"The statement would begin on {first}, after its end on {last}. Choose a first day that is not later.",
            "from",
        )
    if last > today:
        raise RuleBroken(
            f"The statement would end on {last}, and today is {today}. Choose today or an earlier day as its end.",
            "to",
        )


def within(fund_id: int, opening: Standing, closing: Standing) -> ColumnElement[bool]:
    """Return the condition of the entries between two moments."""
    return and_(
        Entry.fund_id == fund_id, Entry.sequence > opening.sequence, Entry.sequence <= closing.sequence
    )


def _begin(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone; nothing was posted before the first there is."""
    return datetime.combine(max(day, EARLIEST), time.min, ZoneInfo(zone))


def _before(session: Session, fund_id: int, moment: datetime) -> Standing:
    """Return what stood in the fund when nothing of that moment or later was posted yet."""
    asked = (
        select(Entry.sequence, Entry.available_after, Entry.reserved_after, Entry.hash)
        .where(Entry.fund_id == fund_id, Entry.posted_at < moment)
        .order_by(Entry.posted_at.desc(), Entry.sequence.desc())
        .limit(1)
    )
    row = session.execute(asked).one_or_none()
    return Standing() if row is None else Standing(*row)


def _subtotals(session: Session, fund_id: int, opening: Standing, closing: Standing) -> list[Subtotal]:
    source, target = aliased(FundAccount), aliased(FundAccount)
    into, out_of = _sum_where(target.kind), _sum_where(source.kind)
    asked = (
        select(
            Entry.kind,
            func.count(),
            into(AccountKind.AVAILABLE),
            out_of(AccountKind.AVAILABLE),
            into(AccountKind.RESERVED) - out_of(AccountKind.RESERVED),
        )
        .join(source, source.id == Entry.from_account_id)
        .join(target, target.id == Entry.to_account_id)
        .where(within(fund_id, opening, closing))
        .group_by(Entry.kind)
    )
    found = [Subtotal(kind, count, int(i), int(o), int(r)) for kind, count, i, o, r in session.execute(asked)]
    order = list(EntryKind)
    return sorted(found, key=lambda one: order.index(one.kind))


def _sum_where(kind_of_account: Any) -> Any:
    return lambda kind: func.sum(case((kind_of_account == kind, Entry.amount), else_=0))
