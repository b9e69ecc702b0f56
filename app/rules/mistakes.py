"""Mistakes in a program: where, and a sentence with what to do; and what every name in it must keep to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.rules.refusals import RuleBroken

Path = tuple[str | int, ...]
"""A place, such as ("types", 0, "tiers", 2, "obligations", 1, "target"): a line of a file, or a cell of a page."""

NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing a program may not say: where, and a sentence with what to do."""

    path: Path
    sentence: str


def of_name(name: str, path: Path, what: str) -> Iterator[Mistake]:
    """Find what is wrong with a name."""
    if not name.strip():
        yield Mistake(path, f"A {what} needs a name.")
    elif len(name) > NAME_LENGTH:
        yield Mistake(
            path, f"The name of a {what} has at most {NAME_LENGTH} characters; this one has {len(name)}."
        )
    elif name != name.strip() or not name.isprintable():
        yield Mistake(
            path,
            f"The name “{name.strip()}” has spaces around it or signs that cannot be seen; take them out.",
        )


def twice(names: Sequence[str], path: Path, what: str, *, at_name: bool = True) -> Iterator[Mistake]:
    """Find names that are there twice, whatever their case; at the name of each thing, or at the thing itself."""
    seen: dict[str, str] = {}
    for place, name in enumerate(names):
        if name.casefold() in seen:
            at = (*path, place, "name") if at_name else (*path, place)
            yield Mistake(at, f"The {what} “{name}” is there twice; rename or remove one.")
        seen.setdefault(name.casefold(), name)


class ProgramRefused(RuleBroken):
    """A program cannot be kept as it is; every mistake with its place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        first = mistakes[0].path
        field = str(first[0]) if len(first) == 1 else None
        super().__init__(" ".join(one.sentence for one in mistakes), field)
