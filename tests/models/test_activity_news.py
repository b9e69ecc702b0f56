"""F5: who is told what of an activity, in words and with a way to it; the news are those that mails tell too."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.models.plans import D, Stage, _noon, approved, stage

__all__ = ["_noon", "stage"]


def test_both_sides_are_led_to_the_activity(session: Session, stage: Stage, cast: Cast, sign_in: Any) -> None:
    """F5, A6: each to its own page, in the words of what happened."""
    activity = approved(stage, title="Hall of mirrors")
    number = activity.id
    session.commit()
    vendors = sign_in("carl").get("/notifications").get_data(as_text=True)
    partners = sign_in("alice").get("/notifications").get_data(as_text=True)

    assert "Submitted for approval, 400.00 USD of the fund" in vendors
    assert f"/partnership/activities/{number}" in vendors
    assert "Approved: 400.00 USD reserved" in partners
    assert f"/portal/activities/{number}" in partners
    assert "Hall of mirrors" in vendors
    assert "Hall of mirrors" in partners


def test_the_ways_lead_there(session: Session, stage: Stage, sign_in: Any) -> None:
    """A6: the owner and the deciders come to a page, another partner to none."""
    activity = approved(stage)
    activity.ask_for_more(D(450), "Dearer.", by=stage.cast.oscar)
    number = activity.id
    session.commit()

    assert sign_in("carl").get(f"/partnership/activities/{number}").status_code == 200
    assert sign_in("oscar").get(f"/portal/activities/{number}").status_code == 200
    assert sign_in("bob").get(f"/portal/activities/{number}").status_code == 404
