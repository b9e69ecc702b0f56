"""What a list is declared with: its columns, its filters, and how a value of each kind is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from markupsafe import escape
from sqlalchemy import ColumnElement, Select, func, literal
from sqlalchemy.orm import Session

Getter = Callable[[Any], Any]
NUMERIC = frozenset({"money", "unit_price", "number", "percent", "num"})


@dataclass(frozen=True)
class Column:
    """A column: `value` takes the row; `sort` is an expression that is never null."""

    name: str
    label: str
    value: Getter
    sort: Any = None
    kind: str = "text"  # text money unit_price number percent day when badge tier
    currency: Getter | None = None
    tone: Getter | None = None
    href: Getter | None = None

    @property
    def sortable(self) -> bool:
        """Say whether the list may be ordered by this column."""
        return self.sort is not None

    @cached_property
    def classes(self) -> str:
        """Return what the style sheet knows its cells by."""
        return f"kind-{self.kind} num" if self.kind in NUMERIC else f"kind-{self.kind}"

    def opening(self, leads: bool = False) -> str:  # noqa: FBT001, FBT002 - asked for every cell
        """Return how its cells begin; `leads` for the first of a row."""
        return self._openings[leads]

    @cached_property
    def _openings(self) -> tuple[str, str]:
        """Return how an ordinary cell begins, and one that leads its row."""
        cell = '<td role="cell" class="{}" data-label="{}">'
        return cell.format(self.classes, escape(self.label)), cell.format(
            f"{self.classes} leads", escape(self.label)
        )


@dataclass(frozen=True)
class Filter:
    """A filter: `where` turns the text in the URL into a condition, or raises ValueError."""

    name: str
    label: str
    where: Callable[[str], ColumnElement[bool]]
    kind: str = "text"
    choices: Callable[[], Sequence[tuple[Any, str]]] | Sequence[tuple[Any, str]] = ()

    def options(self) -> Sequence[tuple[Any, str]]:
        """Return the choices as (value, label)."""
        return self.choices() if callable(self.choices) else self.choices


def choice(name: str, label: str, choices: Any, where: Callable[[str], Any]) -> Filter:
    """Return a filter of one among some choices (value, label), or a callable that gives them."""
    return Filter(name, label, lambda given: where(_storable(given)), "choice", choices)


def _storable(given: str) -> str:
    """Return what was chosen; raises ValueError for a number that is no row's, being larger than a bigint."""
    if given.lstrip("+-").isdecimal() and len(given) > 18:  # noqa: PLR2004 - digits that fit a bigint
        raise ValueError(given)
    return given


def text(name: str, label: str, where: Callable[[str], Any]) -> Filter:
    """Return a filter by text."""
    return Filter(name, label, where)


def day(name: str, label: str, where: Callable[[date], Any]) -> Filter:
    """Return a filter by a calendar day."""
    return Filter(name, label, lambda given: where(date.fromisoformat(given)), "day")


class Typed(str):
    """Words somebody typed, of which only the last may be unfinished."""

    __slots__ = ()


def matches(search: Any, words: str) -> ColumnElement[bool]:
    """Return the condition that a search column holds all words, each perhaps unfinished.

    PostgreSQL keeps “A-17” as “a” and “-17”, and an e-mail address in one piece: a number is also looked for with its
    dash, and what was typed also as it stands.
    """
    terms = [term for term in "".join(c if c.isalnum() else " " for c in words).split() if term][:8]
    if not terms:
        return literal(value=True)
    unfinished = terms[-1:] if isinstance(words, Typed) else terms
    asked = [_word(term) for term in terms[: len(terms) - len(unfinished)]] + [
        _begun(term) for term in unfinished
    ]
    question: ColumnElement[Any] = func.to_tsquery("simple", func.accord_fold(" & ".join(asked)))
    if not words.replace(" ", "").isalnum():
        question = question.op("||")(func.plainto_tsquery("simple", func.accord_fold(str(words))))
    condition: ColumnElement[bool] = search.op("@@")(question)
    return condition


def _word(term: str) -> str:
    return f"({term} | '-{term}')" if term.isdecimal() else term


def _begun(term: str) -> str:
    """Return what finds a word by its beginning."""
    return f"({term}:* | '-{term}':*)" if term.isdecimal() else f"{term}:*"


@dataclass(frozen=True)
class FilterState:
    """A filter and what it is set to."""

    name: str
    label: str
    kind: str
    choices: Sequence[tuple[Any, str]]
    value: str


@dataclass(frozen=True)
class Declared:
    """What a list of one noun is: what is selected, how it is shown, searched, filtered and sorted."""

    noun: str
    query: Callable[[], Select[*tuple[Any, ...]]]
    key: Any
    columns: Sequence[Column]
    default: str
    filters: Sequence[Filter] = ()
    search: Callable[[str], ColumnElement[bool]] | None = None
    href: Getter | None = None
    empty: tuple[str, str] | None = None
    action: Callable[[], tuple[str, str] | None] | None = None
    prepare: Callable[[Session, list[Any]], list[Any]] | None = (
        None  # what a screen's rows need besides, in bulk
    )
    is_drawn: bool = True  # False where a template draws the rows in its own way
    acts: Sequence[Any] = ()  # what can be done to many selected rows (bulk.Act)
