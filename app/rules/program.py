"""The shape of a partner program.

A program has categories (what is measured or granted) and partner types; a type has tiers, lowest first; a tier asks
for obligations and gives benefits. "Registered" is the rank below the first tier: it asks for nothing and may give
benefits. A `Program` is a plain value: it is read from a file, from a draft or from a page, checked by
`program_checks`, compared by `program_changes`, and knows nothing of where it came from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.rules.measures import Measure

REGISTERED = "Registered"

Value = Decimal | str
"""A target or a benefit: a number, yes as 1 and no as 0, or the words of a choice, a text or a price list's code."""


class ValueType(StrEnum):
    """What kind of value a category holds."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    YES_NO = "yes/no"
    CHOICE = "choice"
    TEXT = "text"
    PRICE_LIST = "price list"


class Mode(StrEnum):
    """How a tier is met (P6)."""

    POINTS = "points"
    THRESHOLDS = "thresholds"


class Upgrades(StrEnum):
    """When the tier held follows a higher tier earned (P9)."""

    AT_ONCE = "at once"
    AT_REVIEW = "at review"
    WITH_APPROVAL = "with approval"


class Downgrades(StrEnum):
    """When the tier held follows a lower tier earned (P9)."""

    NEVER = "never"
    AT_REVIEW = "at review"
    AFTER_GRACE = "after grace"


class Review(StrEnum):
    """How often a type is reviewed (P9)."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    YEARLY = "yearly"


class Renewal(StrEnum):
    """What happens on the day after a partnership's due day (P1)."""

    ONE_YEAR = "for one year"
    BY_HAND = "by hand"


class Wins(StrEnum):
    """When a deal that a partner reports as won begins to count (F3)."""

    WHEN_CONFIRMED = "when confirmed"
    AT_ONCE = "at once"


@dataclass(frozen=True, slots=True)
class YearStart:
    """The day a program year begins on, every year (P8)."""

    month: int = 1
    day: int = 1

    @classmethod
    def read(cls, words: str) -> YearStart:
        """Return the day of two digits each, as in 04-06; anything else is a day that is none."""
        found = re.fullmatch("([0-9]{2})-([0-9]{2})", words)
        return cls(int(found[1]), int(found[2])) if found else cls(0, 0)

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class CategoryShape:
    """What is measured or granted; without a measure it can only be granted."""

    name: str
    value_type: ValueType
    description: str = ""
    choices: tuple[str, ...] = ()
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class ObligationShape:
    """What a tier asks for. Days are inclusive; no day means without end.

    Of those with the same `any_of` one is enough; an obligation that is not mandatory is shown and decides nothing.
    """

    category: str
    target: Value
    score: Decimal | None = None
    floor: Decimal | None = None
    mandatory: bool = True
    any_of: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class BenefitShape:
    """What a tier gives. Days are inclusive; no day means without end."""

    category: str
    value: Value
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class TierShape:
    """One tier of a type; its rank is its place, and 0 for Registered."""

    name: str
    target_score: Decimal | None = None
    obligations: tuple[ObligationShape, ...] = ()
    benefits: tuple[BenefitShape, ...] = ()


@dataclass(frozen=True, slots=True)
class Policies:
    """How the tier held follows the tier earned (P9), when a partnership renews (P1), when a win counts (F3)."""

    upgrades: Upgrades = Upgrades.AT_ONCE
    downgrades: Downgrades = Downgrades.AT_REVIEW
    grace_days: int | None = None
    review: Review = Review.YEARLY
    renewal: Renewal = Renewal.ONE_YEAR
    wins_count: Wins = Wins.WHEN_CONFIRMED


@dataclass(frozen=True, slots=True)
class TypeShape:
    """A partner type with its ladder: how tiers are met, by which policies, and the tiers, lowest first."""

    name: str
    description: str = ""
    information: str = ""
    mode: Mode = Mode.THRESHOLDS
    partial_credit: bool = True
    needs_lower_tiers: bool = True
    policies: Policies = field(default_factory=Policies)
    registered: tuple[BenefitShape, ...] = ()
    tiers: tuple[TierShape, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A whole program version: what holds from one day for every type. A draft may not know its day yet."""

    name: str
    currency: str
    valid_from: date | None = None
    year_starts: YearStart = field(default_factory=YearStart)
    categories: tuple[CategoryShape, ...] = ()
    types: tuple[TypeShape, ...] = ()

    def category(self, name: str) -> CategoryShape | None:
        """Return the category of that name, if the program has it."""
        return next((one for one in self.categories if one.name == name), None)

    def type(self, name: str) -> TypeShape | None:
        """Return the partner type of that name, if the program has it."""
        return next((one for one in self.types if one.name == name), None)


def in_order(program: Program) -> Program:
    """Return the same program in the documented order, so that equal programs are equal values.

    Categories and types stand by name, a tier's obligations and benefits by category and first day; tiers keep
    their order, which is their rank.
    """
    return replace(
        program,
        categories=tuple(sorted(program.categories, key=lambda one: _by_name(one.name))),
        types=tuple(sorted(map(_type_in_order, program.types), key=lambda one: _by_name(one.name))),
    )


def without_words(program: Program) -> Program:
    """Return the program in order and without descriptions and pages: what a version itself decides."""
    plain = in_order(program)
    return replace(
        plain,
        categories=tuple(replace(one, description="") for one in plain.categories),
        types=tuple(replace(one, description="", information="") for one in plain.types),
    )


def _type_in_order(kind: TypeShape) -> TypeShape:
    return replace(
        kind,
        partial_credit=kind.partial_credit or kind.mode is Mode.THRESHOLDS,
        registered=_benefits_in_order(kind.registered),
        tiers=tuple(
            replace(
                tier,
                obligations=_obligations_in_order(tier.obligations),
                benefits=_benefits_in_order(tier.benefits),
            )
            for tier in kind.tiers
        ),
    )


def _obligations_in_order(obligations: tuple[ObligationShape, ...]) -> tuple[ObligationShape, ...]:
    return tuple(sorted(obligations, key=lambda one: (_by_name(one.category), one.valid_from or date.min)))


def _benefits_in_order(benefits: tuple[BenefitShape, ...]) -> tuple[BenefitShape, ...]:
    return tuple(sorted(benefits, key=lambda one: (_by_name(one.category), one.valid_from or date.min)))


def _by_name(name: str) -> tuple[str, str]:
    return name.casefold(), name
