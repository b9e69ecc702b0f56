"""Current values, set-based: one query per source noun, for one partner or ten thousand (P5, P8, M3).

Each aggregate becomes a column `sum(…) FILTER (WHERE …)`. Days that are the same for every partner asked are values of
the query; days that differ (partnership years, tier changes) come beside the partner from an unnested array.
Amounts are multiplied by the rate of their day, unrounded; a missing rate is an error that names currency and day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Result,
    Row,
    Select,
    TableValuedAlias,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from app.models.assessing.among import among
from app.models.assessing.facts import FACTS, Column, Facts, Span, fresh_since
from app.models.exchange_rate import ExchangeRate
from app.rules.measures import Aggregate, Function, Source
from app.rules.periods import Anchors, Days, counted
from app.rules.refusals import MissingRate

Answers = dict[int, dict[Aggregate, Decimal | None]]
"""By partner: the figure of each aggregate; one that is not there is zero or nothing."""


ONE = "asked_partner"
"""The parameter that names the partner where only one is asked."""


@dataclass(frozen=True)
class Question:
    """A partner to be measured, with the days its windows hang on."""

    partner_id: int
    anchors: Anchors
    wins_count_at_once: bool = False


@dataclass(frozen=True)
class Asked:
    """What all queries of one call share: who, on which day, in which currency."""

    questions: Sequence[Question]
    on: date
    currency: str
    categories: Mapping[str, int]


def figures(session: Session, asked: Asked, needs: Sequence[Aggregate]) -> Answers:
    """Answer every aggregate for every partner asked; MissingRate when an amount that counts cannot be converted."""
    answers: Answers = {question.partner_id: {} for question in asked.questions}
    by_source = sorted(set(needs), key=lambda need: (need.source, repr(need)))
    with _planned_for_these_days(session):
        for source, group in groupby(by_source, key=lambda need: need.source):
            query = SourceQuery(asked, source, tuple(group))
            for row in query.rows(session):
                query.refuse_missing_rates(session, row)
                answers[row.partner_id] = answers[row.partner_id] | query.read(row)
    return answers


@contextmanager
def _planned_for_these_days(session: Session) -> Iterator[None]:
    """Let PostgreSQL look at the days asked for: a plan for any days at all joins row by row, and takes three times as long."""
    connection = session.connection()
    connection.exec_driver_sql("set local plan_cache_mode = force_custom_plan")
    yield
    connection.exec_driver_sql("set local plan_cache_mode = auto")


@dataclass(frozen=True)
class SourceQuery:
    """The one query that a source noun is asked."""

    asked: Asked
    source: Source
    needs: tuple[Aggregate, ...]

    @property
    def facts(self) -> Facts:
        """The source's records."""
        return FACTS[self.source]

    @cached_property
    def days(self) -> list[list[Days]]:
        """For each aggregate, the days that count for each partner."""
        return [
            [
                counted(need.over, self.asked.on, one.anchors, before=need.before)
                for one in self.asked.questions
            ]
            for need in self.needs
        ]

    @cached_property
    def is_alike(self) -> bool:
        """Whether the same days and settings hold for everybody, so that nothing needs to come from beside."""
        at_once = {one.wins_count_at_once for one in self.asked.questions}
        return len(at_once) == 1 and all(len(set(days)) == 1 for days in self.days)

    @cached_property
    def beside(self) -> TableValuedAlias:
        """The partners asked, each with its own days: unnest(ids, at once, first 0, last 0, …)."""
        arrays: list[ColumnElement[Any]] = [
            literal([one.partner_id for one in self.asked.questions], ARRAY(BigInteger)),
            literal([one.wins_count_at_once for one in self.asked.questions], ARRAY(Boolean)),
        ]
        names: list[Any] = [column("partner_id", BigInteger), column("at_once", Boolean)]
        for number, days in enumerate(self.days):
            arrays += [
                literal([one.first or date.min for one in days], ARRAY(Date)),
                literal([one.last or date.max for one in days], ARRAY(Date)),
            ]
            names += [column(f"first_{number}", Date), column(f"last_{number}", Date)]
        return func.unnest(*arrays).table_valued(*names, name="asked").render_derived()

    def span(self, number: int) -> Span:
        """The days of one aggregate, as values or as columns from beside."""
        days = self.days[number]
        if len(set(days)) == 1:
            span = Span(days[0].first or date.min, days[0].last or date.max)
            return fresh_since(self.needs[number], span)
        return Span(self.beside.c[f"first_{number}"], self.beside.c[f"last_{number}"])

    @property
    def at_once(self) -> Column:
        """Whether wins count before they are confirmed."""
        if self.is_alike:
            return literal(self.asked.questions[0].wins_count_at_once, Boolean)
        return self.beside.c.at_once

    @cached_property
    def conditions(self) -> list[ColumnElement[bool]]:
        """For each aggregate, what a record must be to count."""
        return [
            and_(
                *(
                    check.passes
                    for check in self.facts.checks(
                        need, self.span(number), at_once=self.at_once, categories=self.asked.categories
                    )
                )
            )
            for number, need in enumerate(self.needs)
        ]

    @cached_property
    def rates(self) -> dict[str | None, Any]:
        """An exchange rate per kind of day, for the aggregates that add up money."""
        return {
            need.counting: ExchangeRate.__table__.alias(f"rate_{number}")
            for number, need in enumerate(self.needs)
            if is_money(need)
        }

    @cached_property
    def frame(self) -> FromClause:
        """The records with what is joined to them."""
        frame = self.facts.frame
        if not self.is_alike:
            frame = frame.join(self.beside, self.beside.c.partner_id == self.facts.partner)
        for counting, rate in self.rates.items():
            frame = frame.outerjoin(
                rate, and_(rate.c.currency == self.facts.currency, rate.c.day == self.facts.day(counting))
            )
        return frame

    @property
    def anyone_asked(self) -> ColumnElement[bool]:
        """Only the records of the partners asked, which the loosest condition may still let count."""
        if len(self.asked.questions) == 1:
            whose = self.facts.partner == bindparam(ONE, self.asked.questions[0].partner_id, BigInteger)
        else:
            whose = among(self.facts.partner, (one.partner_id for one in self.asked.questions))
        return and_(whose, self.conditions[0]) if len(self.needs) == 1 else and_(whose, self._loosely)

    @property
    def _loosely(self) -> ColumnElement[bool]:
        """A range of days that holds every aggregate's, so that an index can leave the rest out."""
        by_day: dict[str, tuple[Column, list[Days]]] = {}
        for need, days in zip(self.needs, self.days, strict=True):
            day = self.facts.day(need.counting)
            by_day.setdefault(str(day), (day, []))[1].extend(days)
        return or_(
            *(
                day.between(
                    min(one.first or date.min for one in days), max(one.last or date.max for one in days)
                )
                for day, days in by_day.values()
            )
        )

    @property
    def statement(self) -> Select[Any]:
        """The query: a row per partner that has records, a column per aggregate."""
        columns = [
            _column(self.facts, need, condition, self.factor(need)).label(f"figure_{number}")
            for number, (need, condition) in enumerate(zip(self.needs, self.conditions, strict=True))
        ]
        partner = self.facts.partner
        return (
            select(partner.label("partner_id"), *columns, *self.unpriced)
            .select_from(self.frame)
            .where(self.anyone_asked)
            .group_by(partner)
        )

    def rows(self, session: Session) -> Result[Any]:
        """Ask; for one partner by a statement that is kept, since composing it costs more than its answer."""
        if len(self.asked.questions) > 1:
            return session.execute(self.statement)
        one = self.asked.questions[0]
        days = tuple(tuple(each) for each in self.days)
        categories = frozenset(self.asked.categories.items())
        shape = Shape(
            self.source, self.needs, days, one.wins_count_at_once, self.asked.currency, categories, self
        )
        return session.execute(_kept(shape), {ONE: one.partner_id})

    def factor(self, need: Aggregate) -> Column | None:
        """What an amount is multiplied by to be in the program's currency."""
        rate = self.rates.get(need.counting)
        if rate is None or not is_money(need) or self.facts.currency is None:
            return None
        return case(
            (self.facts.currency == bindparam("program_currency", self.asked.currency), 1), else_=rate.c.rate
        )

    @property
    def unpriced(self) -> list[Column]:
        """How many records that count have no rate."""
        money = [self._without_rate(number) for number, need in enumerate(self.needs) if is_money(need)]
        return [func.count().filter(or_(*money)).label("unpriced")] if money else []

    def _without_rate(self, number: int) -> ColumnElement[bool]:
        factor = self.factor(self.needs[number])
        return and_(factor.is_(None), self.conditions[number]) if factor is not None else literal(value=False)

    def refuse_missing_rates(self, session: Session, row: Row[Any]) -> None:
        """M3: name the first currency and day that has no rate."""
        if not getattr(row, "unpriced", 0):
            return
        for number, need in enumerate(self.needs):
            if is_money(need) and self.facts.currency is not None:
                day = self.facts.day(need.counting)
                first = session.execute(
                    select(self.facts.currency, day)
                    .select_from(self.frame)
                    .where(self.anyone_asked, self._without_rate(number))
                    .order_by(day, self.facts.currency)
                    .limit(1)
                ).first()
                if first:
                    raise MissingRate(first[0], first[1])

    def read(self, row: Row[Any]) -> dict[Aggregate, Decimal | None]:
        """The figures of one row, exact."""
        return {need: _exact(getattr(row, f"figure_{number}")) for number, need in enumerate(self.needs)}


@dataclass(frozen=True)
class Shape:
    """What the query for one partner depends on, but for who it is; partners with the same days share it."""

    source: Source
    needs: tuple[Aggregate, ...]
    days: tuple[tuple[Days, ...], ...]
    at_once: bool
    currency: str
    categories: frozenset[tuple[str, int]]
    query: SourceQuery = field(compare=False)


@lru_cache(maxsize=512)
def _kept(shape: Shape) -> Select[Any]:
    return shape.query.statement


def is_money(need: Aggregate) -> bool:
    """Whether the aggregate adds up amounts that have a currency."""
    return need.function is Function.SUM and need.of == "amount"


def _column(facts: Facts, need: Aggregate, condition: ColumnElement[bool], factor: Column | None) -> Column:
    of = facts.of.get(need.of or "value")
    match need.function:
        case Function.SUM if of is not None:
            return func.sum(of if factor is None else of * factor).filter(condition)
        case Function.DISTINCT if of is not None:
            return func.count(of.distinct()).filter(condition)
        case Function.LATEST if of is not None:
            day = facts.day(need.counting)
            return func.array_agg(aggregate_order_by(of, day.desc())).filter(condition)[1]
        case _:
            return func.count().filter(condition)


def _exact(found: Decimal | int | None) -> Decimal | None:
    return None if found is None else Decimal(found)
