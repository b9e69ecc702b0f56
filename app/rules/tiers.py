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

from app.rules.measures.facts import EXACT, Figure, NotComputable
from app.rules.program import REGISTERED, Mode
from app.rules.program_values import plain

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

    @property
    def score_needed(self) -> Fraction:
        """The target score; a tier that names none asks for every point there is."""
        return Fraction(self.target_score) if self.target_score is not None else self.score_on_offer

    @property
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
    """One obligation with its current value: met or not, the points it earns, what is missing, and why."""

    requirement: Requirement
    current: Figure
    met: bool
    floor_held: bool
    score: Fraction
    missing: Decimal | None
    why: str


@dataclass(frozen=True)
class RungVerdict:
    """One tier: met or not, with every obligation and the points together."""

    rung: Rung
    met: bool
    score: Fraction
    requirements: tuple[RequirementVerdict, ...]
    why: str

    @property
    def missing_score(self) -> Fraction:
        """Points missing to the target score."""
        return max(self.rung.score_needed - self.score, Fraction(0))


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
    score = sum((one.score for one in verdicts), Fraction(0))
    why = _why_unreachable(ladder, rung)
    if not why:
        why = (
            _why_not_by_points(rung, verdicts, score)
            if ladder.mode is Mode.POINTS
            else _why_not_by_thresholds(verdicts)
        )
    return RungVerdict(rung, not why, score, verdicts, why or f"{rung.name} is met.")


def _judge_requirement(ladder: Ladder, one: Requirement, currents: Currents) -> RequirementVerdict:
    current = currents.get(one.category, NotComputable(f"{one.category} is not measured."))
    if isinstance(current, NotComputable):
        return RequirementVerdict(
            one,
            current,
            met=False,
            floor_held=one.floor is None,
            score=Fraction(0),
            missing=None,
            why=current.why,
        )
    met = current >= one.target
    missing = Decimal(0) if met else EXACT.subtract(one.target, current)
    floor_held = one.floor is None or current >= one.floor
    why = f"{plain(current)} of {plain(one.target)}" + ("" if met else f", {plain(missing)} missing")
    if not floor_held and one.floor is not None:
        why += f"; at least {plain(one.floor)} is needed in any case"
    return RequirementVerdict(one, current, met, floor_held, _earned(ladder, one, current), missing, why)


def _earned(ladder: Ladder, one: Requirement, current: Decimal) -> Fraction:
    """Points: in full at the target; below it in part, score × current ÷ target, where the type gives partial credit."""
    if current >= one.target:
        return Fraction(one.score)
    if ladder.partial_credit and one.target > 0:
        return Fraction(one.score) * Fraction(current) / Fraction(one.target)
    return Fraction(0)


def _why_not_by_points(rung: Rung, verdicts: tuple[RequirementVerdict, ...], score: Fraction) -> str:
    if below := [one.requirement.category for one in verdicts if not one.floor_held]:
        return f"{rung.name} is not met: {_and(below)} below the floor."
    if score < rung.score_needed:
        return f"{rung.name} is not met: {points(score)} of {points(rung.score_needed)} points."
    return ""


def _why_not_by_thresholds(verdicts: tuple[RequirementVerdict, ...]) -> str:
    missing = [
        one.requirement.category
        for one in verdicts
        if one.requirement.mandatory and not one.requirement.any_of and not one.met
    ]
    groups = dict.fromkeys(
        one.requirement.any_of for one in verdicts if one.requirement.any_of and one.requirement.mandatory
    )
    for group in groups:
        members = [one for one in verdicts if one.requirement.any_of == group]
        if not any(one.met for one in members):
            missing.append(f"one of {_and([one.requirement.category for one in members], 'or')}")
    return f"Missing: {_and(missing)}." if missing else ""


def _why_unreachable(ladder: Ladder, rung: Rung) -> str:
    if ladder.mode is Mode.POINTS:
        if not rung.requirements:
            return f"{rung.name} asks for nothing, so nobody can earn it. Give it an obligation with a score."
        if rung.score_needed > rung.score_on_offer:
            return f"{rung.name} asks for {points(rung.score_needed)} points, but its obligations give only {points(rung.score_on_offer)}."
        return ""
    if not any(one.mandatory for one in rung.requirements):
        return f"{rung.name} asks for nothing, so nobody can earn it. Give it a mandatory obligation."
    return ""


def points(score: Fraction) -> str:
    """A score in words: whole or decimal when it is one, else to two places with “about”."""
    exact = EXACT.divide(Decimal(score.numerator), Decimal(score.denominator))
    short = exact.quantize(Decimal("0.01"))
    return plain(short) if short == exact and Fraction(short) == score else f"about {plain(short)}"


def _and(names: list[str], word: str = "and") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
