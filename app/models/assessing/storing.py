"""Store verdicts and let the policies act on them (P9, P10).

An assessment is stored once per partnership and day and set of figures; storing the same again writes nothing. While
a partnership is not active no policy moves its tier (P3), and an assessment of a day before the latest change of tier
is kept as a record only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app import clock, scope
from app.models.assessing import recording
from app.models.assessing.among import among
from app.models.assessing.live import assess
from app.models.assessing.moving import Move, forget, move
from app.models.assessing.recording import Before, Changed
from app.models.assessing.standing import Standing
from app.models.assessment import Assessment, Cause, ParameterChange
from app.models.event import Event, Told
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.partnership import Partnership, TierPeriod
from app.models.person import Person
from app.models.vendor import Vendor
from app.rules.measures import EXACT
from app.rules.periods import is_review_day
from app.rules.policies import Decision, decide
from app.rules.program import Mode, Upgrades

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
class _Verdict:
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


@dataclass(frozen=True)
class _Subject:
    """A partnership as an event names it."""

    id: int
    partner_id: int
    __tablename__ = "partnership"


def store(
    session: Session,
    on: date,
    partner_ids: Collection[int] | None = None,
    *,
    cause: Cause,
    by: Person | None = None,
) -> list[Outcome]:
    """Assess everybody on a day, keep the verdicts, and let the policies move tiers. One transaction with what follows."""
    with _in_the_books(session):
        _lock(session, on, partner_ids)
        standings = assess(session, on, partner_ids)
        if cause is Cause.FACT:
            standings = [
                one for one in standings if one.ladder and one.ladder.policies.upgrades is Upgrades.AT_ONCE
            ]
        verdicts = _verdicts(session, on, standings, cause)
        outcomes = [Outcome(one.standing, not one.repeats, one.decision, _moved_to(one)) for one in verdicts]
        changed = [one for one in verdicts if one.moves or _risk_changes(one) or not one.repeats]
        ids = _insert(session, on, [one for one in changed if not one.repeats], cause)
        _write_history(session, on, changed, ids, by)
        _act(session, on, changed, ids, by)
    Event.record_all(session, [told for one in changed for told in _tell(one)], by=by)
    return outcomes


def foresee(
    session: Session, on: date, partner_ids: Collection[int] | None = None, *, cause: Cause
) -> list[tuple[Outcome, list[Changed]]]:
    """Say what `store` would do and write into the histories, without doing it (P3)."""
    verdicts = _verdicts(session, on, assess(session, on, partner_ids), cause)
    earned_before = {one.before.earned_tier_id for one in verdicts if one.before}
    names = recording.tier_names(session, earned_before)
    return [
        (Outcome(one.standing, not one.repeats, one.decision, _moved_to(one)), _changes(one, names))
        for one in verdicts
    ]


def reassess(
    session: Session, partner_ids: Collection[int], *, cause: Cause, by: Person | None = None
) -> list[Outcome]:
    """Assess these partners today, each in its own time zone (M4): after a fact changed, an import, publishing."""
    outcomes: list[Outcome] = []
    for zone, ids in _by_zone(session, partner_ids).items():
        outcomes += store(session, clock.today(zone), ids, cause=cause, by=by)
    return outcomes


@contextmanager
def _in_the_books(session: Session) -> Iterator[None]:
    """A partner's act has consequences that only the vendor's books may hold."""
    opened = scope.current()
    if opened is not None and opened.role is scope.Role.PARTNER:
        with scope.books(session):
            yield
    else:
        yield


def _lock(session: Session, on: date, partner_ids: Collection[int] | None) -> None:
    """One after another: what is read from here on stays true until the commit."""
    rows = select(Partnership.id).where(Partnership.start_on <= on, Partnership.due_on >= on)
    if partner_ids is not None:
        rows = rows.where(among(Partnership.partner_id, partner_ids))
    session.execute(rows.order_by(Partnership.id).with_for_update(key_share=True))


def _verdicts(session: Session, on: date, standings: Sequence[Standing], cause: Cause) -> list[_Verdict]:
    judged = [one for one in standings if one.ladder is not None]
    before = recording.latest(session, [one.subject.partnership_id for one in judged], on)
    moved_later = _moved_after(session, on, [one.subject.partnership_id for one in judged])
    verdicts = []
    for one in judged:
        figures = recording.figures_of(one)
        last = before.get(one.subject.partnership_id)
        repeats = last is not None and last.says_the_same(one, figures)
        stands = one.subject.partnership_id in moved_later or not one.subject.active
        review = cause in AT_REVIEW and _is_reviewed(one)
        keeps = stands or (repeats and not review and cause is Cause.COMMAND)
        decision = Decision(one.held_rank, one.at_risk_until) if keeps else _decide(one, review=review)
        verdicts.append(_Verdict(one, figures, last, decision, repeats))
    return verdicts


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


def _moved_to(one: _Verdict) -> str | None:
    return one.standing.ladder.names[one.decision.rank] if one.moves and one.standing.ladder else None


def _risk_changes(one: _Verdict) -> bool:
    return one.decision.at_risk_until != one.standing.at_risk_until


def _insert(session: Session, on: date, verdicts: Sequence[_Verdict], cause: Cause) -> dict[int, int]:
    """Keep the verdicts; the new assessment's id by partnership."""
    if not verdicts:
        return {}
    now = clock.now()
    rows: list[dict[str, Any]] = [
        {
            "partner_id": one.standing.subject.partner_id,
            "partnership_id": one.standing.subject.partnership_id,
            "version_id": one.standing.version_id,
            "assessed_on": on,
            "assessed_at": now,
            "cause": cause,
            "earned_tier_id": one.standing.earned.tier_id,
            "held_tier_id": one.held_tier_id,
            "next_tier_id": _next_tier_id(one),
            "score": _score(one.standing),
            "progress": _progress(one),
            "at_risk_until": one.decision.at_risk_until,
            "figures": one.figures,
        }
        for one in verdicts
    ]
    ids = session.scalars(insert(Assessment).returning(Assessment.id, sort_by_parameter_order=True), rows)
    return {row["partnership_id"]: number for row, number in zip(rows, ids, strict=True)}


def _next_tier_id(one: _Verdict) -> int | None:
    above = [step.tier_id for step in one.standing.steps if step.rank > one.decision.rank]
    return above[0] if above else None


def _progress(one: _Verdict) -> Decimal | None:
    above = [step.progress for step in one.standing.steps if step.rank > one.decision.rank]
    return above[0] if above else None


def _score(standing: Standing) -> Decimal | None:
    """The points on the way to the next tier, where points are counted."""
    step = standing.compared_with
    if step is None or standing.mode is not Mode.POINTS:
        return None
    score: Fraction = step.score
    return EXACT.divide(Decimal(score.numerator), Decimal(score.denominator)).quantize(Decimal("0.000001"))


def _write_history(
    session: Session, on: date, verdicts: Sequence[_Verdict], ids: dict[int, int], by: Person | None
) -> None:
    names = recording.tier_names(
        session, {number for one in verdicts if one.before for number in (one.before.earned_tier_id,)}
    )
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
        for change in _changes(one, names)
    ]
    if rows:
        session.execute(insert(ParameterChange), rows)


def _changes(one: _Verdict, names: dict[int, str]) -> list[Changed]:
    changes: list[Changed] = []
    if one.before is not None and not one.repeats:
        changes += recording.differences(one.before, one.figures)
        if one.before.earned_tier_id != one.standing.earned.tier_id:
            changes.append(
                Changed("tier earned", names.get(one.before.earned_tier_id), one.standing.earned.name)
            )
    if one.moves:
        changes.append(Changed("tier held", one.standing.held.name, _moved_to(one)))
    if _risk_changes(one):
        was, now = one.standing.at_risk_until, one.decision.at_risk_until
        changes.append(Changed("at risk until", _iso(was), _iso(now)))
    return changes


def _act(
    session: Session, on: date, verdicts: Sequence[_Verdict], ids: dict[int, int], by: Person | None
) -> None:
    """Move the tiers that the policies move, and set or lift the days of grace."""
    moves = [
        Move(
            one.standing.subject.partnership_id,
            one.standing.subject.partner_id,
            one.standing.subject.partner_type_id,
            one.held_tier_id,
            one.decision.why,
            assessment_id=ids.get(one.standing.subject.partnership_id)
            or (one.before.id if one.before else None),
            by_id=None if by is None else by.id,
        )
        for one in verdicts
        if one.moves
    ]
    move(session, on, moves)
    at_risk = [one for one in verdicts if _risk_changes(one)]
    for one in at_risk:
        session.execute(
            update(Partnership)
            .where(Partnership.id == one.standing.subject.partnership_id)
            .values(at_risk_until=one.decision.at_risk_until)
            .execution_options(synchronize_session=False)
        )
    forget(session, {one.standing.subject.partnership_id for one in at_risk})


def _tell(one: _Verdict) -> Iterator[Told]:
    """An event for what changed: the tier, or the day of grace."""
    subject = _Subject(one.standing.subject.partnership_id, one.standing.subject.partner_id)
    if one.moves:
        kind = "partnership.rose" if one.decision.rank > one.standing.held_rank else "partnership.fell"
        after = {"tier": _moved_to(one), "why": one.decision.why}
        yield Told(kind, subject, {"tier": one.standing.held.name}, after)
    if _risk_changes(one):
        kind = "partnership.at_risk" if one.decision.at_risk_until else "partnership.out_of_risk"
        was, now = one.standing.at_risk_until, one.decision.at_risk_until
        yield Told(kind, subject, {"at_risk_until": was}, {"at_risk_until": now})


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _by_zone(session: Session, partner_ids: Collection[int]) -> dict[str, list[int]]:
    zone = func.coalesce(
        OperatingCompany.time_zone, select(Vendor.time_zone).limit(1).scalar_subquery(), "UTC"
    )
    found = (
        select(Partner.id, zone)
        .outerjoin(OperatingCompany, OperatingCompany.id == Partner.operating_company_id)
        .where(among(Partner.id, partner_ids))
        .order_by(Partner.id)
    )
    zones: dict[str, list[int]] = {}
    for partner_id, name in session.execute(found):
        zones.setdefault(name, []).append(partner_id)
    return zones
