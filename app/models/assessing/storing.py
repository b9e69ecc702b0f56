"""Store verdicts and let the policies act on them (P9, P10).

An assessment is stored once per partnership and day and set of figures; storing the same again writes nothing. While
a partnership is not active no policy moves its tier (P3), and an assessment of a day before the latest change of tier
is kept as a record only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app import clock, scope
from app.models.assessing import history
from app.models.assessing.among import among
from app.models.assessing.live import assess
from app.models.assessing.moving import Move, forget, move
from app.models.assessing.recording import Changed
from app.models.assessing.verdicts import Outcome, Verdict, verdicts
from app.models.assessment import Assessment, Cause
from app.models.event import Event
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.partnership import Partnership
from app.models.person import Person
from app.models.vendor import Vendor
from app.rules.program import Upgrades


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
        found = verdicts(session, on, standings, cause)
        changed = [one for one in found if one.matters]
        ids = _insert(session, on, [one for one in changed if not one.repeats], cause)
        history.write(session, on, changed, ids, by)
        _act(session, on, changed, ids, by)
        _credit_by_the_new_tiers(session, on, changed, by)
    Event.record_all(session, [told for one in changed for told in history.tell(one)], by=by)
    return [one.outcome for one in found]


def foresee(
    session: Session, on: date, partner_ids: Collection[int] | None = None, *, cause: Cause
) -> list[tuple[Outcome, list[Changed]]]:
    """Say what `store` would do and write into the histories, without doing it (P3)."""
    found = verdicts(session, on, assess(session, on, partner_ids), cause)
    names = history.names_before(session, found)
    return [(one.outcome, history.changes_of(one, names)) for one in found]


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


def _insert(session: Session, on: date, changed: Sequence[Verdict], cause: Cause) -> dict[int, int]:
    """Keep the verdicts; the new assessment's id by partnership."""
    if not changed:
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
            "next_tier_id": one.above.tier_id if one.above else None,
            "score": one.score,
            "progress": one.above.progress if one.above else None,
            "at_risk_until": one.decision.at_risk_until,
            "figures": one.figures,
        }
        for one in changed
    ]
    ids = session.scalars(insert(Assessment).returning(Assessment.id, sort_by_parameter_order=True), rows)
    return {row["partnership_id"]: number for row, number in zip(rows, ids, strict=True)}


def _act(
    session: Session, on: date, changed: Sequence[Verdict], ids: dict[int, int], by: Person | None
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
        for one in changed
        if one.moves
    ]
    move(session, on, moves)
    at_risk = [one for one in changed if one.risk_changes]
    for one in at_risk:
        session.execute(
            update(Partnership)
            .where(Partnership.id == one.standing.subject.partnership_id)
            .values(at_risk_until=one.decision.at_risk_until)
            .execution_options(synchronize_session=False)
        )
    forget(session, {one.standing.subject.partnership_id for one in at_risk})


def _credit_by_the_new_tiers(
    session: Session, on: date, changed: Sequence[Verdict], by: Person | None
) -> None:
    """What was closed since a tier moved is credited by the one held then (F3)."""
    from app.models.funds.accruing import bring_partners_into_line  # noqa: PLC0415 - funds know tiers

    moved = [one.standing.subject.partner_id for one in changed if one.moves]
    bring_partners_into_line(session, moved, since=on, by=by)


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
