"""Stored verdicts, history, and the policies that move tiers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import Accord, scope
from app.database import unit_of_work
from app.models import (
    ActivePeriod,
    Assessment,
    Cause,
    Downgrades,
    Event,
    ParameterChange,
    Partnership,
    Tier,
    TierPeriod,
    Upgrades,
)
from app.models.assessing import Outcome, reassess, standing, store
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.models.stories import Story, told

DAY = date(2026, 6, 30)
YEAR_END = date(2026, 12, 31)


def acme(session: Session, cast: Cast, day: date, cause: Cause = Cause.COMMAND) -> Outcome | None:
    session.flush()
    return next(iter(store(session, day, [cast.acme.id], cause=cause)), None)


def ordered(session: Session, cast: Cast, story: Story, number: str, day: date, amount: str) -> None:
    factories.order(session, cast.acme, number, day, (story.bike, amount))


def held(session: Session, day: date) -> str | None:
    return session.scalar(
        select(Tier.name)
        .join(TierPeriod, TierPeriod.tier_id == Tier.id)
        .where(TierPeriod.during.contains(day))
    )


def test_a_verdict_is_kept_with_every_figure_it_used(session: Session, cast: Cast) -> None:
    """P10"""
    story = told(session, cast)
    ordered(session, cast, story, "1", DAY, "6000.5")

    acme(session, cast, DAY)

    kept = session.scalars(select(Assessment)).one()
    assert (kept.version_id, kept.assessed_on, kept.cause) == (story.version.id, DAY, Cause.COMMAND)
    bronze, silver = kept.figures
    assert bronze["met"]
    assert silver["obligations"][0]["current"] == "6000.5"
    assert silver["obligations"][0]["target"] == "50000"


def test_the_same_figures_of_the_same_day_are_kept_once(session: Session, cast: Cast) -> None:
    """P10"""
    story = told(session, cast)
    ordered(session, cast, story, "1", DAY, "6000")

    stored = [acme(session, cast, day) for day in (DAY, DAY, date(2026, 7, 1))]

    assert [one.stored for one in stored if one] == [True, False, True]
    assert session.scalar(select(func.count()).select_from(TierPeriod)) == 2


def test_a_verdict_is_never_edited(session: Session, cast: Cast) -> None:
    """P10"""
    told(session, cast)
    acme(session, cast, DAY)

    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(update(Assessment).values(assessed_on=YEAR_END))


def test_a_partner_rises_at_once(session: Session, cast: Cast) -> None:
    """P9"""
    story = told(session, cast)
    ordered(session, cast, story, "1", DAY, "50000")

    outcome = acme(session, cast, DAY, Cause.FACT)

    assert outcome
    assert outcome.moved_to == "Silver"
    assert (held(session, date(2026, 6, 29)), held(session, DAY)) == ("Registered", "Silver")
    assert session.scalars(select(Event.kind).order_by(Event.id)).all()[-1] == "partnership.rose"


def test_a_partner_rises_at_the_review_only(session: Session, cast: Cast) -> None:
    """P9"""
    story = told(session, cast, upgrades=Upgrades.AT_REVIEW)
    ordered(session, cast, story, "1", DAY, "50000")

    assert acme(session, cast, DAY, Cause.FACT) is None
    acme(session, cast, DAY)
    assert held(session, DAY) == "Registered"

    acme(session, cast, YEAR_END, Cause.NIGHT)
    assert held(session, YEAR_END) == "Silver"


def test_an_upgrade_waits_for_approval(session: Session, cast: Cast) -> None:
    """P9"""
    story = told(session, cast, upgrades=Upgrades.WITH_APPROVAL)
    ordered(session, cast, story, "1", DAY, "50000")

    outcome = acme(session, cast, YEAR_END)

    assert outcome
    assert outcome.decision
    assert outcome.decision.awaits_approval
    assert held(session, YEAR_END) == "Registered"


def test_a_partner_falls_at_the_review_and_not_before(session: Session, cast: Cast) -> None:
    """P9"""
    told(session, cast, held="Silver")

    acme(session, cast, DAY)
    assert held(session, DAY) == "Silver"

    acme(session, cast, YEAR_END, Cause.FACT)
    assert held(session, YEAR_END) == "Silver"

    acme(session, cast, YEAR_END, Cause.NIGHT)
    assert (held(session, DAY), held(session, YEAR_END)) == ("Silver", "Registered")


def test_during_grace_the_tier_is_at_risk_and_falls_on_the_day_after(session: Session, cast: Cast) -> None:
    """P9"""
    story = told(session, cast, held="Silver", downgrades=Downgrades.AFTER_GRACE, grace_days=30)

    acme(session, cast, DAY, Cause.NIGHT)
    session.refresh(story.partnership)
    assert story.partnership.at_risk_until == date(2026, 7, 30)

    acme(session, cast, date(2026, 7, 30), Cause.NIGHT)
    assert held(session, date(2026, 7, 30)) == "Silver"

    acme(session, cast, date(2026, 7, 31), Cause.NIGHT)
    session.refresh(story.partnership)
    assert held(session, date(2026, 7, 31)) == "Registered"
    assert story.partnership.at_risk_until is None


def test_earning_the_tier_again_lifts_the_risk(session: Session, cast: Cast) -> None:
    """P9"""
    story = told(session, cast, held="Bronze", downgrades=Downgrades.AFTER_GRACE, grace_days=30)
    acme(session, cast, DAY, Cause.NIGHT)
    ordered(session, cast, story, "1", date(2026, 7, 1), "5000")

    acme(session, cast, date(2026, 7, 2), Cause.FACT)

    session.refresh(story.partnership)
    assert story.partnership.at_risk_until is None
    kinds = session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds[-2:] == ["partnership.at_risk", "partnership.out_of_risk"]


def test_nothing_moves_while_the_partnership_is_off(session: Session, cast: Cast) -> None:
    """P1, P3"""
    story = told(session, cast)
    session.execute(text("delete from active_period"))
    ordered(session, cast, story, "1", DAY, "50000")

    acme(session, cast, YEAR_END)

    assert session.scalar(select(func.count()).select_from(ActivePeriod)) == 0
    assert held(session, YEAR_END) == "Registered"


def test_history_rows_come_from_comparing_two_assessments(session: Session, cast: Cast) -> None:
    """P10"""
    story = told(session, cast)
    acme(session, cast, DAY)
    ordered(session, cast, story, "1", date(2026, 7, 1), "6000")

    acme(session, cast, date(2026, 7, 2))

    rows = {row.what: (row.old, row.new) for row in session.scalars(select(ParameterChange))}
    assert rows == {
        "current": ("0", "6000"),
        "tier earned": ("Registered", "Bronze"),
        "tier held": ("Registered", "Bronze"),
    }


def test_an_assessment_of_an_older_day_is_kept_but_moves_nothing(session: Session, cast: Cast) -> None:
    """P9"""
    story = told(session, cast)
    ordered(session, cast, story, "1", DAY, "50000")
    acme(session, cast, DAY)
    ordered(session, cast, story, "2", date(2026, 2, 1), "5000")

    outcome = acme(session, cast, date(2026, 3, 1))

    assert outcome
    assert (outcome.stored, outcome.moved_to) == (True, None)
    assert held(session, date(2026, 3, 1)) == "Registered"


def test_a_day_is_the_partners_own_calendar_day(session: Session, cast: Cast, time_machine: Any) -> None:
    """M4"""
    told(session, cast)
    east = factories.operating_company(session, "NZ", zone="Pacific/Auckland")
    cast.acme.operating_company_id = east.id
    session.flush()
    time_machine.move_to("2026-06-30T23:00:00Z")

    reassess(session, [cast.acme.id], cause=Cause.IMPORT)

    assert session.scalars(select(Assessment.assessed_on)).one() == date(2026, 7, 1)


def test_a_partners_own_act_is_written_in_the_vendors_books(
    session: Session, cast: Cast, as_partner: Any
) -> None:
    """P10, A6"""
    story = told(session, cast)
    ordered(session, cast, story, "1", DAY, "50000")

    with as_partner(cast.acme) as own:
        outcomes = store(own, DAY, [cast.acme.id], cause=Cause.FACT)
        own.commit()
        mine = standing(own, cast.acme.id, DAY)

    assert [one.moved_to for one in outcomes] == ["Silver"]
    assert mine
    assert mine.held.name == "Silver"


def test_objects_already_read_see_the_new_tier(session: Session, cast: Cast) -> None:
    """P9"""
    story = told(session, cast, held="Silver", downgrades=Downgrades.AFTER_GRACE, grace_days=1)
    partnership = session.get_one(Partnership, story.partnership.id)

    acme(session, cast, DAY)

    assert partnership.at_risk_until == date(2026, 7, 1)


def test_two_assessments_at_the_same_moment_move_the_tier_once(fresh_app: Accord) -> None:
    """P9, P10"""
    with unit_of_work(scope.Scope(scope.Role.STAFF)) as staff:
        cast = people.tell(staff)
        ordered(staff, cast, told(staff, cast), "1", DAY, "6000")
    together = Barrier(2)

    def assessed() -> list[bool]:
        with fresh_app.app_context(), unit_of_work() as worker:
            together.wait()
            return [one.stored for one in store(worker, DAY, cause=Cause.COMMAND)]

    with ThreadPoolExecutor(2) as both:
        stored = [one.result() for one in [both.submit(assessed), both.submit(assessed)]]

    assert sorted(stored) == [[False], [True]]
    with unit_of_work() as worker:
        assert worker.scalar(select(func.count()).select_from(TierPeriod)) == 2
