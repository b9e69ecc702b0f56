"""What every measure can do, and how one is read from a mapping."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar, cast

from app.rules.measures.facts import Aggregate, Figure, Figures, NotComputable, Unit
from app.rules.refusals import RuleBroken, shown

MEASURES: dict[str, type[Measure]] = {}
"""Every kind of measure by the key that names it."""


class Measure(ABC):
    """A way to get a number for a partner on a day."""

    kind: ClassVar[str]
    keys: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        """A measure with a kind of its own can be read from a mapping."""
        if "kind" in cls.__dict__:
            MEASURES[cls.kind] = cls

    @classmethod
    @abstractmethod
    def read(cls, given: Mapping[str, Any]) -> Measure:
        """Build from a mapping whose keys are known to be allowed."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping; `from_dict` gives back an equal measure."""

    @abstractmethod
    def needs(self) -> tuple[Aggregate, ...]:
        """The figures that `value` will look up."""

    @abstractmethod
    def value(self, figures: Figures) -> Figure:
        """The number, exact, or why there is none."""

    @abstractmethod
    def sentence(self) -> str:
        """The measure in words, starting with a capital and without a full stop."""

    def bound_to(self, category: str) -> Measure:
        """The same measure, with the category it measures named wherever it meant its own."""
        parts = {
            name: part.bound_to(category) for name, part in vars(self).items() if isinstance(part, Measure)
        }
        return replace(cast("Any", self), **parts) if parts else self

    @property
    @abstractmethod
    def unit(self) -> Unit:
        """What kind of number it gives."""


def from_dict(given: object) -> Measure:
    """Read a measure from its mapping. RuleBroken says what is wrong and names what is allowed."""
    if not isinstance(given, Mapping):
        raise RuleBroken(
            f"{shown(given)} is not a measure. A measure looks like {{count: leads, over: program year}}.",
            "measure",
        )
    kinds = [kind for kind in MEASURES if kind in given]
    if len(kinds) != 1:
        raise RuleBroken(
            f"A measure has exactly one of: {', '.join(MEASURES)}. Found: {', '.join(kinds or map(str, given)) or 'nothing'}.",
            "measure",
        )
    measure = MEASURES[kinds[0]]
    if unknown := [key for key in given if key not in measure.keys]:
        raise RuleBroken(
            f"{shown(unknown[0])} is not known in a {measure.kind} measure. Allowed: {', '.join(measure.keys)}.",
            str(unknown[0]),
        )
    return measure.read(given)


def together(*parts: Measure) -> tuple[Aggregate, ...]:
    return tuple(dict.fromkeys(need for part in parts for need in part.needs()))


def combine(
    one: Measure, other: Measure, figures: Figures, join: Callable[[Decimal, Decimal], Figure]
) -> Figure:
    """Join two values, or pass on why one of them is missing."""
    first, second = one.value(figures), other.value(figures)
    if isinstance(first, NotComputable):
        return first
    if isinstance(second, NotComputable):
        return second
    return join(first, second)


def inside(measure: Measure) -> str:
    text = measure.sentence()
    return text[0].lower() + text[1:]
