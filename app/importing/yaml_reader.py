"""Reads values out of a YAML tree and notes every mistake with its line, instead of stopping at the first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from app.importing.yaml_tree import Items, Keys, Node, Text
from app.rules import program_values
from app.rules.mistakes import Path
from app.rules.program_values import NotAValue, shortened

Chosen = TypeVar("Chosen", bound=StrEnum)

_YES = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True, order=True)
class Wrong:
    """One mistake in a file."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}"


@dataclass
class KeyReader:
    """What it cannot read it notes and replaces by something harmless; remembers where everything stands."""

    wrong: list[Wrong] = field(default_factory=list)
    places: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """Return the line of a place, or of the nearest thing around it that the file has."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, 1)

    def words(self, keys: Keys, key: str) -> str:
        """Return the text under a key, or nothing when the key is not there."""
        node = keys.entries.get(key)
        if node is None:
            return ""
        if isinstance(node, Text) and node.is_missing:
            self.note(keys.lines[key], f"“{key}” has no value; write one or leave the line out.")
            return ""
        return self.plain_words(node, f"“{key}”")

    def plain_words(self, node: Node, what: str) -> str:
        if isinstance(node, Text):
            return node.words
        self.note(node.line, f"Here stands one value for {what}, not a list or more keys.")
        return ""

    def each(self, keys: Keys, key: str, path: Path, read: Callable[[Node, Path], Any]) -> Iterable[Any]:
        node = keys.entries.get(key)
        if node is None or (isinstance(node, Text) and node.is_missing):
            return ()
        self.places[(*path, key)] = keys.lines[key]
        if not isinstance(node, Items):
            self.note(keys.lines[key], f"“{key}” is a list; begin each entry with a dash.")
            return ()
        return [read(one, (*path, key, place)) for place, one in enumerate(node.items)]

    def mapping(
        self, node: Node, path: Path, known: tuple[str, ...], needed: tuple[str, ...], what: str
    ) -> Keys:
        self.places[path] = node.line
        if not isinstance(node, Keys):
            self.note(node.line, f"{what} is written as keys: {', '.join(needed)}, …")
            return Keys({}, {}, node.line)
        for key, line in node.lines.items():
            self.places[(*path, key)] = line
            if key not in known:
                self.note(
                    line,
                    f"{what} has no “{shortened(key)}”{_perhaps(key, known)}. Known: {', '.join(known)}.",
                )
        for key in needed:
            if key not in node.entries:
                self.note(node.line, f"{what} needs “{key}”.")
        return node

    def note(self, line: int, sentence: str) -> None:
        self.wrong.append(Wrong(line, sentence))

    def number(self, keys: Keys, key: str) -> Decimal | None:
        if key not in keys.entries:
            return None
        try:
            return program_values.number(self.words(keys, key))
        except NotAValue as why:
            self.note(keys.lines[key], f"“{key}” {why}.")
            return None

    def yes_or_no(self, keys: Keys, key: str, *, otherwise: bool) -> bool:
        words = self.words(keys, key)
        if words and words not in _YES:
            self.note(keys.lines[key], f"“{key}” is yes or no, not “{shortened(words)}”.")
        return _YES.get(words, otherwise)

    def one_of(self, keys: Keys, key: str, kind: type[Chosen], otherwise: Chosen) -> Chosen:
        words = self.words(keys, key)
        allowed = [one.value for one in kind]
        if words and words not in allowed:
            self.note(keys.lines[key], f"“{key}” is one of {', '.join(allowed)}, not “{shortened(words)}”.")
        return kind(words) if words in allowed else otherwise

    def day(self, keys: Keys, key: str) -> date | None:
        words = self.words(keys, key)
        if not words:
            return None
        try:
            if len(words) != len("2026-01-31"):
                raise ValueError
            return date.fromisoformat(words)
        except ValueError:
            self.note(keys.lines[key], f"“{key}” is a day such as 2026-01-31, not “{shortened(words)}”.")
            return None


def _perhaps(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, 1)
    return f"; perhaps “{near[0]}” was meant" if near else ""
