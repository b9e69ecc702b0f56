"""What one record counts towards: which figures of the next tier it is part of, with which amount, or why not (P5, P8).

It asks the same conditions that make the sums, for this record alone, so that the sentence on its page, the number on
the ladder and the list of records behind it cannot disagree. At the top of the ladder, what keeps the tier is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.assessing import programs, subjects
from app.models.assessing.figures import Asked, Question, is_money
from app.models.assessing.live import anchors_of
from app.models.assessing.programs import HeldProgram, TypeLadder
from app.models.assessing.records import RecordQuery
from app.models.assessing.subjects import Subject
from app.models.assessing.words import shown
from app.models.lead import Lead
from app.models.opportunity import Opportunity
from app.models.order import Order
from app.rules.measures import EXACT, Aggregate, Source, Sum
from app.rules.periods import Days
from app.rules.program import ValueType
from app.rules.tiers import Rung

NOUNS: Final[dict[type[Any], tuple[str, frozenset[Source]]]] = {
    Opportunity: ("deal", frozenset({Source.OPPORTUNITIES})),
    Lead: ("lead", frozenset({Source.LEADS})),
    Order: ("order", frozenset({Source.ORDERS, Source.ORDER_LINES})),
}


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
    question = Question(subject.partner_id, anchors_of(subject, program), ladder.wins_count_at_once)
    asked = Asked([question], on, program.currency, program.category_ids)
    return [
        _part(session, record, noun, (rung, ladder, subject), (asked, category, need, program))
        for category, need in _needs(program, rung, sources)
    ]


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


def _part(
    session: Session,
    record: Any,
    noun: str,
    who: tuple[Rung, TypeLadder, Subject],
    what: tuple[Asked, str, Aggregate, HeldProgram],
) -> Towards:
    (rung, ladder, subject), (asked, category, need, program) = who, what
    query = RecordQuery(asked, need.source, (need,))
    rows = query.every
    found = session.execute(select(rows.c.reason, rows.c.converted).where(rows.c.opens == record.id)).all()
    counting = [row.converted for row in found if row.reason is None]
    left_out = [row.reason for row in found if row.reason is not None]
    why = "" if counting else query.reasons[max(left_out)] if left_out else "It has no lines."
    as_money = is_money(need) and isinstance(program.measures[category], Sum)
    amount = _total(counting or [row.converted for row in found]) if as_money and found else None
    return Towards(
        noun,
        rung.name,
        rung.rank <= _held_rank(ladder, subject),
        category,
        program.category_ids[category],
        _days_in_words(need, query.days[0][0]),
        amount,
        asked.currency,
        as_money,
        why,
    )


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
