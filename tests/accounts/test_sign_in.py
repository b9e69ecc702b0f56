"""Signing in and out, passwords, sessions (A1, A8)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import Accord, clock
from app.models import Credential, Event, SignIn
from tests.cast import Cast

PASSWORD = "four plain words here"
Worker = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def annas_password(cast: Cast, worker: Worker) -> str:
    with worker() as books:
        Credential.set(books, cast.anna.id, PASSWORD)
    return PASSWORD


def knock(client: FlaskClient, email: str, password: str) -> Any:
    return client.post("/accounts/sign-in", data={"email": email, "password": password})


def test_anna_signs_in_with_her_address_in_any_case(client: FlaskClient, annas_password: str) -> None:
    """A1"""
    answer = knock(client, "ANNA@Northwind.example", annas_password)

    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(
    client: FlaskClient, annas_password: str
) -> None:
    wrong = knock(client, "anna@northwind.example", "not the password at all")
    unknown = knock(client, "nobody@northwind.example", "not the password at all")

    assert wrong.status_code == unknown.status_code == 422
    assert "do not fit together" in wrong.text
    assert "do not fit together" in unknown.text


def test_the_eleventh_try_within_five_minutes_is_refused_even_with_the_right_password(
    client: FlaskClient, annas_password: str
) -> None:
    """A8"""
    with time_machine.travel("2026-03-02 10:01", tick=False):
        for _ in range(10):
            knock(client, "anna@northwind.example", "not the password at all")
        throttled = knock(client, "anna@northwind.example", annas_password)
    with time_machine.travel("2026-03-02 10:06", tick=False):
        later = knock(client, "anna@northwind.example", annas_password)

    assert "Too many tries" in throttled.text
    assert later.status_code == 303


def test_nobody_of_a_partner_signs_in_while_its_portal_is_closed(
    client: FlaskClient, cast: Cast, session: Session, worker: Worker
) -> None:
    """A5"""
    with worker() as books:
        Credential.set(books, cast.alice.id, PASSWORD)
    cast.acme.close_portal(by=cast.anna)
    session.commit()

    assert knock(client, "alice@acme.example", PASSWORD).status_code == 422


def test_closing_the_portal_acts_on_the_next_request_of_an_open_session(
    sign_in: Callable[[str], FlaskClient], cast: Cast, session: Session
) -> None:
    """A5, A8"""
    alice = sign_in("alice")
    before = alice.get("/accounts/sessions").status_code
    cast.acme.close_portal(by=cast.anna)
    session.commit()

    assert (before, alice.get("/accounts/sessions").status_code) == (200, 303)


def test_a_cookie_is_worth_nothing_after_signing_out(
    app: Accord, client: FlaskClient, annas_password: str
) -> None:
    """A8"""
    knock(client, "anna@northwind.example", annas_password)
    kept = client.get_cookie("accord")
    client.post("/accounts/sign-out")
    assert kept is not None
    client.set_cookie("accord", kept.value)

    assert client.get("/").status_code == 303


def test_a_session_ends_after_an_idle_hour_and_after_twelve_hours(
    client: FlaskClient, annas_password: str
) -> None:
    """A8"""
    with time_machine.travel("2026-03-02 08:00", tick=False) as traveller:
        knock(client, "anna@northwind.example", annas_password)
        seen = []
        for _ in range(13):
            traveller.shift(timedelta(minutes=58))
            seen.append(client.get("/").status_code)

    assert seen == [200] * 12 + [303]


def test_a_new_password_ends_every_other_session(
    app: Accord, client: FlaskClient, annas_password: str
) -> None:
    """A8"""
    elsewhere = app.test_client()
    knock(client, "anna@northwind.example", annas_password)
    knock(elsewhere, "anna@northwind.example", annas_password)
    new = {
        "current": annas_password,
        "password": "another five plain words",
        "again": "another five plain words",
    }
    answer = client.post("/accounts/password", data=new)

    assert answer.status_code == 303
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303


def test_the_current_password_must_be_right(
    sign_in: Callable[[str], FlaskClient], annas_password: str
) -> None:
    new = {
        "current": "something else entirely",
        "password": "another five plain words",
        "again": "another five plain words",
    }
    answer = sign_in("anna").post("/accounts/password", data=new)

    assert answer.status_code == 422
    assert "not your current password" in answer.text


def test_nobody_ends_somebody_elses_session(
    sign_in: Callable[[str], FlaskClient], cast: Cast, worker: Worker
) -> None:
    """A6"""
    sign_in("bob")
    alice = sign_in("alice")
    with worker() as books:
        bobs = books.scalars(select(SignIn.id).where(SignIn.person_id == cast.bob.id)).one()

    assert alice.post(f"/accounts/sessions/{bobs}/end").status_code == 404


def test_only_hashes_of_secrets_are_kept(client: FlaskClient, annas_password: str, worker: Worker) -> None:
    knock(client, "anna@northwind.example", annas_password)
    with worker() as books:
        kept = books.scalars(select(SignIn)).one()
        password = books.scalars(select(Credential.password_hash)).one()

    assert len(kept.secret_hash) == 32
    assert password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_signing_in_and_being_refused_are_events(
    client: FlaskClient, annas_password: str, session: Session, cast: Cast
) -> None:
    """A7"""
    knock(client, "anna@northwind.example", "not the password at all")
    knock(client, "anna@northwind.example", annas_password)
    kinds = session.scalars(select(Event.kind).where(Event.at >= clock.now() - timedelta(minutes=5))).all()

    assert {"access.sign_in_refused", "person.signed_in"} <= set(kinds)


def test_next_never_leads_to_another_site(client: FlaskClient, annas_password: str) -> None:
    for tempting in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = client.post(
            "/accounts/sign-in",
            query_string={"next": tempting},
            data={"email": "anna@northwind.example", "password": annas_password},
        )
        assert answer.location == "/"
