"""Measures made of other measures: net count, ratio, share and growth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.rules.measures.facts import EXACT, HUNDRED, Aggregate, Figure, Figures, NotComputable, Unit
from app.rules.measures.measure import Measure, combine, from_dict, inside, together
from app.rules.measures.reading import choice
from app.rules.measures.tallies import Tally
from app.rules.refusals import RuleBroken


@dataclass(frozen=True)
class NetCount(Measure):
    """One measure less another."""

    plus: Measure
    minus: Measure

    kind = "net count"
    keys = ("net count",)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Measure:
        parts = given["net count"]
        if not isinstance(parts, Mapping) or set(parts) != {"plus", "minus"}:
            raise RuleBroken("A net count has two parts: plus and minus, each a measure.", "net count")
        return cls(from_dict(parts["plus"]), from_dict(parts["minus"]))

    def to_dict(self) -> dict[str, Any]:
        return {"net count": {"plus": self.plus.to_dict(), "minus": self.minus.to_dict()}}

    def needs(self) -> tuple[Aggregate, ...]:
        return together(self.plus, self.minus)

    def value(self, figures: Figures) -> Figure:
        return combine(self.plus, self.minus, figures, EXACT.subtract)

    def sentence(self) -> str:
        return f"{self.plus.sentence()}, less {inside(self.minus)}"

    @property
    def unit(self) -> Unit:
        return self.plus.unit


@dataclass(frozen=True)
class Ratio(Measure):
    """One measure divided by another."""

    part: Measure
    to: Measure
    percent: bool = False

    kind = "ratio"
    keys = ("ratio", "to", "as")

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Measure:
        if "to" not in given:
            raise RuleBroken("A ratio needs “to”: the measure to divide by.", "to")
        shown = choice(given.get("as", "number"), ["number", "percent"], "a way to show a ratio", "as")
        return cls(from_dict(given["ratio"]), from_dict(given["to"]), shown == "percent")

    def to_dict(self) -> dict[str, Any]:
        return {
            "ratio": self.part.to_dict(),
            "to": self.to.to_dict(),
            "as": "percent" if self.percent else "number",
        }

    def needs(self) -> tuple[Aggregate, ...]:
        return together(self.part, self.to)

    def value(self, figures: Figures) -> Figure:
        def divide(part: Decimal, whole: Decimal) -> Figure:
            if whole == 0:
                return NotComputable(f"{self.to.sentence()} is zero, so there is no ratio.")
            return EXACT.divide(EXACT.multiply(part, HUNDRED) if self.percent else part, whole)

        return combine(self.part, self.to, figures, divide)

    def sentence(self) -> str:
        return f"{self.part.sentence()}, divided by {inside(self.to)}{' (percent)' if self.percent else ''}"

    @property
    def unit(self) -> Unit:
        return Unit.PERCENT if self.percent else Unit.NUMBER


@dataclass(frozen=True)
class Share(Measure):
    """One measure as percent of another."""

    part: Measure
    of: Measure

    kind = "share"
    keys = ("share", "of")

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Measure:
        if "of" not in given:
            raise RuleBroken("A share needs “of”: the measure that is the whole.", "of")
        return cls(from_dict(given["share"]), from_dict(given["of"]))

    def to_dict(self) -> dict[str, Any]:
        return {"share": self.part.to_dict(), "of": self.of.to_dict()}

    def needs(self) -> tuple[Aggregate, ...]:
        return together(self.part, self.of)

    def value(self, figures: Figures) -> Figure:
        def divide(part: Decimal, whole: Decimal) -> Figure:
            if whole == 0:
                return NotComputable(f"{self.of.sentence()} is zero, so there is no share.")
            return EXACT.divide(EXACT.multiply(part, HUNDRED), whole)

        return combine(self.part, self.of, figures, divide)

    def sentence(self) -> str:
        return f"{self.part.sentence()}, as a share of {inside(self.of)} (percent)"

    @property
    def unit(self) -> Unit:
        return Unit.PERCENT


@dataclass(frozen=True)
class Growth(Measure):
    """By how many percent a count or sum grew against the whole period before."""

    part: Tally

    kind = "growth"
    keys = ("growth",)

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Measure:
        part = from_dict(given["growth"])
        if not isinstance(part, Tally):
            raise RuleBroken("Growth needs a count, a sum or a distinct count to look at.", "growth")
        if not part.over.has_a_period_before:
            raise RuleBroken(f"Growth compares periods; “{part.over}” has no period before it.", "over")
        return cls(part)

    def to_dict(self) -> dict[str, Any]:
        return {"growth": self.part.to_dict()}

    @property
    def before(self) -> Aggregate:
        """The figure of the whole period before."""
        now = self.part.aggregate
        return Aggregate(now.source, now.function, now.of, now.counting, now.where, now.over, before=True)

    def needs(self) -> tuple[Aggregate, ...]:
        return (self.part.aggregate, self.before)

    def value(self, figures: Figures) -> Figure:
        now = figures.get(self.part.aggregate) or Decimal(0)
        before = figures.get(self.before) or Decimal(0)
        if before <= 0:
            return NotComputable("The period before has nothing to grow from.")
        return EXACT.divide(EXACT.multiply(EXACT.subtract(now, before), HUNDRED), before)

    def sentence(self) -> str:
        return f"Growth of the {inside(self.part)}, against the period before (percent)"

    @property
    def unit(self) -> Unit:
        return Unit.PERCENT
