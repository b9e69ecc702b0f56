"""Writes a program as its YAML file, in the one canonical way: documented order, no comments (docs/program-file.md)."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from app.importing.program_file import FORMAT
from app.rules.program import (
    BenefitShape,
    CategoryShape,
    Downgrades,
    Mode,
    ObligationShape,
    Policies,
    Program,
    TierShape,
    TypeShape,
    Value,
    in_order,
)
from app.rules.program_values import plain, show

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./%&+()'’–—-]|,(?= )|:(?! |$))*")
_READ_OTHERWISE = frozenset({"yes", "no", "true", "false", "on", "off", "null", "y", "n"})
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")

Written = str | list[Any] | dict[str, Any] | None


class _Words(str):
    """A text somebody wrote, quoted where YAML needs it; other strings are written as they are."""

    __slots__ = ()


def write(program: Program) -> str:
    """Return the canonical text of a program; reading it gives an equal program."""
    return "".join(f"{line}\n" for line in _lines(_program(in_order(program)), ""))


def write_mapping(mapping: Mapping[str, object]) -> str:
    """Return a measure or another mapping of texts as the same YAML."""
    written = _quoted(mapping)
    return "".join(f"{line}\n" for line in _lines(written, "")) if isinstance(written, dict) else ""


def _program(program: Program) -> dict[str, Written]:
    categories = {one.name: one for one in program.categories}
    return {
        "format": FORMAT,
        "version": _Words(program.name),
        "currency": program.currency,
        "valid_from": _day(program.valid_from),
        "year_starts": str(program.year_starts),
        "categories": [_category(one) for one in program.categories] or None,
        "types": [_type(one, categories) for one in program.types] or "[]",
    }


def _category(category: CategoryShape) -> dict[str, Written]:
    return {
        "name": _Words(category.name),
        "value": category.value_type.value,
        "description": _Words(category.description) or None,
        "choices": [_Words(one) for one in category.choices] or None,
        "measure": _quoted(category.measure.to_dict()) if category.measure else None,
    }


def _quoted(measure: object) -> Written:
    if isinstance(measure, Mapping):
        return {key: _quoted(value) for key, value in measure.items()}
    return [_quoted(one) for one in measure] if isinstance(measure, list) else _Words(str(measure))


def _type(kind: TypeShape, categories: Mapping[str, CategoryShape]) -> dict[str, Written]:
    return {
        "name": _Words(kind.name),
        "description": _Words(kind.description) or None,
        "information": _Words(kind.information) or None,
        "mode": kind.mode.value,
        "partial_credit": _yes(kind.partial_credit) if kind.mode is Mode.POINTS else None,
        "needs_lower_tiers": _yes(kind.needs_lower_tiers),
        **_policies(kind.policies),
        "registered": [_benefit(one, categories) for one in kind.registered] or None,
        "tiers": [_tier(one, categories) for one in kind.tiers] or None,
    }


def _policies(policies: Policies) -> dict[str, Written]:
    days = policies.grace_days
    after = policies.downgrades is Downgrades.AFTER_GRACE
    return {
        "upgrades": policies.upgrades.value,
        "downgrades": f"after {days} day{'' if days == 1 else 's'}" if after else policies.downgrades.value,
        "review": policies.review.value,
        "renewal": policies.renewal.value,
        "wins_count": policies.wins_count.value,
    }


def _tier(tier: TierShape, categories: Mapping[str, CategoryShape]) -> dict[str, Written]:
    return {
        "name": _Words(tier.name),
        "target_score": None if tier.target_score is None else plain(tier.target_score),
        "obligations": [_obligation(one, categories) for one in tier.obligations] or None,
        "benefits": [_benefit(one, categories) for one in tier.benefits] or None,
    }


def _obligation(obligation: ObligationShape, categories: Mapping[str, CategoryShape]) -> dict[str, Written]:
    return {
        "category": _Words(obligation.category),
        "target": _value(obligation.target, categories[obligation.category]),
        "score": None if obligation.score is None else plain(obligation.score),
        "floor": None if obligation.floor is None else plain(obligation.floor),
        "mandatory": None if obligation.mandatory else "no",
        "any_of": _Words(obligation.any_of) if obligation.any_of else None,
        "valid_from": _day(obligation.valid_from),
        "valid_to": _day(obligation.valid_to),
    }


def _benefit(benefit: BenefitShape, categories: Mapping[str, CategoryShape]) -> dict[str, Written]:
    return {
        "category": _Words(benefit.category),
        "value": _value(benefit.value, categories[benefit.category]),
        "valid_from": _day(benefit.valid_from),
        "valid_to": _day(benefit.valid_to),
    }


def _value(value: Value, category: CategoryShape) -> str:
    return _Words(value) if isinstance(value, str) else show(category.value_type, value)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _yes(flag: bool) -> str:  # noqa: FBT001 - a word for a flag
    return "yes" if flag else "no"


def _lines(entries: Mapping[str, Written], indent: str) -> Iterator[str]:
    for key, value in entries.items():
        match value:
            case None:
                continue
            case list():
                yield f"{indent}{key}:"
                for one in value:
                    yield from _item(one, indent + "  ")
            case dict():
                yield f"{indent}{key}:"
                yield from _lines(value, indent + "  ")
            case _Words() if _fits_a_block(value):
                yield f"{indent}{key}: {'|' if value.endswith(chr(10)) else '|-'}"
                yield from (
                    f"{indent}  {line}" if line else "" for line in value.removesuffix("\n").split("\n")
                )
            case _:
                yield f"{indent}{key}: {_scalar(value)}"


def _item(one: Written, indent: str) -> Iterator[str]:
    if not isinstance(one, dict):
        yield f"{indent}- {_scalar(str(one) if one is None else one)}"
        return
    for place, line in enumerate(_lines(one, indent + "  ")):
        yield f"{indent}- {line.removeprefix(indent + '  ')}" if place == 0 else line


def _scalar(words: object) -> str:
    if not isinstance(words, _Words):
        return str(words)
    if _PLAIN.fullmatch(words) and words == words.strip() and words.lower() not in _READ_OTHERWISE:
        return str(words)
    return _UNSAFE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(words, ensure_ascii=False))


def _fits_a_block(words: str) -> bool:
    """Several lines of plain text, exact in YAML's literal form."""
    body = words.removesuffix("\n")
    return (
        "\n" in body
        and not body.startswith((" ", "\n", "\t"))
        and not body.endswith("\n")
        and not any(_UNSAFE.search(line) for line in body.split("\n"))
    )
