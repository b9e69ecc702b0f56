"""Saved views: how somebody looks at a list, under a name (A6)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models import Event, LeadStage, SavedView
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]
AsPartner = Callable[..., AbstractContextManager[Session]]


@pytest.fixture(autouse=True)
def leads(session: Session, cast: Cast) -> None:
    """An accepted lead and a new one, both of Acme."""
    factories.lead(session, cast.acme, "Bakery", date(2026, 1, 15), stage=LeadStage.ACCEPTED)
    factories.lead(session, cast.acme, "Mill", date(2026, 1, 16))
    session.commit()


def save(client: FlaskClient, name: str, query: str, listing: str = "/leads", **more: str) -> TestResponse:
    return client.post("/views", data={"name": name, "query": query, "listing": listing, **more})


def test_a_view_is_saved_and_opens_the_list_as_it_was_asked(sign_in: SignIn, session: Session) -> None:
    """A7: to save a view is an event too."""
    client = sign_in("oscar")

    saved = save(client, "Mine to work", "stage=accepted&q=bak&after=7&view=all")
    page = client.get(saved.location).text
    session.commit()

    assert saved.status_code == 303
    assert "stage=accepted" in saved.location
    assert "after" not in saved.location
    assert "Mine to work" in page
    assert "Bakery" in page
    assert "Mill" not in page
    assert session.scalars(select(Event.kind).where(Event.kind == "saved_view.saved")).all()


def test_what_a_list_is_asked_can_be_saved_once_it_is_asked_something(sign_in: SignIn) -> None:
    client = sign_in("oscar")

    assert "Save this view" not in client.get("/leads").text
    assert "Save this view" in client.get("/leads?stage=new").text


def test_a_view_is_its_owners_alone(
    sign_in: SignIn, session: Session, as_partner: AsPartner, cast: Cast
) -> None:
    """A6: in the database too, even from a colleague."""
    save(sign_in("alice"), "Of Alice", "stage=new")
    session.commit()
    view = session.scalars(select(SavedView)).one()

    with as_partner(cast.acme, cast.oscar) as own:
        assert own.scalars(text("select name from saved_view")).all() == []
    assert "Of Alice" not in sign_in("oscar").get("/leads?stage=new").text
    for name in ("oscar", "bob", "anna"):
        client = sign_in(name)
        assert client.get(f"/views/{view.id}/edit").status_code == 404
        assert client.post(f"/views/{view.id}/removal").status_code == 404
        assert client.post(f"/views/{view.id}/question", data={"query": "q=x"}).status_code == 404


def test_staff_share_a_view_with_all_staff_and_with_no_partner(sign_in: SignIn, session: Session) -> None:
    save(sign_in("anna"), "Fresh ones", "stage=new", shared="y")
    save(sign_in("alice"), "Not shared", "stage=new", shared="y")

    assert "Fresh ones" in sign_in("sam").get("/leads").text
    assert "Fresh ones" not in sign_in("alice").get("/leads").text
    session.commit()
    assert session.scalars(select(SavedView.name).where(SavedView.shared)).all() == ["Fresh ones"]


def test_a_list_opens_with_the_view_somebody_chose(sign_in: SignIn, session: Session) -> None:
    client = sign_in("oscar")
    save(client, "Accepted", "stage=accepted")
    save(client, "New", "stage=new")
    session.commit()
    first, second = session.scalars(select(SavedView.id).order_by(SavedView.id))
    for number, name in ((first, "Accepted"), (second, "New")):
        client.post(f"/views/{number}/edit", data={"name": name, "is_default": "y"})

    led = client.get("/leads")
    everything = client.get("/leads?view=all").text
    session.commit()

    assert led.status_code == 303
    assert "stage=new" in led.location
    assert "Bakery" in everything
    assert "Mill" in everything
    assert session.scalars(select(SavedView.name).where(SavedView.is_default)).all() == ["New"]


def test_a_view_that_names_a_filter_that_is_gone_still_opens_and_says_so(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    session.add(
        SavedView(
            person_id=cast.oscar.id,
            partner_id=cast.acme.id,
            listing="/leads",
            name="Old one",
            query="colour=red&stage=accepted",
        )
    )
    session.commit()
    view = session.scalars(select(SavedView)).one()

    page = sign_in("oscar").get(view.href)

    assert page.status_code == 200
    assert "no longer has: colour" in page.text
    assert "Bakery" in page.text
    assert "Mill" not in page.text


def test_a_view_is_renamed_asked_anew_and_removed(sign_in: SignIn, session: Session) -> None:
    client = sign_in("oscar")
    save(client, "First", "stage=new")
    session.commit()
    number = session.scalars(select(SavedView.id)).one()

    changed = client.get(f"/leads?stage=accepted&view={number}").text
    client.post(f"/views/{number}/question", data={"query": f"stage=accepted&view={number}"})
    client.post(f"/views/{number}/edit", data={"name": "Second"})
    session.commit()
    session.expire_all()
    view = session.get_one(SavedView, number)

    assert "Save changes to this view" in changed
    assert (view.name, view.query) == ("Second", "stage=accepted")
    assert "Second" in client.get("/views").text
    client.post(f"/views/{number}/removal")
    assert "No saved views yet" in client.get("/views").text
    assert "Mill" in client.get(f"/leads?view={number}").text  # an old link opens the list


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Give the view a name."), ("x" * 61, "at most 60"), ("Taken", "with that name already")],
)
def test_a_name_that_cannot_be_is_refused_where_it_was_typed(
    sign_in: SignIn, name: str, sentence: str
) -> None:
    client = sign_in("oscar")
    save(client, "Taken", "stage=new")

    answer = save(client, name, "stage=accepted")

    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize(
    "listing", ["//evil.example", "https://evil.example/leads", "/accounts/sessions", "/nowhere", "leads", ""]
)
def test_only_lists_of_this_site_have_views(sign_in: SignIn, listing: str) -> None:
    assert save(sign_in("oscar"), "X", "q=1", listing).status_code == 400


def test_a_list_without_views_asks_nothing_for_them(
    sign_in: SignIn, queries: Queries, session: Session
) -> None:
    client = sign_in("oscar")
    client.get("/leads")
    queries.clear()
    client.get("/leads?view=all")
    without = len(queries)
    save(client, "One", "stage=new")
    queries.clear()
    client.get("/leads?view=all")

    assert len(queries) == without + 1, queries
