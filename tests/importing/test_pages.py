"""Bringing files in by the page: upload, what would come of it, then for good, by a job."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import Accord, clock
from app.importing import runs
from app.models import Event, ImportRun, ImportStatus, Partner
from tests.cast import Cast

SignIn = Callable[[str], FlaskClient]
GOOD = b"code,name,type\nDELTA,Delta,Reseller\nEPSILON,Epsilon,Consultant\n"
BAD = b"code,name,type\nDELTA,Delta,Reseller\nEPSILON,Epsilon,Distributor\n"


def upload(
    client: FlaskClient, content: bytes, name: str = "partners.csv", kind: str = "partners"
) -> TestResponse:
    data = {"kind": kind, "file": (io.BytesIO(content), name)}
    return client.post("/partnership/imports/new", data=data, content_type="multipart/form-data")


@pytest.fixture
def anna(sign_in: SignIn) -> FlaskClient:
    return sign_in("anna")


Done = Callable[[], ImportRun]


@pytest.fixture
def done(app: Accord, session: Session) -> Done:
    """Do the job that waits, and give the run."""
    return lambda: _done(app, session)


def _done(app: Accord, session: Session) -> ImportRun:
    run = session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first()
    assert run is not None
    session.commit()
    with app.app_context():
        runs.work(subject_id=run.id)
    session.expire_all()
    return run


def test_a_file_is_tried_first_and_brought_in_when_anna_says_so(
    anna: FlaskClient, session: Session, done: Done
) -> None:
    answer = upload(anna, GOOD)
    tried = done()

    assert answer.status_code == 303
    assert (tried.status, tried.created, tried.is_a_try) == (ImportStatus.DONE, 2, True)
    assert session.scalar(select(Partner).where(Partner.code == "DELTA")) is None
    assert "Would be created" in anna.get(answer.location).text

    started = anna.post(f"{answer.location}/start")
    brought_in = done()

    assert started.status_code == 303
    assert (brought_in.status, brought_in.created, brought_in.stored_as) == (ImportStatus.DONE, 2, None)
    assert session.scalar(select(Partner.name).where(Partner.code == "DELTA")) == "Delta"
    assert session.scalars(select(Event.kind).where(Event.kind == "import.done")).all() == ["import.done"]


def test_refused_rows_are_named_with_line_column_value_and_what_to_do(
    anna: FlaskClient, session: Session, done: Done
) -> None:
    answer = upload(anna, BAD)
    run = done()

    page = anna.get(answer.location).text

    assert run.status is ImportStatus.REFUSED
    assert [(each["line"], each["column"], each["value"]) for each in run.refusals] == [
        (3, "type", "Distributor")
    ]
    assert "There is no such partner type" in page


def test_the_good_rows_come_in_when_asked_for(anna: FlaskClient, session: Session, done: Done) -> None:
    answer = upload(anna, BAD)
    done()

    anna.post(f"{answer.location}/start", data={"partial": "y"})
    run = done()

    assert (run.status, run.created, run.refused) == (ImportStatus.DONE, 1, 1)


def test_a_file_that_is_given_up_is_gone(anna: FlaskClient, session: Session, done: Done) -> None:
    answer = upload(anna, GOOD)
    done()

    removed = anna.post(f"{answer.location}/removal")
    again = anna.post(f"{answer.location}/start")

    assert (removed.status_code, again.status_code) == (303, 303)
    assert "under way or over" in anna.get("/partnership/imports").text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"PK\x03\x04not CSV", "partners.csv", "is not what its name says"),
        (b"code,name,type\n", "partners.xlsx", "is not what its name says"),
        (b"code,name,type\nD,M\xfcller,Reseller\n", "partners.csv", "is not UTF-8: byte 19 is 0xFC"),
        (b"code,name\nD,Delta\n", "partners.csv", "“type” is missing"),
        (b"code,name,type,tier\n", "partners.csv", "“tier” is not known"),
        (b"%PDF-1.7", "partners.pdf", "neither .csv nor .xlsx"),
        (b"", "partners.csv", "is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    anna: FlaskClient, session: Session, content: bytes, name: str, sentence: str
) -> None:
    answer = upload(anna, content, name)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(ImportRun)) is None


def test_an_upload_of_200_megabytes_is_refused_before_it_is_read(anna: FlaskClient, cast: Cast) -> None:
    answer = anna.post(
        "/partnership/imports/new",
        data=b"--x--",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )

    assert answer.status_code == 413
    assert "too large" in answer.text


def test_sam_brings_leads_in_but_no_partners(sign_in: SignIn, session: Session) -> None:
    """A2: sales may import leads and deals."""
    sam = sign_in("sam")

    choices = sam.get("/partnership/imports/new").text
    refused = upload(sam, GOOD)
    taken = upload(sam, b"key,company,created_on\nL1,Wingtip,2026-01-05\n", "leads.csv", "leads")

    assert 'value="leads"' in choices
    assert 'value="partners"' not in choices
    assert (refused.status_code, taken.status_code) == (422, 303)
    assert sam.get("/partnership/imports/templates/partners.csv").status_code == 403


def test_sam_does_not_see_what_anna_brought_in(sign_in: SignIn, session: Session) -> None:
    location = upload(sign_in("anna"), GOOD).location

    assert sign_in("sam").get(location).status_code == 403


def test_a_file_nobody_brought_in_for_a_week_is_given_up(
    app: Accord, anna: FlaskClient, session: Session, done: Done
) -> None:
    upload(anna, GOOD)
    run = done()

    with time_machine.travel(clock.now() + timedelta(days=8)), app.app_context():
        runs.tidy()
    session.expire_all()

    assert run.stored_as is None


def test_past_imports_are_listed_and_exported(anna: FlaskClient, session: Session, done: Done) -> None:
    upload(anna, GOOD)
    done()

    page, sheet = anna.get("/partnership/imports?q=partners"), anna.get("/partnership/imports.csv")

    assert (page.status_code, sheet.status_code) == (200, 200)
    assert "Anna Administrator" in page.text
    assert "partners.csv" in sheet.text


def test_pages_of_imports_ask_a_handful_of_questions(
    anna: FlaskClient, session: Session, done: Done, queries: list[str]
) -> None:
    location = upload(anna, GOOD).location
    done()

    queries.clear()
    anna.get("/partnership/imports")
    of_the_list = len(queries)
    queries.clear()
    anna.get(location)

    assert of_the_list <= 3
    assert len(queries) <= 2


def test_a_template_names_the_columns(anna: FlaskClient) -> None:
    answer = anna.get("/partnership/imports/templates/exchange-rates.csv")

    assert answer.text == "currency,day,rate\n"
