"""Small readers for the parts of a measure; each refuses with a sentence that names what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.rules.measures.facts import Where
from app.rules.refusals import RuleBroken, shown


def choice(given: object, allowed: Sequence[str], what: str, field: str) -> str:
    if isinstance(given, str) and given in [str(one) for one in allowed]:
        return given
    raise RuleBroken(f"{shown(given)} is not {what}. Use one of: {', '.join(allowed)}.", field)


def optional(given: Mapping[str, Any], key: str, allowed: Sequence[str], default: str | None) -> str | None:
    if key not in given:
        return default
    if not allowed:
        raise RuleBroken(f"“{key}” has no meaning here. Leave it out.", key)
    return choice(given[key], allowed, f"a choice for “{key}”", key)


def text(given: object, field: str) -> str:
    if isinstance(given, str) and given.strip():
        return given.strip()
    raise RuleBroken(f"{shown(given)} is not a name for “{field}”.", field)


def filters(given: object, allowed: Sequence[str], noun: str) -> Where:
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise RuleBroken("“where” is a list of filters, for example {category: [Bikes]}.", "where")
    if unknown := [key for key in given if key not in allowed]:
        raise RuleBroken(
            f"{noun.capitalize()} cannot be filtered by {shown(unknown[0])}. Allowed: {', '.join(allowed)}.",
            "where",
        )
    return tuple(sorted((str(key), _values(key, values)) for key, values in given.items()))


def _values(key: str, given: object) -> tuple[str, ...]:
    values = [given] if isinstance(given, str) else given
    if (
        not isinstance(values, list | tuple)
        or not values
        or not all(isinstance(value, str) and value for value in values)
    ):
        raise RuleBroken(f"The filter “{key}” needs one text or a list of texts.", "where")
    return tuple(sorted(set(values)))
