"""F3: a won deal credits a part of its amount to a fund: amount × the tier's percent, rounded half up to the minor unit.

Percent and tier are those of the closing day, and so are the rates where deal and fund have different currencies (M3).
It is rounded once per deal, at the very end; a total of many deals is never rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.rules.money import minor_digits

RULE = "F3"
FORMULA = "amount × percent ÷ 100, rounded half up to the minor unit"
CONVERTED = (
    "amount × percent ÷ 100 × rate of its currency ÷ rate of the fund's, rounded half up to the minor unit"
)


@dataclass(frozen=True)
class Basis:
    """What a credit is computed from; the rates are None where deal and fund have one currency."""

    amount: Decimal
    currency: str
    percent: Decimal
    fund_currency: str
    program_currency: str
    rate: Decimal | None = None
    to_rate: Decimal | None = None

    @property
    def is_converted(self) -> bool:
        """Whether the fund has another currency than the deal."""
        return self.currency != self.fund_currency

    def units(self) -> int:
        """Return the credit in minor units of the fund's currency, exact to the last digit; never below zero."""
        over = int(Decimal(1).scaleb(minor_digits(self.fund_currency)))
        under = 100
        for factor in (self.amount, self.percent, self.rate or Decimal(1)):
            above, below = factor.as_integer_ratio()
            over, under = over * above, under * below
        above, below = (self.to_rate or Decimal(1)).as_integer_ratio()
        over, under = over * below, under * above
        return max((2 * over + under) // (2 * under), 0)

    def facts(self) -> dict[str, str]:
        """Return the formula and its inputs as an entry keeps them: all of it text, each number in one way of writing."""
        kept = {
            "rule": RULE,
            "formula": CONVERTED if self.is_converted else FORMULA,
            "percent": plainly(self.percent),
            "amount": plainly(self.amount),
            "currency": self.currency,
        }
        if self.is_converted:
            kept |= {
                "rate": plainly(self.rate or Decimal(1)),
                "to_rate": plainly(self.to_rate or Decimal(1)),
                "fund_currency": self.fund_currency,
                "program_currency": self.program_currency,
            }
        return kept


def plainly(number: Decimal) -> str:
    """Write a number in full, without exponent and without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sentence(facts: Mapping[str, Any]) -> str:
    """Say a credit from the facts its entry keeps: "1 % of 50,000.00 USD, Bronze, program 2026-1"."""
    percent, currency = facts["percent"], facts["currency"]
    words = f"{percent} % of {in_full(Decimal(facts['amount']), currency)}, {facts['tier']}, {_program(facts['version'])}"
    at = _rates(facts)
    return f"{words} at {at}" if at else words


def in_full(amount: Decimal, currency: str) -> str:
    """An amount with every place it has, and at least those of its currency: "1,250.00 USD"."""
    places = max(minor_digits(currency), -int(Decimal(plainly(amount)).as_tuple().exponent))
    return f"{amount:,.{places}f} {currency}"


def _program(version: str) -> str:
    return version if version.lower().startswith("program") else f"program {version}"


def _rates(facts: Mapping[str, Any]) -> str:
    """The rates used, each as the table of rates says it: "1 EUR = 1.0923 USD"; nothing where none was needed."""
    if "to_rate" not in facts:
        return ""
    program = facts["program_currency"]
    used = ((facts["currency"], facts["rate"]), (facts["fund_currency"], facts["to_rate"]))
    return " and ".join(f"1 {currency} = {rate} {program}" for currency, rate in used if currency != program)
