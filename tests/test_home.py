"""The start page: first steps of an empty installation, then what waits and what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import Cause, Event, PartnerType, ProgramVersion, Upgrades, ValueType
from app.models.assessing import store
from app.models.ladder import Ladder
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]
TODAY = date(2026, 3, 2)
BUDGET = 10


@pytest.fixture(autouse=True)
def today() -> Iterator[date]:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("UTC")), tick=False):
        yield TODAY


def program(session: Session, kind: PartnerType, **policies: object) -> ProgramVersion:
    """Silver for 1,000 won, Gold for 5,000."""
    version = factories.draft(session)
    ladder: Ladder = factories.ladder(session, version, kind, "Silver", "Gold")
    for name, value in policies.items():
        setattr(ladder, name, value)
    won = factories.category(
        session,
        "Won",
        ValueType.MONEY,
        version,
        {"sum": "opportunities", "of": "amount", "over": "calendar year"},
    )
    factories.obligation(session, factories.rung(session, ladder, "Silver"), won, 1000)
    factories.obligation(session, factories.rung(session, ladder, "Gold"), won, 5000)
    return factories.published(session, version, date(2026, 1, 1))


def test_an_empty_installation_teaches_its_first_steps(sign_in: SignIn, session: Session) -> None:
    page = sign_in("anna").get("/").text

    assert "Welcome to Accord" in page
    assert "Configure a partner type" in page
    assert "New type" in page


def test_who_may_not_configure_is_shown_no_button_for_it(sign_in: SignIn) -> None:
    """A2"""
    page = sign_in("audrey").get("/").text

    assert "Configure a partner type" in page
    assert "New type" not in page


def test_home_says_who_has_earned_a_tier_and_waits_for_approval(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """P9"""
    program(session, cast.reseller, upgrades=Upgrades.WITH_APPROVAL)
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    factories.opportunity(session, cast.acme, "Roof", "1200", "Won")
    session.commit()
    store(session, TODAY, cause=Cause.COMMAND)
    session.commit()

    page = sign_in("mona").get("/").text

    assert "Acme Systems" in page
    assert "waits for approval" in page


def test_home_says_who_is_near_to_a_tier(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """P5: by the latest stored assessment, with its time."""
    program(session, cast.reseller)
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Silver")
    factories.partnership(session, cast.bolt, date(2026, 1, 1), date(2026, 12, 31), "Silver")
    factories.opportunity(session, cast.acme, "Roof", "4500", "Won")
    factories.opportunity(session, cast.bolt, "Roof", "1500", "Won")
    session.commit()
    store(session, TODAY, cause=Cause.COMMAND)
    session.commit()

    page = sign_in("sam").get("/").text
    rising = page[page.index("About to rise</h2>") :]

    assert "90 %" in rising
    assert "Acme Systems" in rising
    assert "Bolt Trading" not in rising
    assert "2 Mar 2026" in rising


def test_home_says_whose_tier_is_at_risk_and_until_when(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """P9"""
    program(session, cast.reseller, downgrades="after grace", grace_days=30)
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Gold")
    session.commit()
    store(session, TODAY, cause=Cause.COMMAND)
    session.commit()

    page = sign_in("carl").get("/").text

    assert "in 30 days (1 Apr 2026)" in page


def test_what_changed_is_told_to_those_who_may_read_events(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """A7"""
    program(session, cast.reseller)
    for partner in (cast.acme, cast.bolt):
        Event.record(session, "partner.portal_closed", partner, by=cast.anna)
    session.commit()

    assert "Bolt Trading: Portal closed" in sign_in("anna").get("/").text
    assert "Acme Systems: Portal closed" in sign_in("carl").get("/").text
    assert "Bolt Trading: Portal closed" not in sign_in("carl").get("/").text
    assert "What changed</h2>" not in sign_in("mona").get("/").text


def test_deals_and_leads_that_wait_are_counted(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """F3"""
    program(session, cast.reseller)
    factories.opportunity(session, cast.acme, "Reported", "5", "Won", confirmed_at=None)
    factories.lead(session, None, "Somebody", TODAY)
    factories.draft(session, "Next year")
    session.commit()

    page = sign_in("sam").get("/").text

    assert "Next year” is a draft" in page
    assert "Deals reported as won</span><strong>1" in page
    assert "Leads without a partner</span><strong>1" in page


def test_home_is_read_in_a_handful_of_questions(
    sign_in: SignIn, session: Session, cast: Cast, queries: Queries
) -> None:
    program(session, cast.reseller)
    session.commit()
    client = sign_in("anna")
    client.get("/")
    queries.clear()

    client.get("/")

    assert len(queries) <= BUDGET, queries


def test_a_partners_person_goes_to_the_portal(sign_in: SignIn) -> None:
    answer = sign_in("alice").get("/")

    assert (answer.status_code, answer.location) == (303, "/portal")
