"""YAML as texts, lists and mappings that remember their lines.

Only the plain part of YAML is read: every scalar stays the text that was written (so that 0.10 is not a float and
"no" is not false), and what could surprise is refused with its line: keys given twice, anchors and aliases (a short
file can grow without bounds by them), tags, several documents, deep nesting and huge files.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml import events as said
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.error import YAMLError as NotYaml

LARGEST = 1024 * 1024
DEEPEST = 12
MOST_NODES = 100_000
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class YamlRefused(ValueError):
    """The text is not YAML that is read here; says where and why."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar: what was written, and on which line. Empty and unquoted is no value at all."""

    words: str
    line: int
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list and the line it begins on."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Keys:
    """A mapping, the line it begins on and the line of every key."""

    entries: dict[str, "Node"]
    lines: dict[str, int]
    line: int


Node = Text | Items | Keys


def read(content: bytes) -> Node:
    """Return the tree of one YAML document, or raise `YamlRefused`."""
    words = _decoded(content)
    parts = _Parts(YAML(typ="safe", pure=True).parse(words))
    try:
        return parts.document()
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        reason = problem.problem or problem.context or "it cannot be understood"
        raise YamlRefused(mark.line + 1 if mark else 1, f"This is not YAML: {reason}.") from None
    except NotYaml as problem:
        raise YamlRefused(1, f"This is not YAML: {str(problem).splitlines()[0]}.") from None


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST:
        raise YamlRefused(1, f"The file has {len(content):,} bytes; a program file has at most {LARGEST:,}.")
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise YamlRefused(
            line, f"The file is not UTF-8: byte {problem.start + 1} cannot be read. Save it as UTF-8."
        ) from None
    return words.replace("\r\n", "\n").replace("\r", "\n")


class _Parts:
    """Builds the tree out of the parser's events, one at a time, so that a limit stops the reading itself."""

    def __init__(self, events: Iterator[said.Event]) -> None:
        self._events = events
        self._nodes = 0

    def document(self) -> Node:
        next(self._events)
        first = next(self._events)
        if isinstance(first, said.StreamEndEvent):
            raise YamlRefused(1, "The file is empty.")
        root = self._node(next(self._events), 1)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, said.StreamEndEvent):
            raise YamlRefused(_line(after), "A second document begins here; a file holds one.")
        return root

    def _node(self, event: said.Event, depth: int) -> Node:
        self._check(event, depth)
        match event:
            case said.ScalarEvent():
                return _text(event)
            case said.SequenceStartEvent():
                return Items(tuple(self._items(depth)), _line(event))
            case _:
                return self._keys(event, depth)

    def _check(self, event: said.Event, depth: int) -> None:
        self._nodes += 1
        if isinstance(event, said.AliasEvent) or getattr(event, "anchor", None):
            raise YamlRefused(
                _line(event), "Anchors (&) and aliases (*) are not read; write the value out, or quote it."
            )
        if getattr(event, "tag", None):
            raise YamlRefused(_line(event), "Tags (!) are not read; leave it out, or quote the value.")
        if depth > DEEPEST or self._nodes > MOST_NODES:
            raise YamlRefused(
                _line(event), "The file is nested too deeply or has too many values to be a program."
            )

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), said.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _keys(self, start: said.Event, depth: int) -> Keys:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), said.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Text):
                raise YamlRefused(key.line, "A key is a word, not a list or a mapping.")
            if key.words in entries:
                raise YamlRefused(
                    key.line,
                    f"“{key.words}” is given twice here; the first is on line {lines[key.words]}. Remove one.",
                )
            entries[key.words] = self._node(next(self._events), depth + 1)
            lines[key.words] = key.line
        return Keys(entries, lines, _line(start))


def _text(event: said.ScalarEvent) -> Text:
    if _UNREADABLE.search(event.value):
        raise YamlRefused(_line(event), "There is a control character or half a character here; remove it.")
    return Text(event.value, _line(event), is_missing=event.style is None and event.value in {"", "~"})


def _line(event: said.Event) -> int:
    return int(event.start_mark.line) + 1


def as_written(node: Node) -> object:
    """Return a tree as plain texts, lists and mappings; what is missing is None."""
    match node:
        case Text():
            return None if node.is_missing else node.words
        case Items():
            return [as_written(one) for one in node.items]
        case Keys():
            return {key: as_written(one) for key, one in node.entries.items()}
