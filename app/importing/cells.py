"""What may stand in a cell, and how it is read.

A reader takes the text of a cell, never empty and without outer spaces, and gives the text PostgreSQL reads as the same
value. It refuses what it cannot take literally: nothing is guessed, rounded or repaired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import ClassVar, Protocol
from zoneinfo import available_timezones

from app.rules import money
from app.rules.numerals import Grammar
from app.rules.refusals import RuleBroken, shown

FIRST_YEAR, LAST_YEAR = 1900, 2199

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")

DANGEROUS = r"^'*[=+@\t\r\n-]"
"""PostgreSQL's pattern of texts that a spreadsheet would take for a formula; exports put an apostrophe before them."""


class Cell(Protocol):
    """A kind of cell: the type PostgreSQL stages it as, and its grammar."""

    @property
    def sql(self) -> str: ...

    def read(self, text: str) -> str:
        """Give the text PostgreSQL reads; raises RuleBroken with what is wrong and what to do."""
        ...


@dataclass(frozen=True)
class Text:
    """Any script, any sign but control characters; an apostrophe an export put before `=`, `+`, `-`, `@` goes."""

    longest: int = 500
    sql: ClassVar[str] = "text"

    def read(self, text: str) -> str:
        if len(text) > self.longest:
            raise RuleBroken(f"This is longer than {self.longest:,} characters. Shorten it.")
        control = _CONTROLS.search(text)
        if control:
            raise RuleBroken(
                f"A control character (U+{ord(control[0]):04X}) stands in this text. Take it out."
            )
        return text[1:] if _GUARDED.match(text) else text


@dataclass(frozen=True)
class Number:
    """A number in one of the grammars of `rules.numerals`, kept exactly as written."""

    grammar: Grammar
    at_least: Decimal | None = None
    above: Decimal | None = None
    sql: ClassVar[str] = "numeric"

    def read(self, text: str) -> str:
        number = self.grammar.parse(text)
        if self.at_least is not None and number < self.at_least:
            raise RuleBroken(f"{shown(text)} is less than {self.at_least}. Write {self.at_least} or more.")
        if self.above is not None and number <= self.above:
            raise RuleBroken(f"{shown(text)} is not above {self.above}. Write more than {self.above}.")
        return text


@dataclass(frozen=True)
class Day:
    """A day as year-month-day, one that the calendar has."""

    sql: ClassVar[str] = "date"

    def read(self, text: str) -> str:
        if not _DAY.fullmatch(text):
            raise RuleBroken(f"{shown(text)} is not a day. Write year-month-day, such as 2026-02-28.")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise RuleBroken(f"The calendar has no {text}. Write a day that exists.") from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise RuleBroken(f"{text} is out of range. Write a day from {FIRST_YEAR} to {LAST_YEAR}.")
        return text


@dataclass(frozen=True)
class YesNo:
    """Yes or no, in the words files use for it."""

    sql: ClassVar[str] = "boolean"
    words: ClassVar[dict[str, str]] = {
        "yes": "t", "true": "t", "1": "t", "no": "f", "false": "f", "0": "f",
    }  # fmt: skip

    def read(self, text: str) -> str:
        if text.lower() not in self.words:
            raise RuleBroken(f"{shown(text)} is neither yes nor no. Write yes or no.")
        return self.words[text.lower()]


@dataclass(frozen=True)
class OneOf:
    """One of some words, as they are written."""

    choices: tuple[str, ...]
    sql: ClassVar[str] = "text"

    @classmethod
    def values(cls, kind: type[StrEnum]) -> OneOf:
        """The words an enumeration is stored as."""
        return cls(tuple(member.value for member in kind))

    def read(self, text: str) -> str:
        if text not in self.choices:
            raise RuleBroken(f"{shown(text)} is not one of {', '.join(self.choices)}.")
        return text


@dataclass(frozen=True)
class Currency:
    """A currency's code of ISO 4217, in capitals."""

    sql: ClassVar[str] = "text"

    def read(self, text: str) -> str:
        money.minor_digits(text)
        return text


@dataclass(frozen=True)
class Address:
    """An e-mail address; folded where it names a person, because case is ignored there (A1)."""

    folded: bool = False
    sql: ClassVar[str] = "text"

    def read(self, text: str) -> str:
        if not _ADDRESS.fullmatch(text) or _CONTROLS.search(text):
            raise RuleBroken(
                f"{shown(text)} is not an e-mail address. Write one such as name@company.example."
            )
        return text.lower() if self.folded else text


@dataclass(frozen=True)
class TimeZone:
    """A time zone by its name in the IANA list."""

    sql: ClassVar[str] = "text"

    def read(self, text: str) -> str:
        if text not in _time_zones():
            raise RuleBroken(f"{shown(text)} is not a time zone. Write one such as Europe/Berlin.")
        return text


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
