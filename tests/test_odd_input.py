"""What no page offers: addresses and forms written by hand are refused or match nothing, and never break a page."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.importing.files import Unreadable, inspect
from app.models import Category
from tests.cast import Cast
from tests.models.stories import told

SignIn = Callable[[str], FlaskClient]
LISTS = ("/opportunities?stage=", "/partnership/partners?type=", "/partnership/measurements?category=")


@pytest.mark.parametrize("address", ["/leads?source=a%00", "/leads?q=%07", "/leads.csv?q=a%00", "/leads/%00"])
def test_control_characters_are_refused_at_the_edge(cast: Cast, sign_in: SignIn, address: str) -> None:
    assert sign_in("alice").get(address).status_code in {400, 404}


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("number", ["9" * 30, "-" + "9" * 30, "９" * 30])
def test_a_number_no_row_can_have_matches_nothing(
    cast: Cast, sign_in: SignIn, address: str, number: str
) -> None:
    assert sign_in("anna").get(address + number).status_code == 200


def test_the_last_day_of_the_calendar_is_a_day_too(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in("anna").get("/partnership/events?to=9999-12-31").status_code == 200


def test_a_key_that_no_form_has_is_no_key(cast: Cast, sign_in: SignIn) -> None:
    given = {"one_time_key": "\0" * 20}

    answer = sign_in("anna").post(f"/partnership/partners/{cast.acme.id}/portal-access", data=given)

    assert answer.status_code == 303


def test_a_form_sent_without_its_file_is_refused_at_the_field(cast: Cast, sign_in: SignIn) -> None:
    anna = sign_in("anna")

    for address in (f"/partnership/types/{cast.reseller.id}/files", "/partnership/program/file"):
        assert anna.post(address, data={"file": "not a file"}).status_code == 422


def test_a_damaged_or_locked_spreadsheet_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole) as book:
        book.add_worksheet().write_row(0, 0, ["code", "name", "type"])
    content = whole.getvalue()
    entry = b"PK\x01\x02\x14\x03"
    locked = content.replace(entry + b"\x14\0\0\0", entry + b"\x14\0\1\0")
    newer = content.replace(entry + b"\x14", entry + b"\xff")
    path = tmp_path / "partners.xlsx"

    at = content.index(b"xl/workbook.xml") + 20

    for damaged in (locked, newer, content[:at] + bytes(60) + content[at + 60 :]):
        assert damaged != content
        path.write_bytes(damaged)
        with pytest.raises(Unreadable):
            inspect(path)


def test_an_import_whose_first_lines_cannot_be_read_still_has_its_page(cast: Cast, sign_in: SignIn) -> None:
    anna = sign_in("anna")
    content = io.BytesIO(b'code,name,type\nA,"Al"pha,Reseller\n')
    given = {"kind": "partners", "file": (content, "partners.csv")}

    answer = anna.post("/partnership/imports/new", data=given, content_type="multipart/form-data")

    assert anna.get(answer.location).status_code == 200


def test_records_of_a_partner_whose_code_is_in_another_script_are_given(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    """P5"""
    told(session, cast)
    cast.acme.code = "東京\n-1"
    session.commit()

    asked = session.scalars(select(Category).where(Category.name == "Ordered amount")).one()

    answer = sign_in("anna").get(f"/partnership/partners/{cast.acme.id}/standing/{asked.id}.csv")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith("%E6%9D%B1%E4%BA%AC-1-records.csv")


def test_an_old_invitation_is_no_mistake_for_somebody_signed_in(cast: Cast, sign_in: SignIn) -> None:
    """A4"""
    answer = sign_in("alice").get("/accounts/invitation/used-long-ago")

    assert answer.status_code == 404
    assert "used already" in answer.text


def test_a_refusal_never_leads_to_another_site(cast: Cast, sign_in: SignIn) -> None:
    referrer = {"Referer": "http://localhost//elsewhere.example/page"}

    answer = sign_in("anna").post(f"/partnership/partners/{cast.acme.id}/upgrade", headers=referrer)

    assert answer.location == "/elsewhere.example/page"
