"""The parameter history and the events that a verdict makes (P10, A7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app import clock
from app.models.assessing import recording
from app.models.assessing.recording import Changed
from app.models.assessing.verdicts import Verdict
from app.models.assessment import ParameterChange
from app.models.event import Told
from app.models.person import Person


@dataclass(frozen=True)
class Subject:
    """A partnership as an event names it."""

    id: int
    partner_id: int
    __tablename__ = "partnership"


def write(
    session: Session, on: date, verdicts: Sequence[Verdict], ids: dict[int, int], by: Person | None
) -> None:
    """Add the history rows of these verdicts; `ids` are their assessments by partnership."""
    names = names_before(session, verdicts)
    rows = [
        {
            "partner_id": one.standing.subject.partner_id,
            "partnership_id": one.standing.subject.partnership_id,
            "category_id": change.category_id,
            "day": on,
            "at": clock.now(),
            "what": change.what,
            "old": change.old,
            "new": change.new,
            "why": one.decision.why if change.category_id is None else "Assessed.",
            "assessment_id": ids.get(one.standing.subject.partnership_id),
            "by_id": None if by is None else by.id,
        }
        for one in verdicts
        for change in changes_of(one, names)
    ]
    if rows:
        session.execute(insert(ParameterChange), rows)


def names_before(session: Session, verdicts: Sequence[Verdict]) -> dict[int, str]:
    """Return the names of the tiers that were earned before, by number."""
    return recording.tier_names(session, {one.before.earned_tier_id for one in verdicts if one.before})


def changes_of(one: Verdict, names: dict[int, str]) -> list[Changed]:
    """Return what changed: current values and targets, the tier earned, the tier held, the days of grace."""
    changes: list[Changed] = []
    if one.before is not None and not one.repeats:
        changes += recording.differences(one.before, one.figures)
        if one.before.earned_tier_id != one.standing.earned.tier_id:
            changes.append(
                Changed("tier earned", names.get(one.before.earned_tier_id), one.standing.earned.name)
            )
    if one.moves:
        changes.append(Changed("tier held", one.standing.held.name, one.moved_to))
    if one.risk_changes:
        was, now = one.standing.at_risk_until, one.decision.at_risk_until
        changes.append(Changed("at risk until", _iso(was), _iso(now)))
    return changes


def tell(one: Verdict) -> Iterator[Told]:
    """An event for what changed: the tier, or the day of grace."""
    subject = Subject(one.standing.subject.partnership_id, one.standing.subject.partner_id)
    if one.moves:
        kind = "partnership.rose" if one.decision.rank > one.standing.held_rank else "partnership.fell"
        after = {"tier": one.moved_to, "why": one.decision.why}
        yield Told(kind, subject, {"tier": one.standing.held.name}, after)
    if one.risk_changes:
        kind = "partnership.at_risk" if one.decision.at_risk_until else "partnership.out_of_risk"
        was, now = one.standing.at_risk_until, one.decision.at_risk_until
        yield Told(kind, subject, {"at_risk_until": was}, {"at_risk_until": now})


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
