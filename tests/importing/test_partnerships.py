"""Partnerships from files (P1, P2, P4): their periods, their tiers, and that a repeat takes nothing away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ActivePeriod, Partnership, Tier, TierPeriod
from tests import factories
from tests.cast import Cast
from tests.importing.conftest import BringIn

HEADER = "partner_code,start_on,due_on,tier,active"
TODAY = "2026-06-01 12:00"


@pytest.fixture(autouse=True)
def silver(session: Session, cast: Cast) -> Tier:
    made = factories.tier(session, cast.reseller, "Silver")
    session.commit()
    return made


def periods(session: Session) -> list[tuple[date | None, date | None]]:
    found = session.scalars(select(ActivePeriod.during).order_by(ActivePeriod.during))
    return [(during.lower, during.upper) for during in found]


def tiers(session: Session) -> list[tuple[str, date | None, str, str]]:
    found = select(Tier.name, TierPeriod.during, TierPeriod.cause, TierPeriod.why).join(TierPeriod.tier)
    return [
        (name, during.lower, cause.value, why)
        for name, during, cause, why in session.execute(found.order_by(TierPeriod.during))
    ]


@time_machine.travel(TODAY, tick=False)
def test_one_that_is_over_was_active_to_its_due_day_and_registered(
    session: Session, bring_in: BringIn
) -> None:
    """P1, P7"""
    bring_in("partnerships", HEADER, "ACME,2010-01-01,2014-12-31,,")

    assert periods(session) == [(date(2010, 1, 1), date(2015, 1, 1))]
    assert tiers(session) == [("Registered", date(2010, 1, 1), "import", "set by import")]


@time_machine.travel(TODAY, tick=False)
def test_one_under_way_lasts_a_year_unless_said_and_holds_the_tier_named(
    session: Session, bring_in: BringIn
) -> None:
    """P2"""
    bring_in("partnerships", HEADER, "ACME,2026-03-01,,Silver,")

    assert session.scalar(select(Partnership.due_on)) == date(2027, 3, 1)
    assert periods(session) == [(date(2026, 3, 1), None)]
    assert tiers(session)[0][0] == "Silver"


@time_machine.travel(TODAY, tick=False)
def test_a_repeat_without_a_tier_takes_no_tier_away(session: Session, bring_in: BringIn) -> None:
    bring_in("partnerships", HEADER, "ACME,2026-03-01,,Silver,")

    again = bring_in("partnerships", HEADER, "ACME,2026-03-01,,,")

    assert again.counts == (0, 0, 1)
    assert tiers(session)[-1][0] == "Silver"


@time_machine.travel(TODAY, tick=False)
def test_another_tier_is_held_from_today(session: Session, bring_in: BringIn) -> None:
    """P4"""
    bring_in("partnerships", HEADER, "ACME,2026-03-01,,,")

    again = bring_in("partnerships", HEADER, "ACME,2026-03-01,,Silver,")

    assert again.counts == (0, 1, 0)
    assert [(name, since) for name, since, _cause, _why in tiers(session)] == [
        ("Registered", date(2026, 3, 1)),
        ("Silver", date(2026, 6, 1)),
    ]


@time_machine.travel(TODAY, tick=False)
def test_active_is_turned_off_and_on_from_today(session: Session, bring_in: BringIn) -> None:
    """P1, P3"""
    bring_in("partnerships", HEADER, "ACME,2026-03-01,,,")

    bring_in("partnerships", HEADER, "ACME,2026-03-01,,,no")
    off = periods(session)
    with time_machine.travel("2026-07-01 12:00", tick=False):
        bring_in("partnerships", HEADER, "ACME,2026-03-01,,,yes")

    assert off == [(date(2026, 3, 1), date(2026, 6, 1))]
    assert periods(session) == [*off, (date(2026, 7, 1), None)]


@time_machine.travel(TODAY, tick=False)
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["ACME,2026-03-01,,,", "ACME,2026-04-01,,,"], "may have one at a time"),
        (["ACME,2026-03-01,,Platinum,"], "no such tier for a Reseller"),
        (["CRANE,2026-03-01,,Silver,"], "no such tier for a Consultant"),
        (["ACME,2026-03-01,2026-02-28,,"], "before start_on"),
        (["ACME,2026-02-30,,,"], "The calendar has no 2026-02-30"),
        (["ACME,2026-03-01,,,maybe"], "neither yes nor no"),
    ],
)
def test_what_no_partnership_can_be_is_refused(
    session: Session, bring_in: BringIn, rows: list[str], words: str
) -> None:
    """P1, P4"""
    assert words in bring_in("partnerships", HEADER, *rows).whys
    assert session.scalar(select(Partnership)) is None


@time_machine.travel(TODAY, tick=False)
def test_a_second_active_one_beside_a_stored_one_is_refused(bring_in: BringIn) -> None:
    """P1"""
    bring_in("partnerships", HEADER, "ACME,2026-03-01,,,")

    assert "may have one at a time" in bring_in("partnerships", HEADER, "ACME,2026-05-01,,,").whys
    assert bring_in("partnerships", HEADER, "ACME,2026-05-01,,,no").counts == (1, 0, 0)


@time_machine.travel(TODAY, tick=False)
def test_partnerships_come_back_as_they_went_in(
    bring_in: BringIn, exported: Callable[..., list[str]]
) -> None:
    bring_in(
        "partnerships",
        HEADER,
        "ACME,2010-01-01,2014-12-31,Silver,",
        "ACME,2026-03-01,,,",
        "BOLT,2026-03-01,,,no",
    )

    lines = exported("partnerships")

    assert lines[1:] == [
        "ACME,2010-01-01,2014-12-31,Silver,yes",
        "ACME,2026-03-01,2027-03-01,Registered,yes",
        "BOLT,2026-03-01,2027-03-01,Registered,no",
    ]
    assert bring_in("partnerships", *lines).counts == (0, 0, 3)
