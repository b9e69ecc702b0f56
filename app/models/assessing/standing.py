"""Where a partner stands on a day: what it holds, what it has earned, what is missing, in figures and in words (P5, P11).

A standing outlives the session: a template may read every attribute without a query.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from app.models.assessing.programs import HeldProgram, TypeLadder
from app.models.assessing.steps import Benefit, Obligation, Step
from app.models.assessing.subjects import Subject
from app.rules.measures import Figure
from app.rules.program import REGISTERED, Mode, Upgrades
from app.rules.tiers import RequirementVerdict, RungVerdict, Verdict


@dataclass(frozen=True, eq=False)
class Standing:
    """A partner in its partnership on a day, judged against every tier of its type.

    Without a program on that day, or a ladder for the type, everybody is Registered and nothing is asked.
    """

    on: date
    subject: Subject
    program: HeldProgram | None = None
    ladder: TypeLadder | None = None
    verdict: Verdict | None = None
    currents: Mapping[str, Figure] | None = None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every tier from Registered upwards."""
        if self.ladder is None or self.verdict is None:
            return (Step(0, REGISTERED, 0, met=True, why="No program holds."),)
        judged = {one.rung.rank: one for one in self.verdict.rungs}
        return tuple(
            self._step(rank, tier_id, judged.get(rank))
            for rank, tier_id in sorted(self.ladder.tier_ids.items())
        )

    @property
    def held_rank(self) -> int:
        """The rank of the tier held; 0 when it holds none, or one that the program no longer has."""
        if self.ladder is None or self.subject.tier_id is None:
            return 0
        return self.ladder.ranks.get(self.subject.tier_id, 0)

    @property
    def earned_rank(self) -> int:
        """The rank of the tier earned."""
        return self.verdict.rank if self.verdict else 0

    @property
    def held(self) -> Step:
        """The tier held."""
        return self._at(self.held_rank)

    @property
    def earned(self) -> Step:
        """The tier earned."""
        return self._at(self.earned_rank)

    @property
    def next(self) -> Step | None:
        """The tier above the one held: what the partner works towards; None at the top."""
        return next((step for step in self.steps if step.rank > self.held_rank), None)

    @property
    def compared_with(self) -> Step | None:
        """The tier above the one earned, at the top that one itself; None when the ladder has no tier."""
        above = next((step for step in self.steps if step.rank > self.earned_rank), None)
        return above or (self.earned if self.earned_rank else None)

    @property
    def keeping(self) -> tuple[Obligation, ...]:
        """The obligations that keep the tier held."""
        return self.held.obligations

    @property
    def rewards(self) -> tuple[Benefit, ...]:
        """What the tier held gives (P11)."""
        return self.held.benefits

    @property
    def at_risk_until(self) -> date | None:
        """The last day of grace, when the tier held is at risk (P9)."""
        return self.subject.at_risk_until

    @property
    def is_at_risk(self) -> bool:
        """Whether the tier held will be lost unless it is earned again by `at_risk_until`."""
        return self.at_risk_until is not None

    @property
    def outlook(self) -> str:
        """About to `rise`, about to `fall`, or to `stay`: the tier earned against the tier held."""
        if self.earned_rank > self.held_rank:
            return "rise"
        return "fall" if self.earned_rank < self.held_rank else "stay"

    @property
    def awaits_approval(self) -> bool:
        """Whether a higher tier is earned, and staff must say yes before it is held (P9)."""
        policies = self.ladder.policies if self.ladder else None
        return policies is not None and policies.upgrades is Upgrades.WITH_APPROVAL and self.outlook == "rise"

    @property
    def currency(self) -> str:
        """The program's currency."""
        return self.program.currency if self.program else ""

    @property
    def mode(self) -> Mode:
        """How a tier is met."""
        return self.ladder.rule.mode if self.ladder else Mode.THRESHOLDS

    @property
    def version_id(self) -> int | None:
        """The program version it was judged by."""
        return self.program.version_id if self.program else None

    def _at(self, rank: int) -> Step:
        return next(step for step in self.steps if step.rank == rank)

    def _step(self, rank: int, tier_id: int, judged: RungVerdict | None) -> Step:
        ladder = self.ladder
        if ladder is None or judged is None:
            return Step(
                tier_id, REGISTERED, 0, met=True, benefits=ladder.benefits.get(0, ()) if ladder else ()
            )
        return Step(
            tier_id,
            judged.rung.name,
            rank,
            judged.met,
            judged.why,
            judged.score,
            judged.rung.score_needed if ladder.rule.mode is Mode.POINTS else None,
            tuple(self._obligation(one) for one in judged.requirements),
            ladder.benefits.get(rank, ()),
        )

    def _obligation(self, judged: RequirementVerdict) -> Obligation:
        asked = judged.requirement
        if self.program is None:  # a verdict always comes from a program
            raise ValueError(asked.category)
        category = self.program.categories[asked.category]
        return Obligation(
            category.id,
            category.name,
            category.value_type,
            asked.target,
            judged.current,
            judged.met,
            judged.missing,
            judged.why,
            asked.score,
            judged.score,
            asked.floor,
            judged.floor_held,
            asked.mandatory,
            asked.any_of,
            self.program.measures.get(asked.category),
            self.program.currency,
        )
