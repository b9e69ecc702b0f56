"""What an assessment keeps: its figures as JSON, and the history rows it makes (P10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.models.assessing.among import among
from app.models.assessing.standing import Standing
from app.models.assessing.steps import Obligation, Step
from app.models.assessment import Assessment
from app.models.partner_type import Tier
from app.rules.measures import EXACT
from app.rules.program_values import plain

FORTY: Final = Context(prec=40, rounding=ROUND_HALF_UP)
LONGEST: Final = 60
"""Sums of amounts times rates are shorter; only quotients are longer."""


@dataclass(frozen=True)
class Before:
    """The latest assessment of a partnership up to a day, as far as the next one looks at it."""

    id: int
    assessed_on: date
    version_id: int
    earned_tier_id: int
    held_tier_id: int
    figures: list[dict[str, Any]]

    def says_the_same(self, standing: Standing, figures: list[dict[str, Any]]) -> bool:
        """Whether storing would only repeat this one: same day, same program, same figures, same verdict."""
        return (
            self.assessed_on == standing.on
            and self.version_id == standing.version_id
            and self.earned_tier_id == standing.earned.tier_id
            and self.figures == figures
        )


def figures_of(standing: Standing) -> list[dict[str, Any]]:
    """Every tier with every obligation, decimals as text."""
    return [_step(step) for step in standing.steps if step.rank > 0]


def latest(session: Session, partnership_ids: Iterable[int], on: date) -> dict[int, Before]:
    """The latest assessment of each partnership that is about the day or an earlier one."""
    found = (
        select(
            Assessment.partnership_id,
            Assessment.id,
            Assessment.assessed_on,
            Assessment.version_id,
            Assessment.earned_tier_id,
            Assessment.held_tier_id,
            Assessment.figures,
        )
        .where(among(Assessment.partnership_id, partnership_ids), Assessment.assessed_on <= on)
        .ext(distinct_on(Assessment.partnership_id))
        .order_by(Assessment.partnership_id, Assessment.assessed_on.desc(), Assessment.id.desc())
    )
    return {row.partnership_id: Before(*tuple(row)[1:]) for row in session.execute(found)}


def tier_names(session: Session, tier_ids: Iterable[int]) -> dict[int, str]:
    """The names of tiers, for history rows."""
    found = select(Tier.id, Tier.name).where(among(Tier.id, tier_ids))
    return {row.id: row.name for row in session.execute(found)}


@dataclass(frozen=True)
class Changed:
    """One row of the parameter history: what it was and what it became."""

    what: str
    old: str | None
    new: str | None
    category_id: int | None = None


def differences(before: Before, figures: list[dict[str, Any]]) -> list[Changed]:
    """What changed in current values and targets from one assessment to the next."""
    was, now = _currents(before.figures), _currents(figures)
    changed = [
        Changed("current", was.get(category), current, category)
        for category, current in now.items()
        if category in was and was[category] != current
    ]
    targets_were, targets = _targets(before.figures), _targets(figures)
    changed += [
        Changed(f"target of {tier}", targets_were.get((tier, category)), target, category)
        for (tier, category), target in targets.items()
        if targets_were.get((tier, category)) != target
    ]
    gone = targets_were.keys() - targets.keys()
    return changed + [
        Changed(f"target of {tier}", targets_were[tier, category], None, category)
        for tier, category in sorted(gone)
    ]


def _currents(figures: list[dict[str, Any]]) -> dict[int, str | None]:
    return {one["category_id"]: one["current"] for step in figures for one in step["obligations"]}


def _targets(figures: list[dict[str, Any]]) -> dict[tuple[str, int], str]:
    return {
        (step["tier"], one["category_id"]): one["target"] for step in figures for one in step["obligations"]
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "tier": step.name,
        "tier_id": step.tier_id,
        "rank": step.rank,
        "met": step.met,
        "score": exact(step.score),
        "target_score": None if step.target_score is None else exact(step.target_score),
        "obligations": [_obligation(one) for one in step.obligations],
    }


def _obligation(one: Obligation) -> dict[str, Any]:
    figures: Mapping[str, Any] = {
        "category": one.category,
        "category_id": one.category_id,
        "current": None if one.value is None else written(one.value),
        "target": plain(one.target),
        "score": None if one.score is None else plain(one.score),
        "earned": exact(one.earned),
        "met": one.met,
    }
    return dict(figures) if one.is_computable else {**figures, "why": one.why}


def exact(score: Fraction) -> str:
    """A score as text: whole when its decimals end, else with forty digits."""
    return written(EXACT.divide(Decimal(score.numerator), Decimal(score.denominator)))


def written(value: Decimal) -> str:
    """A figure as text: sums in full; a quotient whose decimals do not end, with forty digits."""
    text = plain(value)
    return text if len(text) <= LONGEST else plain(FORTY.plus(value))
