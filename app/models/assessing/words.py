"""Values as a person reads them: rounded for the eye only, never for a decision."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from app.rules.measures import EXACT, Count, Distinct, Measure, Source
from app.rules.money import minor_digits
from app.rules.program import ValueType


@lru_cache(maxsize=4096)
def shown(
    value: Decimal, value_type: ValueType, currency: str = "", locale: str = "en", *, up: bool = False
) -> str:
    """A value as a person reads it, rounded for the eye only; `up` never makes a missing amount look like nothing."""
    match value_type:
        case ValueType.MONEY:
            digits = minor_digits(currency) if currency else 2
            amount = up_to(value, digits) if up else _nearest(value, digits)
            return f"{format_decimal(amount, '#,##0.' + '0' * digits if digits else '#,##0', locale=locale)} {currency}".strip()
        case ValueType.YES_NO:
            return "yes" if value else "no"
        case ValueType.PERCENT:
            return f"{format_decimal(up_to(value, 2) if up else _nearest(value, 2), '#,##0.##', locale=locale)} %"
        case _:
            return format_decimal(up_to(value, 2) if up else _nearest(value, 2), "#,##0.##", locale=locale)


def kept(text: str | None, value_type: ValueType | None, currency: str = "", locale: str = "en") -> str:
    """A value as a history keeps it, as a person reads it: a figure by its type, a day, else the text itself."""
    if text is None:
        return ""
    try:
        if value_type is not None:
            return shown(Decimal(text), value_type, currency, locale)
        return format_date(date.fromisoformat(text), "d MMM y", locale=locale)
    except (InvalidOperation, ValueError):
        return text


def joined(parts: list[str]) -> str:
    """Parts of a sentence with commas and a last "and"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def things(measure: Measure | None, number: Decimal) -> str:
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


def up_to(value: Decimal, digits: int) -> Decimal:
    """Round up, so that a little that is missing never looks like nothing."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_CEILING, context=EXACT)


def _nearest(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=EXACT)
