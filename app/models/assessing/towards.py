"""What one record counts towards: which figures of the next tier it is part of, with which amount, or why not (P5, P8).

It asks the same conditions that make the sums, for this record alone, so that the sentence on its page, the number on
the ladder and the list of records behind it cannot disagree. At the top of the ladder, what keeps the tier is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import BigInteger, Select, bindparam, case, null, select, true
from sqlalchemy.orm import Session

from app.models.assessing import programs, subjects
from app.models.assessing.figures import ONE, Asked, Question, Shape, SourceQuery, is_money
from app.models.assessing.live import anchors_of
from app.models.assessing.programs import HeldProgram, TypeLadder
from app.models.assessing.subjects import Subject
from app.models.assessing.words import shown
from app.models.deals.opportunity import Opportunity
from app.models.leads.lead import Lead
from app.models.orders.order import Order
from app.rules.measures import EXACT, Aggregate, Source, Sum
from app.rules.periods import Days
from app.rules.program import ValueType
from app.rules.tiers import Rung

NOUNS: Final[dict[type[Any], tuple[str, frozenset[Source]]]] = {
    Opportunity: ("deal", frozenset({Source.OPPORTUNITIES})),
    Lead: ("lead", frozenset({Source.LEADS})),
    Order: ("order", frozenset({Source.ORDERS, Source.ORDER_LINES})),
}


RECORD: Final = "asked_record"
"""The parameter that names the record."""


@dataclass(frozen=True)
class Towards:
    """A record and one figure that a tier asks for."""

    noun: str
    tier: str
    is_held: bool
    category: str
    category_id: int
    over: str
    amount: Decimal | None
    """In the program's currency, what it counts or would count; None where the figure is no sum of money, or there is
    no rate."""
    currency: str
    is_money: bool
    why: str
    """The first reason why it does not count; empty when it does."""

    @property
    def counts(self) -> bool:
        """Whether it is part of the figure."""
        return not self.why

    def in_words(self, locale: str = "en") -> str:
        """The sentence for its page, such as “This deal counts 12,000.00 USD towards Silver (Won amount, 2026).”"""
        what = f"{'keeping ' if self.is_held else ''}{self.tier} ({self.category}, {self.over})"
        if self.why:
            return f"This {self.noun} does not count towards {what}: {self.why[:1].lower()}{self.why[1:]}"
        if self.is_money and self.amount is None:
            return f"This {self.noun} counts towards {what}, but there is no exchange rate for its currency and day."
        amount = (
            f" {shown(self.amount, ValueType.MONEY, self.currency, locale)}"
            if self.amount is not None
            else ""
        )
        return f"This {self.noun} counts{amount} towards {what}."

    def promise(self, locale: str = "en") -> str:
        """What it would count once nothing stands in the way, as a sentence; empty where that cannot be said."""
        if self.counts or self.amount is None:
            return ""
        return f"It would count {shown(self.amount, ValueType.MONEY, self.currency, locale)}."


def towards(session: Session, record: Any, on: date) -> list[Towards]:
    """What a record of a partner counts towards on a day; nothing without a partnership, a program or such a figure."""
    noun, sources = NOUNS[type(record)]
    subject = next(iter(subjects.on_day(session, on, [record.partner_id])), None)
    program = programs.holding(session, on, {subject.partner_type_id}) if subject else None
    ladder = program.ladders.get(subject.partner_type_id) if program and subject else None
    if subject is None or program is None or ladder is None:
        return []
    rung = _aimed_at(ladder, subject)
    if rung is None:
        return []
    asked = Asked(
        [Question(subject.partner_id, anchors_of(subject, program), ladder.wins_count_at_once)],
        on,
        program.currency,
        program.category_ids,
    )
    aim = _Aim(rung, rung.rank <= _held_rank(ladder, subject), program, noun)
    needs = list(_needs(program, rung, sources))
    found: list[Towards] = []
    for source in dict.fromkeys(need.source for _, need in needs):
        mine = [(category, need) for category, need in needs if need.source is source]
        query = _RecordOf(asked, source, tuple(need for _, need in mine))
        rows = query.answers(session, record.id)
        found += [
            aim.part(category, need, [row[number] for row in rows], days[0])
            for number, ((category, need), days) in enumerate(zip(mine, query.days, strict=True))
        ]
    return found


Answer = tuple[str, Decimal | None]
"""Why a row of the record does not count (empty when it does), and its amount in the program's currency."""


@dataclass(frozen=True)
class _RecordOf(SourceQuery):
    """What one record is to several figures of its noun: one question, composed once for the days it is asked with."""

    def answers(self, session: Session, record_id: int) -> list[list[Answer]]:
        """A row for each of the record's rows, an answer for each figure."""
        one = self.asked.questions[0]
        days = tuple(tuple(each) for each in self.days)
        categories = frozenset(self.asked.categories.items())
        shape = Shape(
            self.source, self.needs, days, one.wins_count_at_once, self.asked.currency, categories, self
        )
        statement, reasons = _composed(shape)
        rows = session.execute(statement, {ONE: one.partner_id, RECORD: record_id})
        return [
            [
                ("" if row[2 * number] is None else whys[row[2 * number]], row[2 * number + 1])
                for number, whys in enumerate(reasons)
            ]
            for row in rows
        ]

    def composed(self) -> tuple[Select[Any], list[list[str]]]:
        """The statement, and for each figure what its reasons say."""
        columns: list[Any] = []
        reasons = []
        for number, need in enumerate(self.needs):
            checks = self.facts.checks(
                need, self.span(number), at_once=self.at_once, categories=self.asked.categories
            )
            failed = [(check.passes.is_not(true()), place) for place, check in enumerate(checks)]
            factor = self.factor(need)
            amount = null() if factor is None else self.facts.of[need.of or "value"] * factor
            columns += [
                case(*failed, else_=None).label(f"reason_{number}"),
                amount.label(f"amount_{number}"),
            ]
            reasons.append([check.otherwise for check in checks])
        whose = self.facts.partner == bindparam(ONE, type_=BigInteger)
        which = self.facts.opens == bindparam(RECORD, type_=BigInteger)
        return select(*columns).select_from(self.frame).where(whose, which), reasons


@lru_cache(maxsize=256)
def _composed(shape: Shape) -> tuple[Select[Any], list[list[str]]]:
    return cast("_RecordOf", shape.query).composed()


@dataclass(frozen=True)
class _Aim:
    """The tier that is aimed at, or that is to be kept."""

    rung: Rung
    is_held: bool
    program: HeldProgram
    noun: str

    def part(self, category: str, need: Aggregate, rows: list[Answer], days: Days) -> Towards:
        """What a record is to one figure, from the answers of its rows."""
        counting = [amount for why, amount in rows if not why]
        as_money = is_money(need) and isinstance(self.program.measures[category], Sum)
        amounts = counting or [amount for _, amount in rows]
        return Towards(
            self.noun,
            self.rung.name,
            self.is_held,
            category,
            self.program.category_ids[category],
            _days_in_words(need, days),
            _total(amounts) if as_money and rows else None,
            self.program.currency,
            as_money,
            "" if counting else rows[0][0] if rows else "It has no lines.",
        )


def _aimed_at(ladder: TypeLadder, subject: Subject) -> Rung | None:
    """The tier above the one held; at the top the one held."""
    rungs = sorted(ladder.rule.rungs, key=lambda rung: rung.rank)
    held = _held_rank(ladder, subject)
    return next((rung for rung in rungs if rung.rank > held), rungs[-1] if rungs else None)


def _held_rank(ladder: TypeLadder, subject: Subject) -> int:
    return 0 if subject.tier_id is None else ladder.ranks.get(subject.tier_id, 0)


def _needs(program: HeldProgram, rung: Rung, sources: frozenset[Source]) -> Iterator[tuple[str, Aggregate]]:
    """The first figure of each category that is made of such records now, not of the period before."""
    for name in dict.fromkeys(one.category for one in rung.requirements):
        measure = program.measures.get(name)
        mine = [one for one in measure.needs() if one.source in sources and not one.before] if measure else []
        if mine:
            yield name, mine[0]


def _total(amounts: list[Decimal | None]) -> Decimal | None:
    """The sum, exact; None when one of them has no rate."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total = EXACT.add(total, amount)
    return total


def _days_in_words(need: Aggregate, days: Days) -> str:
    """The days that count: a year by its number, other windows by their name."""
    first = days.first
    if str(need.over) in {"calendar year", "program year"} and first and (first.month, first.day) == (1, 1):
        return str(first.year)
    return str(need.over)
