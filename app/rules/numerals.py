"""How numbers are written in files and forms.

Strict on purpose: `Decimal()` alone takes `1_000`, `１２`, `NaN` and `1e999999`. Each grammar is one pattern that
Python and PostgreSQL read alike, so that a form, an import check in SQL and a test agree on every text.

| grammar | allows |
|---|---|
| AMOUNT, PRICE, QUANTITY | optional minus, up to 15 digits, at most four places |
| RATE, MEASUREMENT | any finite decimal text, exponent allowed, kept in full; a rate is above zero |
| DISCOUNT | 0 to 1, at most six places |
| WHOLE | digits only, up to 18 |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from app.rules.refusals import RuleBroken, shown


class NotANumber(RuleBroken):
    """The text does not follow the grammar of its kind of number."""


@dataclass(frozen=True)
class Grammar:
    """One way to write numbers: `pattern` without anchors, `rule` in words."""

    name: str
    pattern: str
    rule: str
    above_zero: bool = False

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern for Python; use `fullmatch`."""
        return re.compile(self.pattern, re.ASCII)

    @property
    def postgres(self) -> str:
        """The same pattern for PostgreSQL's `~`, anchored."""
        return f"^(?:{self.pattern})$"

    def allows(self, text: str) -> bool:
        """Whether the text follows the grammar."""
        return self.compiled.fullmatch(text) is not None and not (self.above_zero and Decimal(text) <= 0)

    def parse(self, text: str, field: str | None = None) -> Decimal:
        """The number, exactly as written; NotANumber repeats the text and says the rule."""
        if self.allows(text):
            return Decimal(text)
        raise NotANumber(f"{shown(text)} is not {self.name}. {self.rule}", field)


_FOUR_PLACES = r"-?0*[0-9]{1,15}(\.[0-9]{1,4})?"
_DECIMAL = r"[-+]?([0-9]{1,200}(\.[0-9]{0,200})?|\.[0-9]{1,200})([eE][-+]?0*[0-9]{1,3})?"

AMOUNT = Grammar(
    "an amount",
    _FOUR_PLACES,
    "Write digits with a point and at most four places, without separators, such as 1234.50.",
)
PRICE = Grammar("a price", _FOUR_PLACES, AMOUNT.rule)
QUANTITY = Grammar(
    "a quantity", _FOUR_PLACES, "Write digits with a point and at most four places, such as 3 or 2.5."
)
RATE = Grammar(
    "an exchange rate", _DECIMAL, "Write a decimal number above zero, such as 1.0825.", above_zero=True
)
MEASUREMENT = Grammar("a measured value", _DECIMAL, "Write a decimal number, such as 12.5.")
DISCOUNT = Grammar(
    "a discount",
    r"0+(\.[0-9]{1,6})?|0*1(\.0{1,6})?",
    "Write a number from 0 to 1 with at most six places, such as 0.15.",
)
WHOLE = Grammar("a whole number", r"[0-9]{1,18}", "Write digits only, such as 12.")
