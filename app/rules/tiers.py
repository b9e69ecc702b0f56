"""P6, P7, P11: which tier a partner has earned, and why.

A tier is met by **points** (each obligation earns its score, in full or in part, and the tier has a target score; an
obligation may have a floor that its current value must reach) or by **thresholds** (every mandatory obligation is met;
of those in one *any-of* group one is enough). Reaching a target exactly counts. Nothing is rounded: scores are
fractions. A value that cannot be computed is not met and earns nothing.

The tier *earned* is the highest one whose requirements are met; if the type says so (the default), also those of every
tier below. Otherwise the partner is Registered, rank 0, which asks for nothing. A tier above it that asks for nothing
cannot be reached by an assessment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from app.rules.measures.facts import EXACT, Figure, NotComputable
from app.rules.program import REGISTERED, Mode
from app.rules.program_values import plain

NOTHING = Fraction(0)

Currents = Mapping[str, Figure]
"""The current value of each category, by its name; a category that is missing has not been measured."""


@dataclass(frozen=True)
class Requirement:
    """An obligation of a tier: the category's current value shall reach `target`."""

    category: str
    target: Decimal
    score: Decimal = Decimal(0)
    floor: Decimal | None = None
    mandatory: bool = True
    any_of: str | None = None


@dataclass(frozen=True)
class Rung:
    """A tier on its ladder, with what it asks for. Rank 1 is the lowest above Registered."""

    name: str
    rank: int
    requirements: tuple[Requirement, ...] = ()
    target_score: Decimal | None = None

    @cached_property
    def score_needed(self) -> Fraction:
        """The target score; a tier that names none asks for every point there is."""
        return Fraction(self.target_score) if self.target_score is not None else self.score_on_offer

    @cached_property
    def score_on_offer(self) -> Fraction:
        """All points of this tier together."""
        return sum((Fraction(one.score) for one in self.requirements), Fraction(0))


@dataclass(frozen=True)
class Ladder:
    """The tiers of one partner type above Registered, lowest first, and how they are met."""

    rungs: tuple[Rung, ...]
    mode: Mode = Mode.THRESHOLDS
    partial_credit: bool = False
    needs_lower_tiers: bool = True


@dataclass(frozen=True)
class RequirementVerdict:
    """One obligation with its current value: met or not, the points it earns, and why."""

    requirement: Requirement
    current: Figure
    met: bool
    score: Fraction

    @property
    def floor_held(self) -> bool:
        """Whether the current value reaches the floor, if there is one."""
        floor = self.requirement.floor
        return floor is None or (isinstance(self.current, Decimal) and self.current >= floor)

    @property
    def missing(self) -> Decimal | None:
        """What is missing to the target; None when the current value is not computable."""
        if isinstance(self.current, NotComputable):
            return None
        return Decimal(0) if self.met else EXACT.subtract(self.requirement.target, self.current)

    @property
    def why(self) -> str:
        """Met or not, in words."""
        if isinstance(self.current, NotComputable) or self.missing is None:
            return str(getattr(self.current, "why", ""))
        words = f"{plain(self.current)} of {plain(self.requirement.target)}"
        if not self.met:
            words += f", {plain(self.missing)} missing"
        if not self.floor_held and self.requirement.floor is not None:
            words += f"; at least {plain(self.requirement.floor)} is needed in any case"
        return words


@dataclass(frozen=True)
class RungVerdict:
    """One tier: met or not, with every obligation and the points together."""

    ladder: Ladder
    rung: Rung
    met: bool
    score: Fraction
    requirements: tuple[RequirementVerdict, ...]

    @property
    def missing_score(self) -> Fraction:
        """Points missing to the target score."""
        return max(self.rung.score_needed - self.score, Fraction(0))

    @property
    def why(self) -> str:
        """Met or not, in words."""
        if self.met:
            return f"{self.rung.name} is met."
        reason = _why_unreachable(self.ladder, self.rung)
        if reason:
            return reason
        if self.ladder.mode is Mode.POINTS:
            return _why_not_by_points(self)
        missing = [_one_of(group) for group in _unmet_groups(self.requirements)]
        return f"Missing: {_and(missing)}."


@dataclass(frozen=True)
class Verdict:
    """Every tier judged, and the one earned (None is Registered)."""

    ladder: Ladder
    rungs: tuple[RungVerdict, ...]
    earned: Rung | None

    @property
    def tier(self) -> str:
        """The name of the tier earned."""
        return self.earned.name if self.earned else REGISTERED

    @property
    def rank(self) -> int:
        """The rank of the tier earned."""
        return self.earned.rank if self.earned else 0

    def above(self, rank: int) -> RungVerdict | None:
        """The verdict on the next tier above a rank; None at the top."""
        return next((one for one in self.rungs if one.rung.rank > rank), None)

    def at(self, rank: int) -> RungVerdict | None:
        """The verdict on the tier of that rank; None for Registered."""
        return next((one for one in self.rungs if one.rung.rank == rank), None)

    @property
    def measured_against(self) -> RungVerdict | None:
        """What a list of results compares with: the next tier above the earned one, at the top that one itself."""
        return self.above(self.rank) or self.at(self.rank)


def judge(ladder: Ladder, currents: Currents) -> Verdict:
    """P6, P7: judge every tier by these values."""
    rungs = tuple(
        _judge_rung(ladder, rung, currents) for rung in sorted(ladder.rungs, key=lambda one: one.rank)
    )
    earned: Rung | None = None
    for verdict in rungs:
        if verdict.met:
            earned = verdict.rung
        elif ladder.needs_lower_tiers:
            break
    return Verdict(ladder, rungs, earned)


def unreachable(ladder: Ladder) -> list[str]:
    """A sentence for each tier that no partner could ever earn."""
    return [sentence for rung in ladder.rungs if (sentence := _why_unreachable(ladder, rung))]


def _judge_rung(ladder: Ladder, rung: Rung, currents: Currents) -> RungVerdict:
    verdicts = tuple(_judge_requirement(ladder, one, currents) for one in rung.requirements)
    score = sum((one.score for one in verdicts), NOTHING) if ladder.mode is Mode.POINTS else NOTHING
    if not is_reachable(ladder, rung):
        met = False
    elif ladder.mode is Mode.POINTS:
        met = score >= rung.score_needed and all(one.floor_held for one in verdicts)
    else:
        met = not _unmet_groups(verdicts)
    return RungVerdict(ladder, rung, met, score, verdicts)


def _judge_requirement(ladder: Ladder, one: Requirement, currents: Currents) -> RequirementVerdict:
    current = currents.get(one.category)
    if current is None:
        current = NotComputable(f"{one.category} is not measured.")
    if isinstance(current, NotComputable):
        return RequirementVerdict(one, current, met=False, score=NOTHING)
    return RequirementVerdict(one, current, current >= one.target, _earned(ladder, one, current))


def _earned(ladder: Ladder, one: Requirement, current: Decimal) -> Fraction:
    """Points: in full at the target, below it in part (score × current ÷ target) where the type gives partial credit."""
    if ladder.mode is Mode.THRESHOLDS or not one.score:
        return NOTHING
    if current >= one.target:
        return Fraction(one.score)
    if ladder.partial_credit and one.target > 0:
        return Fraction(one.score) * Fraction(current) / Fraction(one.target)
    return NOTHING


def _unmet_groups(verdicts: tuple[RequirementVerdict, ...]) -> list[list[RequirementVerdict]]:
    """What thresholds still ask for: mandatory obligations one by one, any-of groups as a whole."""
    unmet: list[list[RequirementVerdict]] = []
    groups: dict[str, list[RequirementVerdict]] = {}
    for one in verdicts:
        if one.requirement.any_of:
            groups.setdefault(one.requirement.any_of, []).append(one)
        elif one.requirement.mandatory and not one.met:
            unmet.append([one])
    asked = [group for group in groups.values() if any(one.requirement.mandatory for one in group)]
    return unmet + [group for group in asked if not any(one.met for one in group)]


def _why_not_by_points(verdict: RungVerdict) -> str:
    below = [one.requirement.category for one in verdict.requirements if not one.floor_held]
    if below:
        return f"{verdict.rung.name} is not met: {_and(below)} below the floor."
    needed = points(verdict.rung.score_needed)
    return f"{verdict.rung.name} is not met: {points(verdict.score)} of {needed} points."


def is_reachable(ladder: Ladder, rung: Rung) -> bool:
    """Whether an assessment can ever find the tier met: it asks for something, and not for more than it offers."""
    if ladder.mode is Mode.POINTS:
        return bool(rung.requirements) and rung.score_needed <= rung.score_on_offer
    return any(one.mandatory for one in rung.requirements)


def _why_unreachable(ladder: Ladder, rung: Rung) -> str:
    if is_reachable(ladder, rung):
        return ""
    if ladder.mode is Mode.POINTS and rung.requirements:
        needed, offered = points(rung.score_needed), points(rung.score_on_offer)
        return f"{rung.name} asks for {needed} points, but its obligations give only {offered}."
    what = "an obligation with a score" if ladder.mode is Mode.POINTS else "a mandatory obligation"
    return f"{rung.name} asks for nothing, so nobody can earn it. Give it {what}."


def _one_of(members: list[RequirementVerdict]) -> str:
    names = [one.requirement.category for one in members]
    return names[0] if len(names) == 1 else f"one of {_and(names, 'or')}"


def points(score: Fraction) -> str:
    """A score in words: whole or decimal when it is one, else to two places with “about”."""
    exact = EXACT.divide(Decimal(score.numerator), Decimal(score.denominator))
    short = exact.quantize(Decimal("0.01"))
    return plain(short) if short == exact and Fraction(short) == score else f"about {plain(short)}"


def _and(names: list[str], word: str = "and") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
