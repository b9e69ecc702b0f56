"""Count, sum and distinct count over the records of one noun."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from app.rules.measures.facts import SOURCES, Aggregate, Figure, Figures, Function, Source, Unit, Where
from app.rules.measures.measure import Measure
from app.rules.measures.reading import choice, filters, optional
from app.rules.periods import PROGRAM_YEAR, Window


@dataclass(frozen=True)
class Tally(Measure, ABC):
    """What count, sum and distinct share: one aggregate over the records of one noun."""

    source: Source
    of: str | None = None
    counting: str | None = None
    where: Where = ()
    over: Window = PROGRAM_YEAR

    function: ClassVar[Function]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Measure:
        source = choice(
            given[cls.kind],
            [s for s in SOURCES if cls.function in SOURCES[s].of],
            f"a noun with a {cls.kind}",
            cls.kind,
        )
        noun = SOURCES[Source(source)]
        takes = noun.of[cls.function]
        return cls(
            Source(source),
            optional(given, "of", takes, default=takes[0] if takes else None),
            optional(given, "counting", noun.counting, default=noun.counting[0] if noun.counting else None),
            filters(given.get("where"), noun.filters, noun.one),
            Window.parse(given["over"]) if "over" in given else noun.over,
        )

    @property
    def aggregate(self) -> Aggregate:
        """The one figure it needs."""
        return Aggregate(self.source, self.function, self.of, self.counting, self.where, self.over)

    def to_dict(self) -> dict[str, Any]:
        written: dict[str, Any] = {self.kind: self.source.value}
        if self.of:
            written["of"] = self.of
        if self.counting:
            written["counting"] = self.counting
        if self.where:
            written["where"] = {name: list(values) for name, values in self.where}
        return {**written, "over": str(self.over)}

    def needs(self) -> tuple[Aggregate, ...]:
        return (self.aggregate,)

    def value(self, figures: Figures) -> Figure:
        return figures.get(self.aggregate) or Decimal(0)

    @property
    def unit(self) -> Unit:
        return Unit.MONEY if self.of == "amount" else Unit.NUMBER

    def _records(self) -> str:
        filtered = "".join(f" with {name} {' or '.join(values)}" for name, values in self.where)
        return f"{SOURCES[self.source].phrase(self.counting)}{filtered}, {self.over.phrase()}"


class Count(Tally):
    """How many records there are."""

    kind = "count"
    keys = ("count", "counting", "where", "over")
    function = Function.COUNT

    def sentence(self) -> str:
        return f"Number of {self._records()}"


class Sum(Tally):
    """What the records add up to, money in the program's currency (M3)."""

    kind = "sum"
    keys = ("sum", "of", "counting", "where", "over")
    function = Function.SUM

    def sentence(self) -> str:
        return f"Sum of the {self.of} of {self._records()}"


class Distinct(Tally):
    """How many different people, customers, … occur in the records."""

    kind = "distinct"
    keys = ("distinct", "of", "counting", "where", "over")
    function = Function.DISTINCT

    def sentence(self) -> str:
        return f"Number of different {self.of} in {self._records()}"
