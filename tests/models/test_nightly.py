"""The night: what was due is renewed or ended, and everybody is assessed on the day that is over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app import Accord, jobs, scope
from app.database import unit_of_work
from app.models import ActivePeriod, Assessment, Cause, Event, Partnership, Tier, TierPeriod
from app.models.assessing import nightly
from app.models.renewal import close_or_renew, warn
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.models.stories import BEGINS, ENDS, told

UTC = "UTC"
NEW_YEAR = date(2027, 1, 1)


def night(session: Session) -> list[date]:
    """What the job does for one zone."""
    session.flush()
    days = nightly.days_to_close(session, UTC)
    for day in days:
        for portion in nightly.partners_of(session, UTC, day):
            nightly.assess_apart(session, day, portion)
        nightly.close(session, UTC, day, refused=0)
    return days


def held(session: Session, day: date) -> str | None:
    return session.scalar(
        select(Tier.name)
        .join(TierPeriod, TierPeriod.tier_id == Tier.id)
        .where(TierPeriod.during.contains(day))
    )


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(Event.kind).order_by(Event.id)))


def test_the_day_that_is_over_is_assessed_once(session: Session, cast: Cast, time_machine: Any) -> None:
    """P10"""
    told(session, cast)
    time_machine.move_to("2026-07-01T00:07:00Z")

    assert night(session) == [date(2026, 6, 30)]
    assert night(session) == []

    assert session.scalars(select(Assessment.cause)).all() == [Cause.NIGHT]


def test_the_review_takes_place_in_the_night_after_its_day(
    session: Session, cast: Cast, time_machine: Any
) -> None:
    """P9"""
    told(session, cast, held="Silver")
    time_machine.move_to("2026-12-31T00:07:00Z")
    night(session)
    assert held(session, date(2026, 12, 31)) == "Silver"

    time_machine.move_to("2027-01-01T00:07:00Z")
    night(session)

    assert held(session, NEW_YEAR) == "Registered"


def test_a_review_that_was_missed_is_made_up_for(session: Session, cast: Cast, time_machine: Any) -> None:
    """P9"""
    told(session, cast, held="Silver")
    time_machine.move_to("2026-12-30T00:07:00Z")
    night(session)

    time_machine.move_to("2027-01-10T00:07:00Z")

    assert night(session) == [date(2026, 12, 31), date(2027, 1, 9)]
    assert held(session, NEW_YEAR) == "Registered"


def test_one_missing_rate_does_not_keep_the_others_waiting(
    session: Session, cast: Cast, time_machine: Any
) -> None:
    """M3"""
    story = told(session, cast)
    factories.partnership(session, cast.bolt, BEGINS, ENDS)
    factories.order(session, cast.acme, "1", date(2026, 6, 1), (story.bike, "1"), currency="EUR")
    time_machine.move_to("2026-07-01T00:07:00Z")

    night(session)

    assert session.scalars(select(Assessment.partner_id)).all() == [cast.bolt.id]
    assert "assessment.refused" in kinds(session)


def test_a_partnership_that_is_due_ends_where_the_type_does_not_renew(
    session: Session, cast: Cast, time_machine: Any
) -> None:
    """P1"""
    told(session, cast, renews=False)
    session.execute(update(ActivePeriod).values(during=Range(BEGINS, None)))
    time_machine.move_to("2028-01-01T00:07:00Z")
    session.flush()

    (closed,) = close_or_renew(session, date(2028, 1, 1), [cast.acme.id])

    assert closed.due_on == ENDS
    assert session.scalars(select(func.upper(ActivePeriod.during))).all() == [date(2028, 1, 1)]


@pytest.mark.parametrize(
    ("today", "bounded", "due_on"),
    [
        ("2028-01-01", True, date(2028, 12, 31)),
        ("2028-01-01", False, date(2028, 12, 31)),
        ("2030-06-01", False, date(2030, 12, 31)),
    ],
)
def test_a_type_that_renews_by_itself_renews_for_a_year(
    session: Session, cast: Cast, time_machine: Any, today: str, bounded: bool, due_on: date
) -> None:
    """P1"""
    story = told(session, cast)
    if not bounded:
        session.execute(update(ActivePeriod).values(during=Range(BEGINS, None)))
    time_machine.move_to(f"{today}T00:07:00Z")
    session.flush()

    close_or_renew(session, date.fromisoformat(today), [cast.acme.id])

    assert story.partnership.due_on == due_on
    assert session.scalars(select(ActivePeriod.during)).all() == [Range(BEGINS, None)]
    assert close_or_renew(session, date.fromisoformat(today), [cast.acme.id]) == []


def test_a_partnership_begun_since_keeps_the_night_from_turning_the_old_one_on(
    session: Session, cast: Cast, time_machine: Any
) -> None:
    """P1"""
    old = told(session, cast).partnership
    time_machine.move_to("2028-01-01T09:00:00Z")
    session.flush()
    new = Partnership.begin(session, cast.acme, by=cast.anna)

    close_or_renew(session, date(2028, 1, 1), [cast.acme.id])

    active = select(ActivePeriod.partnership_id).where(ActivePeriod.during.contains(date(2028, 1, 1)))
    assert session.scalars(active).all() == [new.id]
    assert old.due_on == date(2028, 12, 31)


def test_who_will_end_is_warned_60_30_and_7_days_ahead_and_once_each(session: Session, cast: Cast) -> None:
    """P1"""
    told(session, cast, renews=False)
    session.flush()
    asked = (
        date(2027, 10, 31),
        date(2027, 11, 1),
        date(2027, 11, 2),
        date(2027, 12, 1),
        date(2027, 12, 24),
        ENDS,
    )

    warned = [len(warn(session, day, [cast.acme.id])) for day in asked]

    assert warned == [0, 1, 0, 1, 1, 0]


def test_who_renews_by_itself_is_not_warned(session: Session, cast: Cast) -> None:
    """P1"""
    told(session, cast)
    session.flush()

    assert warn(session, date(2027, 12, 24), [cast.acme.id]) == []


def test_the_worker_closes_the_night_and_assesses_on_request(fresh_app: Accord, time_machine: Any) -> None:
    """P1, P10"""
    time_machine.move_to("2026-07-01T00:07:00Z", tick=False)
    with unit_of_work(scope.Scope(scope.Role.STAFF)) as session:
        told(session, people.tell(session))

    jobs.night()
    jobs.night()
    jobs.assess_everybody()

    with unit_of_work() as session:
        kept = session.execute(select(Assessment.assessed_on, Assessment.cause).order_by(Assessment.id)).all()
    assert [tuple(one) for one in kept] == [(date(2026, 6, 30), Cause.NIGHT), (date(2026, 7, 1), Cause.STAFF)]
