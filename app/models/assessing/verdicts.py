"""Verdicts on their way into the books: what is new about them, and what the policy makes of each (P3, P9, P10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.assessing import recording
from app.models.assessing.among import among
from app.models.assessing.recording import Before
from app.models.assessing.standing import Standing
from app.models.assessing.steps import Step
from app.models.assessment import Cause
from app.models.partnership import TierPeriod
from app.rules.measures import EXACT
from app.rules.periods import is_review_day
from app.rules.policies import Decision, decide
from app.rules.program import Mode

AT_REVIEW = frozenset({Cause.COMMAND, Cause.NIGHT, Cause.REVIEW, Cause.GRACE})
"""The causes that look at a day that is over (or is meant to be), so that a review due on it takes place."""


@dataclass(frozen=True)
class Outcome:
    """What storing did for one partner."""

    standing: Standing
    stored: bool
    decision: Decision | None
    moved_to: str | None = None


@dataclass(frozen=True)
class Verdict:
    """A standing on its way into the books."""

    standing: Standing
    figures: list[dict[str, Any]]
    before: Before | None
    decision: Decision
    repeats: bool

    @property
    def held_tier_id(self) -> int:
        """The tier held once the policy has acted."""
        ladder = self.standing.ladder
        return ladder.tier_ids[self.decision.rank] if ladder else 0

    @property
    def moves(self) -> bool:
        """Whether the policy moves the tier."""
        return self.decision.rank != self.standing.held_rank

    @property
    def moved_to(self) -> str | None:
        """The name of the tier the policy moves to; None when it stays."""
        ladder = self.standing.ladder
        return ladder.names[self.decision.rank] if self.moves and ladder else None

    @property
    def risk_changes(self) -> bool:
        """Whether the days of grace begin, end or are lifted."""
        return self.decision.at_risk_until != self.standing.at_risk_until

    @property
    def matters(self) -> bool:
        """Whether there is anything to write."""
        return self.moves or self.risk_changes or not self.repeats

    @property
    def above(self) -> Step | None:
        """The tier above the one held once the policy has acted."""
        return next((step for step in self.standing.steps if step.rank > self.decision.rank), None)

    @property
    def score(self) -> Decimal | None:
        """The points on the way to the next tier, where points are counted."""
        step = self.standing.compared_with
        if step is None or self.standing.mode is not Mode.POINTS:
            return None
        exact = EXACT.divide(Decimal(step.score.numerator), Decimal(step.score.denominator))
        return exact.quantize(Decimal("0.000001"))

    @property
    def outcome(self) -> Outcome:
        """What storing it does, for who asked."""
        return Outcome(self.standing, not self.repeats, self.decision, self.moved_to)


def verdicts(session: Session, on: date, standings: Sequence[Standing], cause: Cause) -> list[Verdict]:
    """Say for each partner whose type has a ladder what is new, and what the policy decides."""
    judged = [one for one in standings if one.ladder is not None]
    before = recording.latest(session, [one.subject.partnership_id for one in judged], on)
    moved_later = _moved_after(session, on, [one.subject.partnership_id for one in judged])
    found = []
    for one in judged:
        figures = recording.figures_of(one)
        last = before.get(one.subject.partnership_id)
        repeats = last is not None and last.says_the_same(one, figures)
        stands = one.subject.partnership_id in moved_later or not one.subject.active
        review = cause in AT_REVIEW and _is_reviewed(one)
        keeps = stands or (repeats and not review and cause is Cause.COMMAND)
        decision = Decision(one.held_rank, one.at_risk_until) if keeps else _decide(one, review=review)
        found.append(Verdict(one, figures, last, decision, repeats))
    return found


def _is_reviewed(one: Standing) -> bool:
    if one.ladder is None or one.program is None:
        return False
    return is_review_day(one.on, one.ladder.policies.review.value, one.program.year_starts)


def _decide(one: Standing, *, review: bool) -> Decision:
    if one.ladder is None:
        return Decision(0)
    return decide(
        one.held_rank,
        one.earned_rank,
        one.ladder.policies,
        one.on,
        at_risk_until=one.at_risk_until,
        review=review,
    )


def _moved_after(session: Session, on: date, partnership_ids: list[int]) -> set[int]:
    """The partnerships whose tier changed after the day: what was decided then stands."""
    found = select(TierPeriod.partnership_id).where(
        among(TierPeriod.partnership_id, partnership_ids), func.lower(TierPeriod.during) > on
    )
    return set(session.scalars(found))
