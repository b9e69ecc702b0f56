"""Targets and benefits as people write them.

A whole number is `10`; a decimal `2.5`; money `5000` or `12.50` in the program's currency; a percentage `10 %` (the sign
may be left out); yes/no is `yes` or `no`; a choice is one of its words; a text and a price list's code are themselves.
Nothing is guessed: no thousands separators, no exponents, no full-width digits, at most 15 digits before the point
and four after it. `read` turns words into a value, `show` turns the value into the one way to write it.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from app.rules.program import Value, ValueType

_NUMBER = re.compile(r"(?a:-?[0-9]{1,15}(\.[0-9]{1,4})?)")
_PERCENT = re.compile(r"(?a:-?[0-9]{1,15}(\.[0-9]{1,4})?) ?%?")
_YES_NO = {"yes": Decimal(1), "no": Decimal(0)}
_TEXT_LENGTH = 500

NUMERIC = frozenset(
    {ValueType.INTEGER, ValueType.DECIMAL, ValueType.MONEY, ValueType.PERCENT, ValueType.YES_NO}
)
"""The value types kept as a number."""


class NotAValue(ValueError):
    """What was written is not a value of that type; its text says what to write instead."""


def read(value_type: ValueType, words: str, choices: Sequence[str] = ()) -> Value:
    """Return the value these words mean, or raise `NotAValue` with a sentence that follows the value's name."""
    words = words.strip()
    if not words:
        raise NotAValue("is missing")
    if value_type is ValueType.YES_NO:
        return _yes_or_no(words)
    if value_type is ValueType.CHOICE and choices:
        return _one_of(words, choices)
    if value_type in NUMERIC:
        return _number_of_type(value_type, words)
    if len(words) > _TEXT_LENGTH:
        raise NotAValue(f"has {len(words)} characters; at most {_TEXT_LENGTH} are kept")
    return words


def show(value_type: ValueType, value: Value) -> str:
    """Return the one way a value of that type is written in a file and in a form."""
    if isinstance(value, str):
        return value
    if value_type is ValueType.YES_NO:
        return "yes" if value else "no"
    return f"{plain(value)} %" if value_type is ValueType.PERCENT else plain(value)


def number(words: str) -> Decimal:
    """Return the plain decimal these words mean, or raise `NotAValue`."""
    if not _NUMBER.fullmatch(words.strip()):
        raise NotAValue(f"must be a plain number such as 10 or 2.5, not “{shortened(words)}”")
    return Decimal(words.strip())


def plain(value: Decimal) -> str:
    """Return a decimal without exponent and without zeros at the end: 5000, 2.5, 0."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def shortened(words: str, length: int = 60) -> str:
    """Return what was written, short enough to be repeated in a sentence."""
    return words if len(words) <= length else words[: length - 1] + "…"


def _number_of_type(value_type: ValueType, words: str) -> Decimal:
    pattern = _PERCENT if value_type is ValueType.PERCENT else _NUMBER
    if not pattern.fullmatch(words):
        raise NotAValue(f"must be {_SUCH_AS[value_type]}, not “{shortened(words)}”")
    value = Decimal(words.rstrip("% "))
    if value_type is ValueType.INTEGER and value != value.to_integral_value():
        raise NotAValue(f"must be {_SUCH_AS[value_type]}, not “{shortened(words)}”")
    if value < 0 and value_type in {ValueType.INTEGER, ValueType.MONEY}:
        raise NotAValue(f"must not be below zero, as “{shortened(words)}” is")
    return value


_SUCH_AS = {
    ValueType.INTEGER: "a whole number such as 10",
    ValueType.DECIMAL: "a number such as 2.5",
    ValueType.MONEY: "an amount such as 5000 or 12.50",
    ValueType.PERCENT: "a percentage such as 10 % or 2.5 %",
}


def _yes_or_no(words: str) -> Decimal:
    if words.lower() not in _YES_NO:
        raise NotAValue(f"must be yes or no, not “{shortened(words)}”")
    return _YES_NO[words.lower()]


def _one_of(words: str, choices: Sequence[str]) -> str:
    for choice in choices:
        if choice.casefold() == words.casefold():
            return choice
    raise NotAValue(f"must be one of {', '.join(choices)}, not “{shortened(words)}”")
