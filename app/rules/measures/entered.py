"""Values entered by staff or imported, and files that must be present and fresh."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from app.rules.measures.facts import Aggregate, Figure, Figures, Function, NotComputable, Source, Unit
from app.rules.measures.measure import Measure
from app.rules.measures.reading import choice, text
from app.rules.periods import EVER, PROGRAM_YEAR, Window
from app.rules.refusals import RuleBroken, shown


@dataclass(frozen=True)
class Value(Measure):
    """A value entered by staff or imported: the latest of the window, or the sum of all in it."""

    function: Function = Function.LATEST
    of: str | None = None
    over: Window = PROGRAM_YEAR

    kind = "value"
    keys = ("value", "of", "over")

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Measure:
        function = choice(given["value"], ["latest", "sum"], "a way to read entered values", "value")
        category = text(given["of"], "of") if "of" in given else None
        return cls(Function(function), category, Window.parse(given.get("over", "program year")))

    def to_dict(self) -> dict[str, Any]:
        named = {"of": self.of} if self.of else {}
        return {"value": self.function.value, **named, "over": str(self.over)}

    def bound_to(self, category: str) -> Measure:
        return self if self.of else replace(self, of=category)

    @property
    def aggregate(self) -> Aggregate:
        """The one figure it needs."""
        return Aggregate(Source.MEASUREMENTS, self.function, over=self.over, category=self.of)

    def needs(self) -> tuple[Aggregate, ...]:
        return (self.aggregate,)

    def value(self, figures: Figures) -> Figure:
        found = figures.get(self.aggregate)
        if found is None and self.function is Function.LATEST:
            return NotComputable("No value has been entered or imported for these days.")
        return found if found is not None else Decimal(0)

    def sentence(self) -> str:
        which = "Latest value" if self.function is Function.LATEST else "Sum of the values"
        named = f" of {self.of}" if self.of else ""
        return f"{which}{named} entered or imported, {self.over.phrase()}"

    @property
    def unit(self) -> Unit:
        return Unit.NUMBER


@dataclass(frozen=True)
class Artefact(Measure):
    """Whether a file of a category, such as a business plan, is there and fresh. Gives 1 or 0."""

    category: str
    fresh_days: int

    kind = "artefact"
    keys = ("artefact", "fresh for")

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Measure:
        fresh = given.get("fresh for", "365 days")
        days = re.fullmatch(r"([1-9][0-9]{0,4}) days?", fresh) if isinstance(fresh, str) else None
        if days is None:
            raise RuleBroken(
                f"{shown(fresh)} is not a number of days. Write for example “365 days”.", "fresh for"
            )
        return cls(text(given["artefact"], "artefact"), int(days[1]))

    def to_dict(self) -> dict[str, Any]:
        return {
            "artefact": self.category,
            "fresh for": f"{self.fresh_days} day{'' if self.fresh_days == 1 else 's'}",
        }

    @property
    def aggregate(self) -> Aggregate:
        """The one figure it needs."""
        return Aggregate(
            Source.DOCUMENTS, Function.EXISTS, over=EVER, category=self.category, fresh_days=self.fresh_days
        )

    def needs(self) -> tuple[Aggregate, ...]:
        return (self.aggregate,)

    def value(self, figures: Figures) -> Figure:
        return Decimal(1) if figures.get(self.aggregate) else Decimal(0)

    def sentence(self) -> str:
        return f"A file of “{self.category}” filed within the last {self.fresh_days} days"

    @property
    def unit(self) -> Unit:
        return Unit.YES_NO
