"""A tier on the ladder as one partner sees it: what it asks for, with current values, and what it gives (P5, P11)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from babel.numbers import format_decimal

from app.models.assessing.words import joined, shown, things, up_to
from app.rules.measures import EXACT, Figure, Measure, NotComputable
from app.rules.program import ValueType


@dataclass(frozen=True)
class Obligation:
    """A category a tier asks for, with its current value. `score` is on offer, `earned` is what it brings now."""

    category_id: int
    category: str
    value_type: ValueType
    target: Decimal
    current: Figure
    met: bool
    missing: Decimal | None
    why: str
    score: Decimal | None = None
    earned: Fraction = Fraction(0)
    floor: Decimal | None = None
    floor_held: bool = True
    mandatory: bool = True
    any_of: str | None = None
    measure: Measure | None = None
    currency: str = ""

    @property
    def is_computable(self) -> bool:
        """Whether there is a current value at all."""
        return not isinstance(self.current, NotComputable)

    @property
    def value(self) -> Decimal | None:
        """The current value, None when it is not computable."""
        return self.current if isinstance(self.current, Decimal) else None

    @property
    def how(self) -> str:
        """How the current value is found, in words."""
        return self.measure.sentence() if self.measure else "Not measured"

    @property
    def reached(self) -> int:
        """How far along the current value is, 0 to 100, for a bar."""
        if self.met:
            return 100
        if self.value is None or self.target <= 0 or self.value <= 0:
            return 0
        return min(int(Fraction(self.value) * 100 / Fraction(self.target)), 99)

    def current_in_words(self, locale: str = "en") -> str:
        """The current value as a person reads it."""
        return (
            "not computable"
            if self.value is None
            else shown(self.value, self.value_type, self.currency, locale)
        )

    def target_in_words(self, locale: str = "en") -> str:
        """The target as a person reads it."""
        return shown(self.target, self.value_type, self.currency, locale)

    def floor_in_words(self, locale: str = "en") -> str:
        """The value that is needed in any case, as a person reads it; empty without a floor."""
        return "" if self.floor is None else shown(self.floor, self.value_type, self.currency, locale)

    def missing_in_words(self, locale: str = "en") -> str:
        """What is missing, such as "3 converted leads" or "12,400.00 USD"; empty when the target is reached."""
        if self.met:
            return ""
        if self.missing is None:
            return f"{self.category} (not computable)"
        amount = shown(self.missing, self.value_type, self.currency, locale, up=True)
        match self.value_type:
            case ValueType.MONEY:
                return amount
            case ValueType.YES_NO:
                return self.category
            case ValueType.PERCENT:
                return f"{amount} more {self.category}"
            case _:
                return f"{amount} {things(self.measure, self.missing) or self.category}"


@dataclass(frozen=True)
class Benefit:
    """What a tier gives (P11): a number, words, or the code of a price list."""

    category_id: int
    category: str
    value_type: ValueType
    value: Decimal | str
    currency: str = ""
    price_list_id: int | None = None

    def in_words(self, locale: str = "en") -> str:
        """The benefit as a person reads it."""
        return (
            self.value
            if isinstance(self.value, str)
            else shown(self.value, self.value_type, self.currency, locale)
        )


@dataclass(frozen=True)
class Step:
    """A tier on the ladder as one partner sees it. Registered is the step of rank 0."""

    tier_id: int
    name: str
    rank: int
    met: bool
    why: str = ""
    score: Fraction = Fraction(0)
    target_score: Fraction | None = None
    obligations: tuple[Obligation, ...] = ()
    benefits: tuple[Benefit, ...] = ()

    @property
    def progress(self) -> Decimal:
        """How near the tier is, 0 to 1: the points, or the mean of what each obligation has reached."""
        if self.met:
            return Decimal(1)
        if self.target_score:
            return _decimal(min(self.score / self.target_score, Fraction(1)))
        parts = [Fraction(one.reached, 100) for one in self.obligations]
        return _decimal(sum(parts, Fraction(0)) / len(parts)) if parts else Decimal(0)

    @property
    def missing(self) -> tuple[Obligation, ...]:
        """The obligations not yet reached."""
        return tuple(one for one in self.obligations if not one.met)

    def missing_in_words(self, locale: str = "en") -> str:
        """What is missing, such as "3 converted leads and 12,400.00 USD to Silver"; empty when the tier is met."""
        if self.met or not self.obligations:
            return ""
        if self.target_score is not None:
            points = _decimal(max(self.target_score - self.score, Fraction(0)))
            return f"{format_decimal(up_to(points, 2), '#,##0.##', locale=locale)} points to {self.name}"
        money = [one for one in self.missing if one.value_type is ValueType.MONEY]
        parts = [
            one.missing_in_words(locale) + (f" ({one.category})" if one in money and len(money) > 1 else "")
            for one in self.missing
            if one.mandatory
        ]
        return f"{joined(parts or [self.why])} to {self.name}"


def _decimal(value: Fraction) -> Decimal:
    return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)).quantize(Decimal("0.000001"))
