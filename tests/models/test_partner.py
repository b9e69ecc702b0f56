"""A partner is admitted, changed by one person at a time, and let into the portal."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Event, EventDetail, Partner
from app.models.changing import ChangedMeanwhile
from app.rules.refusals import RuleBroken
from tests.cast import Cast


def test_a_partner_is_admitted_and_that_is_an_event(session: Session, cast: Cast) -> None:
    """A7"""
    delta = Partner.admit(session, code="DELTA", name="Delta", partner_type_id=cast.reseller.id, by=cast.carl)

    event = session.scalars(select(Event).where(Event.kind == "partner.admitted")).one()
    assert (event.partner_id, event.actor_id) == (delta.id, cast.carl.id)
    assert session.get_one(EventDetail, event.id).after["name"] == "Delta"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": "acme"}, "code"),
        ({"code": "two words"}, "code"),
        ({"name": ""}, "name"),
        ({"currency": "Euro"}, "currency"),
        ({"email": "nobody"}, "email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"founded": 2999}, "founded"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, cast: Cast, given: dict[str, object], field: str
) -> None:
    profile = {"code": "DELTA", "name": "Delta", "partner_type_id": cast.reseller.id, **given}
    with pytest.raises(RuleBroken) as refusal:
        Partner.admit(session, by=cast.carl, **profile)

    assert refusal.value.field == field


def test_a_manager_is_one_of_the_vendors_people(session: Session, cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="own people"):
        cast.acme.change(manager_id=cast.bob.id, by=cast.carl)


def test_who_comes_second_is_told_what_the_first_changed(session: Session, cast: Cast) -> None:
    seen = cast.acme.version
    cast.acme.change(version=seen, city="Boston", by=cast.anna)
    with pytest.raises(ChangedMeanwhile, match=r"Anna Administrator: city"):
        cast.acme.change(version=seen, city="Austin", by=cast.carl)

    assert cast.acme.city == "Boston"


def test_a_change_of_nothing_is_no_event(session: Session, cast: Cast) -> None:
    cast.acme.change(name="Acme Systems", by=cast.carl)

    assert session.scalars(select(Event).where(Event.kind == "partner.changed")).all() == []
