"""Where a partner stands on a day: what it holds, what it has earned, what is missing, in figures and in words (P5, P11).

These are plain values: they outlive the session, and a template may read every attribute without a query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from babel.numbers import format_decimal

from app.rules.measures import EXACT, Count, Distinct, Figure, Measure, NotComputable, Source
from app.rules.money import minor_digits
from app.rules.program import Mode, ValueType

REGISTERED = "Registered"


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
                return f"{amount} {_things(self.measure, self.missing) or self.category}"


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
            return f"{format_decimal(_up(points, 2), '#,##0.##', locale=locale)} points to {self.name}"
        money = [one for one in self.missing if one.value_type is ValueType.MONEY]
        parts = [
            one.missing_in_words(locale) + (f" ({one.category})" if one in money and len(money) > 1 else "")
            for one in self.missing
            if one.mandatory
        ]
        return f"{joined(parts or [self.why])} to {self.name}"


@dataclass(frozen=True)
class Standing:
    """A partner in its partnership on a day, judged against every tier of its type."""

    on: date
    partner_id: int
    partner_code: str
    partner_name: str
    partner_type_id: int
    partner_type: str
    partnership_id: int
    started_on: date
    due_on: date
    active: bool
    held: Step
    earned: Step
    steps: tuple[Step, ...]
    version_id: int | None = None
    currency: str = ""
    mode: Mode = Mode.THRESHOLDS
    at_risk_until: date | None = None
    awaits_approval: bool = False
    extra: tuple[Obligation, ...] = field(default=())
    """Categories the compared tier does not ask for, but another one does; they have a current value and no target."""

    @property
    def next(self) -> Step | None:
        """The tier above the one held: what the partner works towards; None at the top."""
        return next((step for step in self.steps if step.rank > self.held.rank), None)

    @property
    def compared_with(self) -> Step | None:
        """The tier above the one earned, at the top that one itself; None when the ladder has no tier."""
        above = next((step for step in self.steps if step.rank > self.earned.rank), None)
        return above or (self.earned if self.earned.rank else None)

    @property
    def keeping(self) -> tuple[Obligation, ...]:
        """The obligations that keep the tier held."""
        return self.held.obligations

    @property
    def is_at_risk(self) -> bool:
        """Whether the tier held will be lost unless something happens by `at_risk_until`."""
        return self.at_risk_until is not None

    @property
    def rewards(self) -> tuple[Benefit, ...]:
        """What the tier held gives (P11)."""
        return self.held.benefits

    @property
    def outlook(self) -> str:
        """About to `rise`, about to `fall`, or to `stay`: the tier earned against the tier held."""
        if self.earned.rank > self.held.rank:
            return "rise"
        return "fall" if self.earned.rank < self.held.rank else "stay"


def shown(
    value: Decimal, value_type: ValueType, currency: str = "", locale: str = "en", *, up: bool = False
) -> str:
    """A value as a person reads it, rounded for the eye only; `up` never makes a missing amount look like nothing."""
    match value_type:
        case ValueType.MONEY:
            digits = minor_digits(currency) if currency else 2
            amount = _up(value, digits) if up else value
            return f"{format_decimal(amount, '#,##0.' + '0' * digits if digits else '#,##0', locale=locale)} {currency}".strip()
        case ValueType.YES_NO:
            return "yes" if value else "no"
        case ValueType.PERCENT:
            return f"{format_decimal(_up(value, 2) if up else value, '#,##0.##', locale=locale)} %"
        case _:
            return format_decimal(_up(value, 2) if up else value, "#,##0.##", locale=locale)


def joined(parts: list[str]) -> str:
    """Parts of a sentence with commas and a last "and"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _things(measure: Measure | None, number: Decimal) -> str:
    """What a count counts, in the number that fits: "converted leads", "certified person"."""
    if not isinstance(measure, Count | Distinct):
        return ""
    one = number == 1
    if isinstance(measure, Distinct):
        if measure.of == "people":
            certified = "certified " if measure.source is Source.CERTIFICATES else "trained "
            return certified + ("person" if one else "people")
        return (measure.of or "")[: -1 if one else None]
    noun = (
        {Source.OPPORTUNITIES: "opportunity"}.get(measure.source, measure.source.value[:-1])
        if one
        else measure.source.value
    )
    return f"{measure.counting} {noun}" if measure.counting else noun


def _up(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_CEILING, context=EXACT)


def _decimal(value: Fraction) -> Decimal:
    return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)).quantize(Decimal("0.000001"))
