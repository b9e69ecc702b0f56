"""A type's ladder as it is read: one row for each category and its conditions, one cell for each tier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app import filters
from app.rules.program import (
    BenefitShape,
    CategoryShape,
    ObligationShape,
    Program,
    TypeShape,
    Value,
    ValueType,
)


@dataclass(frozen=True)
class Line:
    """A category with its conditions in words, and what each tier says; nothing is None."""

    category: str
    note: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class Reading:
    """A whole ladder: the tiers with the points they need, what they ask for and what they give."""

    name: str
    tiers: tuple[tuple[str, str], ...]
    obligations: tuple[Line, ...]
    benefits: tuple[Line, ...]


def reading(kind: TypeShape, program: Program) -> Reading:
    """Return a type's ladder in the reader's words; Registered is a column when it gives something."""
    categories = {one.name: one for one in program.categories}
    first = [("Registered", "")] if kind.registered else []
    asked = [tier.obligations for tier in kind.tiers]
    given = [tier.benefits for tier in kind.tiers]
    return Reading(
        kind.name,
        (*first, *((tier.name, _points(tier.target_score)) for tier in kind.tiers)),
        _lines([(), *asked] if kind.registered else asked, categories, program.currency),
        _lines([kind.registered, *given] if kind.registered else given, categories, program.currency),
    )


def _lines(
    columns: Iterable[Iterable[ObligationShape | BenefitShape]],
    categories: Mapping[str, CategoryShape],
    currency: str,
) -> tuple[Line, ...]:
    columns = [list(column) for column in columns]
    rows: dict[tuple[str, str], dict[int, str]] = {}
    for place, column in enumerate(columns):
        for one in column:
            rows.setdefault((one.category, _note(one)), {})[place] = _cell(one, categories, currency)
    return tuple(
        Line(category, note, tuple(cells.get(place) for place in range(len(columns))))
        for (category, note), cells in sorted(rows.items(), key=lambda row: row[0][0].casefold())
    )


def _cell(one: ObligationShape | BenefitShape, categories: Mapping[str, CategoryShape], currency: str) -> str:
    if isinstance(one, BenefitShape):
        return in_words(one.value, categories[one.category], currency)
    words = [in_words(one.target, categories[one.category], currency)]
    if one.score is not None:
        words.append(_points(one.score))
    if one.floor is not None:
        words.append(f"at least {in_words(one.floor, categories[one.category], currency)}")
    return ", ".join(words)


def in_words(value: Value, category: CategoryShape, currency: str) -> str:
    """Return a target or a benefit as its reader says it."""
    if isinstance(value, str):
        return value
    match category.value_type:
        case ValueType.MONEY:
            return f"{filters.number(value)} {currency}"
        case ValueType.PERCENT:
            return filters.percent(value)
        case ValueType.YES_NO:
            return "Yes" if value else "No"
        case _:
            return filters.number(value)


def _points(score: Decimal | None) -> str:
    return "" if score is None else f"{filters.number(score)} points"


def _note(one: ObligationShape | BenefitShape) -> str:
    words = []
    if isinstance(one, ObligationShape) and one.any_of:
        words.append(f"one of the group “{one.any_of}” is enough")
    if isinstance(one, ObligationShape) and not one.mandatory:
        words.append("shown, but not needed")
    if one.valid_from:
        words.append(f"from {filters.day(one.valid_from)}")
    if one.valid_to:
        words.append(f"to {filters.day(one.valid_to)}")
    return ", ".join(words)
