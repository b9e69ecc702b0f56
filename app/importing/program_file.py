"""Reads a program from its YAML file (docs/program-file.md) and names every mistake with its line."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy.orm import Session

from app.importing import yaml_tree
from app.importing.yaml_reader import KeyReader, Wrong
from app.importing.yaml_tree import Keys, Node, Text
from app.models import Person, ProgramVersion
from app.rules import measures, program_checks, program_values
from app.rules.mistakes import Mistake, Path, ProgramRefused
from app.rules.program import (
    BenefitShape,
    CategoryShape,
    Downgrades,
    Mode,
    ObligationShape,
    Policies,
    Program,
    Renewal,
    Review,
    TierShape,
    TypeShape,
    Upgrades,
    Value,
    ValueType,
    Wins,
    YearStart,
    in_order,
)
from app.rules.program_values import NotAValue, shortened
from app.rules.refusals import RuleBroken

FORMAT = "accord program 1"
LARGEST = yaml_tree.LARGEST

_PROGRAM = ("format", "version", "currency", "valid_from", "year_starts", "categories", "types")
_CATEGORY = ("name", "value", "description", "choices", "measure")
_TYPE = (
    *("name", "description", "information", "mode", "partial_credit", "needs_lower_tiers"),
    *("upgrades", "downgrades", "review", "renewal", "wins_count", "registered", "tiers"),
)
_TIER = ("name", "target_score", "obligations", "benefits")
_OBLIGATION = ("category", "target", "score", "floor", "mandatory", "any_of", "valid_from", "valid_to")
_AFTER = re.compile("after ([0-9]{1,6}) days?")
_BENEFIT = ("category", "value", "valid_from", "valid_to")


class ProgramFileRefused(RuleBroken):
    """The file is not a program; every mistake with its line."""

    def __init__(self, wrong: Iterable[Wrong]) -> None:
        self.wrong = tuple(sorted(set(wrong)))
        super().__init__("\n".join(map(str, self.wrong)))


@dataclass(frozen=True, slots=True)
class ProgramFile:
    """A program as its file says it, in the file's order, and where everything stands."""

    program: Program
    line_of: Callable[[Path], int]

    def refused(self, mistakes: Iterable[Mistake]) -> ProgramFileRefused:
        """Return the refusal of these mistakes, each with its line."""
        return ProgramFileRefused(Wrong(self.line_of(one.path), one.sentence) for one in mistakes)


def read(content: bytes) -> Program:
    """Return the program a file describes, in the documented order, or raise `ProgramFileRefused`."""
    return in_order(read_file(content).program)


def read_file(content: bytes) -> ProgramFile:
    """Return the program of a file with its lines, or raise `ProgramFileRefused`."""
    reader = _Reader()
    program = reader.read(content)
    if program is None:
        raise ProgramFileRefused(reader.wrong)
    file = ProgramFile(program, reader.line_of)
    found = program_checks.mistakes(program)
    if reader.wrong:
        raise ProgramFileRefused([*reader.wrong, *_beside(file.refused(found).wrong, reader.wrong, found)])
    if found:
        raise file.refused(found)
    return file


def _beside(wrong: Iterable[Wrong], unread: list[Wrong], found: list[Mistake]) -> Iterator[Wrong]:
    """Where some values could not be read, only names are judged beside them: the rest may follow from what is missing."""
    lines = {one.line for one in unread}
    names = {one.sentence for one in found if one.path[-1:] == ("name",)}
    yield from (one for one in wrong if one.sentence in names and one.line not in lines)


def load(session: Session, content: bytes, *, by: Person | None, publish: bool) -> str:
    """Take a file's program in as the draft, and publish it if asked; says in one sentence what became of it.

    Raises `ProgramFileRefused` for every mistake that has a line, `RuleBroken` for the others (P12).
    """
    file = read_file(content)
    try:
        return ProgramVersion.load(session, file.program, by=by, publish=publish)
    except ProgramRefused as refusal:
        raise file.refused(refusal.mistakes) from None


@dataclass
class _Reader(KeyReader):
    """Reads the parts of a program; knows the categories once they are read."""

    kinds: dict[str, CategoryShape] = field(default_factory=dict)

    def read(self, content: bytes) -> Program | None:
        try:
            tree = yaml_tree.read(content)
        except yaml_tree.YamlRefused as refused:
            self.note(refused.line, refused.sentence)
            return None
        top = self.mapping(tree, (), _PROGRAM, ("format", "version", "currency", "types"), "A program")
        if self.words(top, "format") not in {"", FORMAT}:
            self.note(
                top.lines["format"],
                f"The format is “{FORMAT}”, not “{shortened(self.words(top, 'format'))}”.",
            )
        self.places[("name",)] = top.lines.get("version", top.line)
        categories = tuple(self.each(top, "categories", (), self.category))
        self.kinds = {one.name: one for one in categories}
        return Program(
            name=self.words(top, "version"),
            currency=self.words(top, "currency"),
            valid_from=self.day(top, "valid_from"),
            year_starts=self.year_start(top),
            categories=categories,
            types=tuple(self.each(top, "types", (), self.type)),
        )

    # -- the parts of a program

    def category(self, node: Node, path: Path) -> CategoryShape:
        keys = self.mapping(node, path, _CATEGORY, ("name", "value"), "A category")
        return CategoryShape(
            name=self.words(keys, "name"),
            value_type=self.one_of(keys, "value", ValueType, ValueType.TEXT),
            description=self.words(keys, "description"),
            choices=tuple(self.each(keys, "choices", path, self.choice)),
            measure=self.measure(keys),
        )

    def choice(self, node: Node, path: Path) -> str:
        self.places[path] = node.line
        return self.plain_words(node, "a choice")

    def measure(self, keys: Keys) -> measures.Measure | None:
        node = keys.entries.get("measure")
        if node is None:
            return None
        try:
            return measures.from_dict(yaml_tree.as_written(node))
        except RuleBroken as refused:
            self.note(_line_within(node, refused.field, keys.lines["measure"]), refused.sentence)
            return None

    def type(self, node: Node, path: Path) -> TypeShape:
        keys = self.mapping(node, path, _TYPE, ("name", "mode"), "A partner type")
        mode = self.one_of(keys, "mode", Mode, Mode.THRESHOLDS)
        if mode is Mode.THRESHOLDS and "partial_credit" in keys.entries:
            self.note(
                keys.lines["partial_credit"],
                "Partial credit belongs to types that count points; leave it out.",
            )
        return TypeShape(
            name=self.words(keys, "name"),
            description=self.words(keys, "description"),
            information=self.words(keys, "information"),
            mode=mode,
            partial_credit=self.yes_or_no(keys, "partial_credit", otherwise=True),
            needs_lower_tiers=self.yes_or_no(keys, "needs_lower_tiers", otherwise=True),
            policies=self.policies(keys, path),
            registered=tuple(self.each(keys, "registered", path, self.benefit)),
            tiers=tuple(self.each(keys, "tiers", path, self.tier)),
        )

    def policies(self, keys: Keys, path: Path) -> Policies:
        downgrades, days = self.downgrades(keys)
        self.places[(*path, "policies")] = keys.line
        return Policies(
            upgrades=self.one_of(keys, "upgrades", Upgrades, Upgrades.AT_ONCE),
            downgrades=downgrades,
            grace_days=days,
            review=self.one_of(keys, "review", Review, Review.YEARLY),
            renewal=self.one_of(keys, "renewal", Renewal, Renewal.ONE_YEAR),
            wins_count=self.one_of(keys, "wins_count", Wins, Wins.WHEN_CONFIRMED),
        )

    def downgrades(self, keys: Keys) -> tuple[Downgrades, int | None]:
        words = self.words(keys, "downgrades") or Downgrades.AT_REVIEW.value
        if after := _AFTER.fullmatch(words):
            return Downgrades.AFTER_GRACE, int(after[1])
        if words in {Downgrades.NEVER.value, Downgrades.AT_REVIEW.value}:
            return Downgrades(words), None
        self.note(
            keys.lines["downgrades"],
            f"“downgrades” is one of never, at review, after 30 days (or another number), not “{shortened(words)}”.",
        )
        return Downgrades.AT_REVIEW, None

    def tier(self, node: Node, path: Path) -> TierShape:
        keys = self.mapping(node, path, _TIER, ("name",), "A tier")
        return TierShape(
            name=self.words(keys, "name"),
            target_score=self.number(keys, "target_score"),
            obligations=tuple(self.each(keys, "obligations", path, self.obligation)),
            benefits=tuple(self.each(keys, "benefits", path, self.benefit)),
        )

    def obligation(self, node: Node, path: Path) -> ObligationShape:
        keys = self.mapping(node, path, _OBLIGATION, ("category", "target"), "An obligation")
        return ObligationShape(
            category=self.words(keys, "category"),
            target=self.value(keys, "target"),
            score=self.number(keys, "score"),
            floor=self.number(keys, "floor"),
            mandatory=self.yes_or_no(keys, "mandatory", otherwise=True),
            any_of=self.words(keys, "any_of") or None,
            valid_from=self.day(keys, "valid_from"),
            valid_to=self.day(keys, "valid_to"),
        )

    def benefit(self, node: Node, path: Path) -> BenefitShape:
        keys = self.mapping(node, path, _BENEFIT, ("category", "value"), "A benefit")
        return BenefitShape(
            category=self.words(keys, "category"),
            value=self.value(keys, "value"),
            valid_from=self.day(keys, "valid_from"),
            valid_to=self.day(keys, "valid_to"),
        )

    # -- values

    def value(self, keys: Keys, key: str) -> Value:
        category = self.kinds.get(self.words(keys, "category"))
        written = keys.entries.get(key)
        if category is None or not isinstance(written, Text) or written.is_missing:
            return self.words(keys, key)
        try:
            return program_values.read(category.value_type, self.words(keys, key), category.choices)
        except NotAValue as why:
            self.note(keys.lines[key], f"The {key} of “{category.name}” {why}.")
            return Decimal(0)

    def year_start(self, keys: Keys) -> YearStart:
        words = self.words(keys, "year_starts") or str(YearStart())
        if (start := YearStart.read(words)).month:
            return start
        self.note(
            keys.lines["year_starts"],
            f"“year_starts” is a month and a day such as 01-01 or 04-06, not “{shortened(words)}”.",
        )
        return YearStart()


def _line_within(node: Node, key: str | None, otherwise: int) -> int:
    """Return the line of a key inside a measure, however deep it stands."""
    if not isinstance(node, Keys):
        return otherwise
    if key in node.lines:
        return node.lines[key]
    for one in node.entries.values():
        if (found := _line_within(one, key, 0)) != 0:
            return found
    return otherwise
