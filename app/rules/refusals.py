"""How the business says no.

A refusal is a sentence for the person who asked: what is wrong and what to do. One that a machine must
recognise is a subclass; the name of the class is its code (`InsufficientFunds` → `insufficient_funds`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["MissingRate", "RuleBroken", "shown"]

LONGEST = 60
_WORD_STARTS = re.compile(r"(?<!^)(?=[A-Z])")


class RuleBroken(Exception):
    """A rule says no. `sentence` is for the person, `field` names the form field it belongs to, if one does."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field

    @property
    def code(self) -> str:
        """What a machine reads: the name of the class in snake case."""
        return _WORD_STARTS.sub("_", type(self).__name__).lower()


class MissingRate(RuleBroken):
    """M3: an amount cannot be converted, because no exchange rate is known for its currency and day."""

    def __init__(self, currency: str, day: object) -> None:
        super().__init__(
            f"No exchange rate for {currency} on {day}. Import it with the kind exchange-rates, then try again."
        )
        self.currency = currency
        self.day = day


def shown(given: object) -> str:
    """What somebody wrote, as a sentence may repeat it: quoted, shortened, a list or mapping only by its kind."""
    match given:
        case str():
            return f"“{given if len(given) <= LONGEST else given[: LONGEST - 1] + '…'}”"
        case None:
            return "Nothing"
        case Mapping():
            return "A mapping"
        case list() | tuple():
            return "A list"
        case _:
            return f"“{given!r}”"
