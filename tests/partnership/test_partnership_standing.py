"""A partnership's parameters, live, and what recalculating would change before it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Assessment, Partnership, Tier, TierPeriod
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.models.stories import Story, told

SignIn = Callable[[str], FlaskClient]
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def march() -> object:
    with time_machine.travel("2026-03-02 10:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def story(session: Session, cast: Cast) -> Story:
    """Acme holds Registered and has ordered for 7,500 this year: Bronze is earned, Silver is far."""
    story = told(session, cast)
    factories.order(session, cast.acme, "SO1", date(2026, 2, 1), (story.bike, "7500"))
    session.commit()
    return story


def held(session: Session, partnership: Partnership) -> str:
    query = select(Tier.name).join(TierPeriod, TierPeriod.tier_id == Tier.id)
    return session.scalars(
        query.where(TierPeriod.partnership_id == partnership.id, TierPeriod.during.contains(DAY))
    ).one()


def test_every_parameter_has_target_current_and_missing(
    sign_in: SignIn, story: Story, queries: Queries
) -> None:
    """P5"""
    sam = sign_in("sam")
    queries.clear()
    page = sam.get(f"/partnership/partnerships/{story.partnership.id}/parameters").text

    assert "Ordered amount" in page
    assert "50,000.00 USD" in page
    assert "7,500.00 USD" in page
    assert "42,500.00 USD" in page
    assert f"/partnership/partners/{story.partnership.partner_id}/standing/" in page
    assert len(queries) <= 22, queries


def test_a_preview_says_what_would_change_and_changes_nothing(
    sign_in: SignIn, session: Session, story: Story
) -> None:
    """P3"""
    page = sign_in("carl").get(f"/partnership/partnerships/{story.partnership.id}/recalculation").text

    assert "Nothing is changed yet" in page
    assert "Earned, and upgrades happen at once." in page
    assert "Bronze" in page
    assert session.scalars(select(Assessment)).all() == []
    assert held(session, story.partnership) == "Registered"


def test_recalculating_does_what_the_preview_said(sign_in: SignIn, session: Session, story: Story) -> None:
    """P3, P9, P10"""
    carl = sign_in("carl")
    address = f"/partnership/partnerships/{story.partnership.id}"
    answer = carl.post(f"{address}/recalculation")

    assert answer.status_code == 303
    assert "the tier is Bronze from today" in carl.get(answer.location).text
    assert held(session, story.partnership) == "Bronze"
    assert "the latest one of today says the same" in carl.get(f"{address}/recalculation").text
    assert "Bronze" in carl.get(f"{address}/history").text


def test_while_it_is_off_recalculating_moves_no_tier(sign_in: SignIn, session: Session, story: Story) -> None:
    """P3"""
    carl, address = sign_in("carl"), f"/partnership/partnerships/{story.partnership.id}"
    carl.post(f"{address}/activity/end")
    page = carl.get(f"{address}/recalculation").text
    carl.post(f"{address}/recalculation")

    assert "The partnership is off, so no policy moves the tier." in page
    assert held(session, story.partnership) == "Registered"


def test_a_missing_rate_is_said_with_currency_and_day(
    sign_in: SignIn, session: Session, cast: Cast, story: Story
) -> None:
    """M3"""
    factories.order(session, cast.acme, "SO2", date(2026, 2, 3), (story.bike, "10"), currency="CHF")
    session.commit()
    carl, address = sign_in("carl"), f"/partnership/partnerships/{story.partnership.id}"

    for page in ("parameters", "recalculation"):
        assert "No exchange rate for CHF on 2026-02-03" in carl.get(f"{address}/{page}").text


def test_the_partners_page_shows_the_latest_assessment(sign_in: SignIn, story: Story) -> None:
    """P5"""
    carl = sign_in("carl")
    carl.post(f"/partnership/partnerships/{story.partnership.id}/recalculation")
    page = carl.get(f"/partnership/partners/{story.partnership.partner_id}").text

    assert "15 % of the way to Silver" in page


def test_one_that_is_over_is_shown_as_of_its_last_day(
    sign_in: SignIn, session: Session, cast: Cast, story: Story
) -> None:
    """P5"""
    with time_machine.travel("2028-03-01 10:00", tick=False):
        page = sign_in("carl").get(f"/partnership/partnerships/{story.partnership.id}/parameters").text

    assert "As of 31 Dec 2027" in page


def test_people_are_read_by_those_who_may(sign_in: SignIn, cast: Cast, queries: Queries) -> None:
    """A2"""
    audrey = sign_in("audrey")
    queries.clear()
    listed = audrey.get("/partnership/people?side=partners&role=support+agent").text.partition("<tbody")[2]

    assert "Sue Acme" in listed
    assert "Alice Acme" not in listed
    assert len(queries) <= 5
    assert "Read partners" in audrey.get(f"/partnership/people/{cast.carl.id}").text
    assert "Acme Systems" in audrey.get(f"/partnership/people/{cast.carl.id}").text
    assert audrey.get("/partnership/people/99999").status_code == 404
    for who in ("sam", "mona", "alice"):
        assert sign_in(who).get("/partnership/people").status_code == 403
        assert sign_in(who).get(f"/partnership/people/{cast.sue.id}").status_code == 403
