"""Events and settings: who did what (A7), and what holds for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Event, Partner, Vendor
from app.models.happenings import SAID, changed, plain_kind, said
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def happened(session: Session, cast: Cast) -> dict[str, int]:
    """Something happened to Acme, to Bolt, and to the vendor itself."""
    numbers = {
        code: Event.record(
            session,
            "partner.changed",
            partner,
            by=cast.anna,
            before={"city": f"Old {code}"},
            after={"city": f"New {code}"},
        )
        for code, partner in (("ACME", cast.acme), ("BOLT", cast.bolt))
    }
    numbers["VENDOR"] = Event.record(
        session, "vendor.described", None, by=None, after={"name": "Northwind Inc"}
    )
    session.commit()
    return numbers


def test_an_event_says_who_when_what_and_from_what_to_what(sign_in: SignIn, happened: dict[str, int]) -> None:
    """A7"""
    client = sign_in("audrey")

    listed = client.get("/partnership/events").text
    shown = client.get(f"/partnership/events/{happened['ACME']}").text

    for page in (listed, shown):
        assert "Anna Administrator" in page
        assert "Profile changed" in page
        assert "Old ACME" in page
        assert "New ACME" in page


def test_a_channel_manager_reads_of_the_partners_it_looks_after_only(
    sign_in: SignIn, happened: dict[str, int]
) -> None:
    """A7: Carl looks after Acme."""
    client = sign_in("carl")

    for address in ("/partnership/events", "/partnership/events.csv"):
        page = client.get(address).text

        assert "New ACME" in page
        assert "New BOLT" not in page
        assert "Northwind Inc" not in page
    assert client.get(f"/partnership/events/{happened['ACME']}").status_code == 200
    assert client.get(f"/partnership/events/{happened['BOLT']}").status_code == 404
    assert client.get(f"/partnership/events/{happened['VENDOR']}").status_code == 404


@pytest.mark.parametrize("name", ["mona", "sam", "alice", "oscar", "sue"])
def test_others_read_no_events(sign_in: SignIn, happened: dict[str, int], name: str) -> None:
    """A2"""
    client = sign_in(name)

    assert client.get("/partnership/events").status_code == 403
    assert client.get("/partnership/events.csv").status_code == 403
    assert client.get(f"/partnership/events/{happened['ACME']}").status_code == 403


@pytest.mark.parametrize(
    "question",
    [
        "what=partner.changed&partner=acme",
        "who=anna&partner=ACME",
        "subject=partner+{id}",
        "subject=partner+{id}&from=2020-01-01",
    ],
)
def test_events_are_filtered(sign_in: SignIn, happened: dict[str, int], cast: Cast, question: str) -> None:
    page = sign_in("anna").get(f"/partnership/events?{question.format(id=cast.acme.id)}").text

    assert "New ACME" in page
    assert "New BOLT" not in page


def test_what_accord_did_by_itself_is_found(sign_in: SignIn, happened: dict[str, int]) -> None:
    page = sign_in("anna").get("/partnership/events?who=Accord").text

    assert "Northwind Inc" in page
    assert "New ACME" not in page


def test_old_filters_match_nothing_and_break_nothing(sign_in: SignIn, happened: dict[str, int]) -> None:
    client = sign_in("anna")

    for question in ("subject=partner+x", "from=yesterday", "what=nothing", "subject=+"):
        assert client.get(f"/partnership/events?{question}").status_code == 200


def test_events_are_listed_in_a_handful_of_questions(
    sign_in: SignIn, happened: dict[str, int], queries: Queries
) -> None:
    client = sign_in("audrey")
    client.get("/partnership/events")
    queries.clear()

    client.get("/partnership/events")

    assert len(queries) <= 4, queries


def test_every_kind_of_event_has_words() -> None:
    for kind in SAID:
        assert plain_kind(kind)
        assert "{" not in said(kind)
    assert said("partnership.rose", {"tier": "Silver"}, {"tier": "Gold"}) == "Rose from Silver to Gold"
    assert said("opportunity.changed") == "Opportunity changed"


def test_a_change_reads_in_one_line() -> None:
    line = changed(
        {"city": "Fulda", "due_on": "2026-01-31"}, {"city": None, "due_on": "2027-01-31", "active": True}
    )

    assert line == "City: Fulda → –; Due on: 31 Jan 2026 → 31 Jan 2027; Active: yes"


def test_an_administrator_names_the_vendor(sign_in: SignIn, session: Session) -> None:
    client = sign_in("anna")

    said = {"name": "Northwind", "time_zone": "Europe/Oslo", "cross_sale_consent": "y"}
    answer = client.post("/partnership/settings/edit", data=said)

    assert answer.status_code == 303
    session.expire_all()
    vendor = Vendor.here(session)
    assert (vendor.name, vendor.time_zone) == ("Northwind", "Europe/Oslo")
    event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.kind, event.fields) == ("vendor.described", ["name", "time_zone"])
    assert "Northwind" in client.get("/partnership/settings").text


@pytest.mark.parametrize(
    "typed",
    [
        {"name": " ", "time_zone": "UTC"},
        {"name": "N", "time_zone": "Mars/Base"},
        {"name": "x" * 201, "time_zone": "UTC"},
    ],
)
def test_settings_that_cannot_be_are_refused(
    sign_in: SignIn, session: Session, typed: dict[str, str]
) -> None:
    before = Vendor.here(session).name

    assert sign_in("anna").post("/partnership/settings/edit", data=typed).status_code == 422
    session.expire_all()
    assert Vendor.here(session).name == before


def test_settings_are_read_by_some_and_changed_by_administrators(sign_in: SignIn) -> None:
    """A2"""
    for name in ("carl", "audrey"):
        page = sign_in(name).get("/partnership/settings")

        assert page.status_code == 200
        assert "Who may do what" in page.text
        assert "settings/edit" not in page.text
        assert sign_in(name).post("/partnership/settings/edit", data={"name": "X"}).status_code == 403
    for name in ("mona", "sam", "alice"):
        assert sign_in(name).get("/partnership/settings").status_code == 403


def test_partner_codes_find_their_partner(session: Session, cast: Cast) -> None:
    assert Partner.by_code(session, " acme ").id == cast.acme.id
