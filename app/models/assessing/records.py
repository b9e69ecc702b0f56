"""The records behind a number: those that count, and those that do not, each with the first reason (P5).

The same conditions that make the sum say here which record passed and where another one stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, null, select, true, tuple_
from sqlalchemy.orm import Session

from app.models.assessing.among import among
from app.models.assessing.facts import Check, Column
from app.models.assessing.figures import Asked, Question, SourceQuery, is_money
from app.models.assessing.live import anchors_of
from app.models.assessing.standing import Standing
from app.rules.measures import Aggregate, Function, Source
from app.rules.periods import Days

DIGITS = 19
"""A number with fewer digits fits a bigint."""
SUPERSEDED = "A later value counts."


@dataclass(frozen=True)
class Record:
    """A record of a partner as a number sees it. `why` is empty when it counts."""

    partner_id: int
    source: Source
    id: int
    opens: int
    label: str
    day: date | None
    value: Decimal | None
    currency: str | None
    converted: Decimal | None
    why: str

    @property
    def counts(self) -> bool:
        """Whether it is part of the number."""
        return not self.why

    @property
    def place(self) -> str:
        """Where a list goes on after this record."""
        return f"{self.day or date.min}.{self.id}"


@dataclass(frozen=True)
class RecordQuery(SourceQuery):
    """The records of one aggregate, with the first reason why each does not count."""

    @property
    def need(self) -> Aggregate:
        """The one aggregate asked about."""
        return self.needs[0]

    @cached_property
    def checks(self) -> list[Check]:
        """The conditions in the order of reasons, with the days said in words."""
        span = self.span(0)
        if len(set(self.days[0])) == 1:
            span = replace(
                span,
                words=str(Days(span.first, span.last)) if self.days[0][0].first else str(self.days[0][0]),
            )
        checks = self.facts.checks(self.need, span, at_once=self.at_once, categories=self.asked.categories)
        return checks[1:] if self._is_of_one_category else checks

    @property
    def _is_of_one_category(self) -> bool:
        return self.source is Source.MEASUREMENTS

    @cached_property
    def reasons(self) -> list[str]:
        """What to say for each reason number."""
        return [*(check.otherwise for check in self.checks), SUPERSEDED]

    @cached_property
    def every(self) -> Subquery:
        """Every record of the partners asked, with the number of its first reason; null when it counts."""
        facts, need = self.facts, self.need
        day = facts.day(need.counting)
        amount: Column = (
            facts.of.get(need.of or "value", null()) if need.function is not Function.DISTINCT else null()
        )
        factor = self.factor(need)
        ids = [one.partner_id for one in self.asked.questions]
        rows = (
            select(
                facts.partner.label("partner_id"),
                facts.noun.__table__.c.id.label("id"),
                facts.opens.label("opens"),
                facts.label.label("label"),
                day.label("day"),
                amount.label("value"),
                (facts.currency if is_money(need) and facts.currency is not None else null()).label(
                    "currency"
                ),
                (amount * factor if factor is not None else null()).label("converted"),
                self._reason.label("reason"),
            )
            .select_from(self.frame)
            .where(among(facts.partner, ids))
        )
        if self._is_of_one_category and facts.category is not None:
            rows = rows.where(facts.category == self.asked.categories.get(need.category or "", -1))
        return rows.subquery("records")

    @property
    def _reason(self) -> ColumnElement[Any]:
        failed: list[tuple[ColumnElement[bool], Any]] = [
            (check.passes.is_not(true()), number) for number, check in enumerate(self.checks)
        ]
        if self.need.function is Function.LATEST:
            day, passes = self.facts.day(self.need.counting), and_(*(check.passes for check in self.checks))
            newest = func.max(case((passes, day))).over(partition_by=self.facts.partner)
            failed.append((day < newest, len(self.checks)))
        return case(*failed, else_=None)

    def page(
        self, *, counting: bool, after: tuple[date, int] | None = None, limit: int | None = None
    ) -> Select[Any]:
        """The records that count or do not, newest first, from a place on."""
        rows = self.every
        place = func.coalesce(rows.c.day, date.min)
        wanted = rows.c.reason.is_(None) if counting else rows.c.reason.is_not(None)
        query = select(rows).where(wanted).order_by(place.desc(), rows.c.id.desc())
        if after is not None:
            query = query.where(tuple_(place, rows.c.id) < tuple_(literal(after[0]), literal(after[1])))
        return query if limit is None else query.limit(limit)

    def record(self, row: Any) -> Record:
        """One row as a value."""
        why = "" if row.reason is None else self.reasons[row.reason]
        return Record(
            row.partner_id,
            self.source,
            row.id,
            row.opens,
            row.label,
            row.day,
            row.value,
            row.currency,
            row.converted,
            why,
        )


@dataclass(frozen=True)
class Behind:
    """What is behind one figure of a partner's parameter: which records, over which days, and a page of them."""

    need: Aggregate
    title: str
    days: Days
    records: tuple[Record, ...]
    more: bool
    count: int
    """How many there are in all, up to 10,001."""


def behind(
    session: Session,
    standing: Standing,
    category: str,
    *,
    part: int = 0,
    counting: bool = True,
    after: tuple[date, int] | None = None,
    limit: int = 50,
) -> Behind | None:
    """A page of the records behind a category's value; None when the category is not measured or has no such part."""
    needs = parts(standing, category)
    if part >= len(needs) or standing.program is None:
        return None
    query = _query(standing, needs[part])
    rows = list(session.execute(query.page(counting=counting, after=after, limit=limit + 1)))
    count = session.scalar(
        select(func.count()).select_from(query.page(counting=counting, limit=10_001).subquery("counted"))
    )
    found = tuple(query.record(row) for row in rows[:limit])
    return Behind(needs[part], _title(needs[part]), query.days[0][0], found, len(rows) > limit, count or 0)


def all_behind(
    session: Session, standing: Standing, category: str, *, part: int = 0, counting: bool = True
) -> list[Record]:
    """Every record behind a category's value, or every one left out, newest first."""
    needs = parts(standing, category)
    if part >= len(needs):
        return []
    query = _query(standing, needs[part])
    return [query.record(row) for row in session.execute(query.page(counting=counting))]


def parts(standing: Standing, category: str) -> tuple[Aggregate, ...]:
    """The figures a category's value is made of: one for a count or sum, two for a ratio or growth."""
    if standing.program is None or category not in standing.program.measures:
        return ()
    return standing.program.measures[category].needs()


def titles(standing: Standing, category: str) -> list[str]:
    """The parts of a value in words, in the order of `parts`."""
    return [_title(need) for need in parts(standing, category)]


def every_record(session: Session, standings: Sequence[Standing]) -> dict[tuple[int, str], list[Record]]:
    """All records that count, by partner and category: one query per figure for all partners."""
    found: dict[tuple[int, str], list[Record]] = {}
    measured = [one for one in standings if one.ladder is not None and one.program is not None]
    if not measured or measured[0].program is None:
        return found
    program = measured[0].program
    for category, measure in program.measures.items():
        asking = [one for one in measured if one.ladder and category in one.ladder.asked_for]
        for need in measure.needs() if asking else ():
            query = RecordQuery(_asked(asking), need.source, (need,))
            for row in session.execute(query.page(counting=True)):
                found.setdefault((row.partner_id, category), []).append(query.record(row))
    return found


def place_of(text: str | None) -> tuple[date, int] | None:
    """Read `Record.place` back from an address; one that cannot be read begins at the start."""
    day, _, number = (text or "").partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < DIGITS):
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def _query(standing: Standing, need: Aggregate) -> RecordQuery:
    return RecordQuery(_asked([standing]), need.source, (need,))


def _asked(standings: Sequence[Standing]) -> Asked:
    program = standings[0].program
    if program is None:
        raise ValueError("Nothing is measured without a program.")
    questions = [
        Question(
            one.subject.partner_id,
            anchors_of(one.subject, program),
            one.ladder.wins_count_at_once if one.ladder else False,
        )
        for one in standings
    ]
    return Asked(questions, standings[0].on, program.currency, program.category_ids)


def _title(need: Aggregate) -> str:
    words = f"{need.counting} {need.source.value}" if need.counting else need.source.value
    return f"{words.capitalize()}, the period before" if need.before else words.capitalize()
