"""M1, M2, M3: amounts are exact decimals with a currency beside them.

A line's amount is rounded to four places, half away from zero, so that a credit note mirrors its invoice. A total is
rounded once, to the minor unit of its currency, when it is shown or posted. Conversion is not rounded at all.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.core import get_global

from app.rules.measures.facts import EXACT
from app.rules.refusals import RuleBroken

FOUR_PLACES = Decimal("0.0001")


class UnknownCurrency(RuleBroken):
    """The code is none of ISO 4217's."""

    def __init__(self, code: str) -> None:
        super().__init__(f"“{code}” is not a currency. Use a code such as EUR or USD.", "currency")


def is_currency(code: str) -> bool:
    """Whether it is one of ISO 4217's codes."""
    return code in get_global("all_currencies")


@cache
def minor_digits(currency: str) -> int:
    """Places after the point in the currency's smallest coin: 2 for USD, 0 for JPY, 3 for KWD."""
    if not is_currency(currency):
        raise UnknownCurrency(currency)
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


def line_amount(quantity: Decimal, unit_price: Decimal, discount: Decimal = Decimal(0)) -> Decimal:
    """M2: quantity × unit price × (1 − discount), to four places; discount is a fraction from 0 to 1."""
    full = EXACT.multiply(quantity, unit_price)
    return _round(EXACT.multiply(full, EXACT.subtract(Decimal(1), discount)), FOUR_PLACES)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """A total as it is shown: once, to the minor unit, half away from zero."""
    return _round(amount, Decimal(1).scaleb(-minor_digits(currency)))


def to_minor(amount: Decimal, currency: str) -> int:
    """A total as it is posted: whole minor units, rounded once."""
    return int(rounded(amount, currency).scaleb(minor_digits(currency), EXACT))


def from_minor(units: int, currency: str) -> Decimal:
    """The amount that so many minor units are."""
    return Decimal(units).scaleb(-minor_digits(currency), EXACT)


def convert(amount: Decimal, rate: Decimal, to_rate: Decimal = Decimal(1)) -> Decimal:
    """M3: into the program's currency by `rate`; into another one also by its rate of the same day. Not rounded."""
    in_program_currency = EXACT.multiply(amount, rate)
    return in_program_currency if to_rate == 1 else EXACT.divide(in_program_currency, to_rate)


def _round(amount: Decimal, step: Decimal) -> Decimal:
    return amount.quantize(step, rounding=ROUND_HALF_UP, context=EXACT)
