"""What a person is told in the application: of what it owns, watches or is named in, and nothing it may not see (A6)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import Comment, Digest, Event, Lead, Notification, Person, Step
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]
AsPartner = Callable[..., AbstractContextManager[Session]]


@pytest.fixture
def lead(session: Session, cast: Cast) -> Lead:
    """A lead that Oscar works for Acme."""
    made = factories.lead(session, cast.acme, "Bakery", date(2026, 1, 15))
    made.owner_id = cast.oscar.id
    session.commit()
    return made


def told(session: Session) -> list[str]:
    session.commit()
    rows = select(Person.name).join(Notification, Notification.person_id == Person.id).order_by(Person.name)
    return list(session.scalars(rows))


def test_the_owner_and_who_is_meant_are_told_and_who_did_it_is_not(
    session: Session, cast: Cast, lead: Lead
) -> None:
    Step.take(lead, "lead.qualified", by=cast.sam, to=[cast.carl.id, cast.sam.id, cast.oscar.id])
    Step.take(lead, "lead.qualified", by=cast.oscar)

    assert told(session) == ["Carl Manager", "Oscar Acme"]


def test_nobody_of_another_partner_and_nobody_who_left_is_told(
    session: Session, cast: Cast, lead: Lead
) -> None:
    """A6"""
    cast.sue.active = False
    session.flush()

    Step.take(lead, "lead.qualified", by=cast.sam, to=[cast.bob.id, cast.sue.id, cast.alice.id])

    assert told(session) == ["Alice Acme", "Oscar Acme"]


def test_of_what_is_the_vendors_only_its_staff_are_told(session: Session, cast: Cast, lead: Lead) -> None:
    """A6"""
    Step.take(lead, "lead.qualified", by=None, to=[cast.carl.id, cast.alice.id], vendor_only=True)

    assert told(session) == ["Carl Manager"]


def test_a_partners_act_tells_the_vendors_people_in_the_same_transaction(
    session: Session, cast: Cast, lead: Lead, as_partner: AsPartner
) -> None:
    with as_partner(cast.acme, cast.oscar) as own:
        Comment.say(own.get_one(Lead, lead.id), "@Sam Sales, help", by=cast.oscar)
        own.commit()
    with as_partner(cast.acme, cast.oscar) as own, pytest.raises(RuleBroken):
        Comment.say(own.get_one(Lead, lead.id), " ", by=cast.oscar)

    assert told(session) == ["Carl Manager", "Sam Sales"]


def test_a_person_reads_its_own_only(
    session: Session, cast: Cast, lead: Lead, as_partner: AsPartner, sign_in: SignIn
) -> None:
    """A6: not even a colleague's."""
    Step.take(lead, "lead.qualified", by=cast.sam, to=[cast.alice.id, cast.carl.id])
    session.commit()
    number = session.scalars(select(Notification.id).where(Notification.person_id == cast.carl.id)).one()

    with as_partner(cast.acme, cast.alice) as own:
        assert own.scalars(select(Notification.person_id)).all() == [cast.alice.id]
        assert own.scalars(text("select person_id from notification")).all() == [cast.alice.id]
        assert own.execute(text("update notification set read_at = now()")).rowcount == 1  # type: ignore[attr-defined]
    assert sign_in("alice").post(f"/notifications/{number}/reading").status_code == 404
    assert sign_in("sam").post(f"/notifications/{number}/reading").status_code == 404


def test_the_bell_counts_what_is_unread_until_it_is_read(
    session: Session, cast: Cast, lead: Lead, sign_in: SignIn
) -> None:
    for _ in range(3):
        Step.take(lead, "lead.qualified", by=cast.sam, to=[cast.anna.id])
    session.commit()

    for name in ("anna", "oscar"):
        client = sign_in(name)
        page = client.get("/notifications").text
        assert "3 unread" in page
        assert '3<span class="visually-hidden"> unread' in page
        number = session.scalars(
            select(Notification.id).where(Notification.person_id == getattr(cast, name).id).limit(1)
        ).one()

        client.post(f"/notifications/{number}/reading")
        assert "2 unread" in client.get("/notifications").text
        client.post("/notifications/reading")
        assert "Everything is read" in client.get("/notifications").text
        session.commit()


def test_the_unread_stand_first_and_lead_to_the_record(
    session: Session, cast: Cast, lead: Lead, sign_in: SignIn
) -> None:
    other = factories.lead(session, cast.acme, "Read already", date(2026, 1, 16))
    Step.take(lead, "lead.qualified", by=cast.sam)
    Step.take(other, "lead.qualified", by=cast.sam, to=[cast.oscar.id])
    session.commit()
    latest = session.scalars(select(Notification.id).order_by(Notification.id.desc()).limit(1)).one()
    client = sign_in("oscar")
    client.post(f"/notifications/{latest}/reading")

    page = client.get("/notifications").text
    unread = client.get("/notifications?state=unread").text

    assert page.index("Bakery") < page.index("Read already")
    assert f'href="/leads/{lead.id}"' in page
    assert "Sam Sales" in page
    assert "Read already" not in unread
    assert "No notifications match" in client.get("/notifications?about=orders").text
    assert "Bakery" in client.get("/notifications.csv").text


def test_a_record_that_went_elsewhere_is_not_named_any_more(
    session: Session, cast: Cast, lead: Lead, sign_in: SignIn
) -> None:
    """A6: what somebody was told of and may no longer see has neither a name nor a link."""
    Comment.say(lead, "@Oscar Acme, this is secret", by=cast.sam)
    lead.partner_id, lead.owner_id = cast.bolt.id, None
    session.commit()

    page = sign_in("oscar").get("/notifications").text

    assert "Bakery" not in page
    assert f'href="/leads/{lead.id}"' not in page


def test_who_is_named_reads_what_was_said(session: Session, cast: Cast, lead: Lead, sign_in: SignIn) -> None:
    Comment.say(lead, "Please call them, @Mona Marketing", by=cast.sam)
    session.commit()

    page = sign_in("mona").get("/notifications").text

    assert "Sam Sales named you in a comment" in page
    assert "Please call them" in page
    assert "Sam Sales commented" in sign_in("oscar").get("/notifications").text


def test_the_list_is_read_in_a_handful_of_questions(
    session: Session, cast: Cast, lead: Lead, sign_in: SignIn, queries: Queries
) -> None:
    for number in range(30):
        Comment.say(lead, f"{number} @Oscar Acme", by=cast.sam)
    session.commit()
    client = sign_in("oscar")
    client.get("/notifications")
    queries.clear()

    client.get("/notifications")

    assert len(queries) <= 5, queries


def test_the_bell_costs_no_question_of_its_own(sign_in: SignIn, queries: Queries) -> None:
    client = sign_in("anna")
    client.get("/accounts/sessions")
    queries.clear()

    client.get("/accounts/sessions")

    assert not [one for one in queries if "notification" in one]


def test_an_empty_list_says_when_there_will_be_something(sign_in: SignIn) -> None:
    assert "Nothing yet" in sign_in("audrey").get("/notifications").text


def test_a_person_says_how_mails_come(session: Session, cast: Cast, lead: Lead, sign_in: SignIn) -> None:
    """A7: and what waits is not written about any more once no mails are wanted."""
    Step.take(lead, "lead.qualified", by=cast.sam, to=[cast.alice.id])
    session.commit()
    client = sign_in("alice")

    assert "alice@acme.example" in client.get("/notifications/preferences").text
    assert client.post("/notifications/preferences", data={"digest": "hourly"}).status_code == 422
    assert client.post("/notifications/preferences", data={"digest": "none"}).status_code == 303
    session.commit()
    session.expire_all()

    of_alice = select(Notification.mailed_at).where(Notification.person_id == cast.alice.id)
    assert session.get_one(Person, cast.alice.id).digest is Digest.NONE
    assert session.scalars(of_alice).one() is not None
    assert session.scalars(select(Event.kind).where(Event.kind == "person.chose_mails")).all()


def test_nobody_is_told_the_same_by_owning_watching_and_being_named(
    session: Session, cast: Cast, lead: Lead, sign_in: SignIn
) -> None:
    sign_in("oscar").post(f"/leads/{lead.id}/watch")
    session.commit()

    Comment.say(lead, "@Oscar Acme", by=cast.sam)

    assert told(session) == ["Oscar Acme"]
