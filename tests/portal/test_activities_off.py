"""P3, F5: once a partnership is off, nothing new is offered for it, and every page says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Activity, Partnership
from tests.cast import Cast
from tests.models.plans import D, Stage, _noon, approved, drafted, stage, submitted

__all__ = ["_noon", "stage"]
SignIn = Callable[[str], FlaskClient]
HOME = "/portal/activities"


@pytest.fixture(autouse=True)
def today() -> None:
    """The stage has its own noon."""


@pytest.fixture
def plans(session: Session, stage: Stage, cast: Cast) -> dict[str, Activity]:
    """What was under way when Acme's partnership was turned off."""
    made = {
        "draft": drafted(stage, budget=D(10)),
        "submitted": submitted(stage, budget=D(10)),
        "approved": approved(stage, budget=D(10)),
    }
    held = session.scalars(select(Partnership).where(Partnership.partner_id == cast.acme.id)).one()
    held.deactivate(by=cast.carl)
    session.commit()
    return made


def test_a_partner_is_offered_nothing_new(
    sign_in: SignIn, stage: Stage, session: Session, plans: dict[str, Activity]
) -> None:
    """P3: on the list, the calendar, the fund's page, the form, and the page of what was approved."""
    oscar = sign_in("oscar")

    index = oscar.get(HOME).text
    assert "/activities/new" not in index
    assert "The partnership is not active, so nothing new is proposed" in index
    for address in (f"{HOME}/calendar", f"/portal/funds/{stage.fund.id}"):
        assert "/activities/new" not in oscar.get(address).text
    form = oscar.get(f"{HOME}/new").text
    assert "The partnership is not active, so nothing new is proposed" in form
    assert 'name="budget"' not in form
    assert "/raise" not in oscar.get(f"{HOME}/{plans['approved'].id}").text
    assert "nothing new is proposed" in oscar.get(f"{HOME}/{plans['approved'].id}/raise").text
    assert "/submission" not in oscar.get(f"{HOME}/{plans['draft'].id}").text
    edit = oscar.get(f"{HOME}/{plans['draft'].id}/edit").text
    assert "this can be changed, and not submitted" in edit
    assert "Save and submit" not in edit


def test_the_vendor_reads_that_nothing_can_be_approved(sign_in: SignIn, plans: dict[str, Activity]) -> None:
    """P3: before anybody presses; declining stays open."""
    carl, address = sign_in("carl"), f"/partnership/activities/{plans['submitted'].id}"

    page = carl.get(address).text
    assert "/approval" not in page
    assert "/refusal" in page
    assert "It cannot be approved: the partnership is not active" in carl.get(f"{address}/approval").text
    assert "nothing new is proposed" in carl.get("/partnership/activities/new?partner=ACME").text


def test_an_active_partner_is_offered_all_of_it(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5"""
    activity = approved(stage)
    session.commit()
    oscar = sign_in("oscar")

    for address in (HOME, f"{HOME}/calendar", f"/portal/funds/{stage.fund.id}"):
        assert "/activities/new" in oscar.get(address).text
    assert f"{HOME}/{activity.id}/raise" in oscar.get(f"{HOME}/{activity.id}").text
