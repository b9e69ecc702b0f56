"""What a list declares can be done with many of its rows at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.access import Permission, may

if TYPE_CHECKING:
    from app.models import Base, Person

EXPORTS = (("csv", "Export as CSV"), ("xlsx", "Export for Excel"))
"""What can be done with the rows of every list that has tick boxes."""

Verb = Callable[[Any, str, "Person"], object]


@dataclass(frozen=True)
class Question:
    """What an act asks before it is done: a choice among some, which may hang on the rows selected."""

    label: str
    choices: Callable[[Sequence[int]], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Act:
    """Something that can be done to many rows: `verb` takes the record, what was answered, and by whom."""

    name: str
    label: str
    permission: Permission
    noun: type[Base]
    title: Callable[[Any], str]
    verb: Verb
    done: str
    question: Question | None = None


def offered(listing: Any) -> list[tuple[str, str]]:
    """Return the acts the reader may do to rows of a list, as (name, label)."""
    if not listing.acts:
        return []
    return [*((act.name, act.label) for act in listing.acts if may(act.permission)), *EXPORTS]
