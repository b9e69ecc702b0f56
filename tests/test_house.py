"""What the house promises whatever the page: one commit, no writing by GET, one effect, errors in words."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import redirect, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import create_engine, func, select, text

from app import Accord, create_app, database, embedded, migrating, scope
from app.access import Permission, requires
from app.extensions import db
from app.models import Credential, Event, OperatingCompany, Person, Role
from app.rules.refusals import RuleBroken
from config import Settings, WrongSetting, read
from tests.conftest import app_on

PASSWORD = "four plain words here"
tries: list[int] = []


def _company(code: str) -> OperatingCompany:
    company = OperatingCompany(code=code, name=code, country="US", currency="USD", time_zone="UTC")
    db.session.add(company)
    db.session.flush()
    return company


@requires(Permission.SIGNED_IN)
def add() -> ResponseReturnValue:
    """Add a company; wait in between when told to."""
    company = _company(request.values["code"])
    db.session.execute(text("select pg_sleep(:seconds)"), {"seconds": float(request.values.get("wait", "0"))})
    return redirect(f"/companies/{company.id}")


@requires(Permission.SIGNED_IN)
def refuse() -> ResponseReturnValue:
    _company("REFUSED")
    raise RuleBroken("The moon is in the wrong house. Wait for another one.")


@requires(Permission.SIGNED_IN)
def unlucky() -> ResponseReturnValue:
    """Fail twice as a deadlock does, then pass."""
    _company("LUCK")
    tries.append(1)
    if len(tries) < 3:
        db.session.execute(text("do $$ begin raise exception 'again' using errcode = '40P01'; end $$"))
    return redirect("/done")


@requires(Permission.SIGNED_IN)
def waits_in_vain() -> ResponseReturnValue:
    """Need what somebody else holds, every time."""
    db.session.execute(text("do $$ begin raise exception 'held' using errcode = '55P03'; end $$"))
    return redirect("/done")


@pytest.fixture
def house(fresh_database: Settings) -> Iterator[Accord]:
    """An application with real commits and a few pages of its own."""
    app = app_on(fresh_database)
    app.add_url_rule("/try/add", "try.add", add, methods=["GET", "POST"])
    app.add_url_rule("/try/refuse", "try.refuse", refuse, methods=["POST"])
    app.add_url_rule("/try/unlucky", "try.unlucky", unlucky, methods=["POST"])
    app.add_url_rule("/try/in-vain", "try.in_vain", waits_in_vain, methods=["POST"])
    app.add_url_rule("/try/silent", "try.silent", lambda: "open")
    with app.app_context(), database.unit_of_work() as books:
        anna = Person.join(
            books, name="Anna", email="anna@northwind.example", roles=[Role.ADMINISTRATOR], by=None
        )
        Credential.set(books, anna.id, PASSWORD)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def anna(house: Accord) -> FlaskClient:
    return entered(house)


def entered(app: Accord) -> FlaskClient:
    client = app.test_client()
    client.post("/accounts/sign-in", data={"email": "anna@northwind.example", "password": PASSWORD})
    return client


def companies(app: Accord) -> list[str]:
    with app.app_context(), database.unit_of_work() as books:
        return list(books.scalars(select(OperatingCompany.code).order_by(OperatingCompany.id)))


def test_a_request_is_one_commit(house: Accord, anna: FlaskClient) -> None:
    assert anna.post("/try/add", data={"code": "A"}).status_code == 303
    assert companies(house) == ["A"]


def test_a_get_cannot_write(house: Accord, anna: FlaskClient) -> None:
    assert anna.get("/try/add?code=A").status_code == 500
    assert companies(house) == []


def test_a_refusal_leaves_nothing_written_and_says_why_on_the_page_it_came_from(
    house: Accord, anna: FlaskClient
) -> None:
    answer = anna.post("/try/refuse", headers={"Referer": "http://localhost/accounts/sessions"})
    page = anna.get(answer.location or "")

    assert (answer.status_code, answer.location) == (303, "/accounts/sessions")
    assert "The moon is in the wrong house." in page.text
    assert companies(house) == []


def test_a_view_that_says_nothing_is_closed(house: Accord, anna: FlaskClient) -> None:
    """A6"""
    assert anna.get("/try/silent").status_code == 403
    assert house.test_client().get("/try/silent").status_code == 303


def test_the_whole_unit_is_done_again_when_the_database_asks_for_it(house: Accord, anna: FlaskClient) -> None:
    tries.clear()

    assert anna.post("/try/unlucky").status_code == 303
    assert len(tries) == 3
    assert companies(house) == ["LUCK"]


def test_what_stays_held_by_others_is_said_to_be_busy(house: Accord, anna: FlaskClient) -> None:
    answer = anna.post("/try/in-vain")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_form_sent_twice_has_one_effect_and_one_answer(house: Accord, anna: FlaskClient) -> None:
    form = {"code": "ONCE", "one_time_key": "a-key-of-twenty-letters"}
    first, second = anna.post("/try/add", data=form), anna.post("/try/add", data=form)

    assert first.location == second.location
    assert companies(house) == ["ONCE"]


def test_a_double_click_has_one_effect_even_at_the_same_moment(house: Accord) -> None:
    clients = [entered(house) for _ in range(2)]
    barrier = threading.Barrier(2)
    answers: list[str | None] = []

    def click(number: int) -> None:
        form = {"code": f"CLICK-{number}", "one_time_key": "another-key-of-letters", "wait": "0.2"}
        barrier.wait()
        answers.append(clients[number].post("/try/add", data=form).location)

    threads = [threading.Thread(target=click, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(companies(house)) == 1
    assert answers[0] == answers[1]


def test_a_database_stopped_in_the_middle_of_a_request_is_a_503_and_nothing_is_half_written(
    house: Accord, anna: FlaskClient, server: Any
) -> None:
    def pull_the_plug() -> None:
        end = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%' and pid <> pg_backend_pid()"
        with embedded.superuser(server) as connection:
            for _ in range(100):
                if connection.execute(end).fetchall():
                    return
                time.sleep(0.02)

    plug = threading.Thread(target=pull_the_plug)
    plug.start()
    answer = anna.post("/try/add", data={"code": "CUT", "wait": "5"})
    plug.join()

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert companies(house) == []


def test_a_database_that_is_away_is_a_503_within_two_seconds(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql://accord_app@127.0.0.1:1/accord")
    app = app_on(away)
    began = time.monotonic()
    answer = app.test_client().get("/readyz")
    signing_in = app.test_client().post("/accounts/sign-in", data={"email": "a@b.example", "password": "x"})

    assert (answer.status_code, signing_in.status_code) == (503, 503)
    assert time.monotonic() - began < 4


def test_without_its_token_a_form_is_refused(fresh_database: Settings) -> None:
    app = create_app(fresh_database)

    assert (
        app.test_client()
        .post("/accounts/sign-in", data={"email": "a@b.example", "password": "x"})
        .status_code
        == 400
    )


def test_a_200_megabyte_request_is_refused_before_it_is_read(anna: FlaskClient) -> None:
    promised = {"CONTENT_LENGTH": str(200 * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = anna.post("/accounts/password", input_stream=io.BytesIO(b"--x"), environ_overrides=promised)

    assert answer.status_code == 413
    assert "too large" in answer.text


def test_every_answer_carries_the_headers_that_keep_it_safe(anna: FlaskClient) -> None:
    headers = anna.get("/").headers

    assert headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Request-Id"]) == 16


def test_an_unknown_address_is_a_404_with_a_number_to_quote(anna: FlaskClient) -> None:
    answer = anna.get("/nothing/here")

    assert answer.status_code == 404
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_number_larger_than_any_row_is_a_404(anna: FlaskClient) -> None:
    assert anna.post("/accounts/sessions/99999999999999999999/end").status_code == 404


def test_a_schema_that_does_not_fit_is_said_in_one_line(fresh_database: Settings) -> None:
    with migrating.owner_engine(fresh_database).begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'of another time'"))
    engine = create_engine(database.driver_url(fresh_database.database_url or ""))
    sentence = migrating.schema_mismatch(engine)
    engine.dispose()

    assert sentence is not None
    assert "run `accord db upgrade`" in sentence


def test_the_newest_migration_by_name_is_the_last_in_line(settings: Settings) -> None:
    head = ScriptDirectory.from_config(migrating.configuration(settings)).get_current_head()

    assert migrating.expected_revision() == head


def test_a_web_process_does_without_what_only_migrations_need() -> None:
    """Budget: memory of a web process."""
    asked = "import sys, app.home, app.partnership, app.portal; print('alembic' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"ACCORD_ENV": "staging"}, "ACCORD_ENV"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL"),
        ({"ACCORD_ENV": "production"}, "SECRET_KEY"),
        ({"ACCORD_ENV": "production", "SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"PROXIES": "one"}, "PROXIES"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"BASE_URL": "partners.example"}, "BASE_URL"),
        ({"MAIL_URL": "http://mail"}, "MAIL_URL"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(environ: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSetting, match=named):
        read({"SECRET_KEY": "x" * 40, **environ} if "SECRET_KEY" not in named else environ)


def test_what_happened_is_written_with_the_act_or_not_at_all(house: Accord) -> None:
    """A7"""
    with house.app_context():
        with suppress(ZeroDivisionError), database.unit_of_work() as books:
            Event.record(books, "vendor.blinked", None, by=None)
            raise ZeroDivisionError
        with database.unit_of_work() as books:
            told = books.scalar(select(func.count()).where(Event.kind == "vendor.blinked"))

    assert told == 0


def test_a_command_needs_a_scope_too(house: Accord) -> None:
    """A6"""
    with house.app_context(), pytest.raises(scope.OutOfScope):
        db.session.execute(text("select 1"))
