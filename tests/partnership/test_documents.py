"""Files: what is taken, what is refused, how they are kept and handed out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import Accord, stored_files
from app.models import Document, Event
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def march() -> object:
    with time_machine.travel("2026-03-02 10:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def folder(app: Accord, tmp_path: Path) -> object:
    known = app.config["ACCORD"]
    from dataclasses import replace

    app.config["ACCORD"] = replace(known, uploads=tmp_path)
    yield tmp_path
    app.config["ACCORD"] = known


def filed(client: FlaskClient, cast: Cast, name: str, content: bytes, **more: str) -> object:
    data = {"file": (io.BytesIO(content), name), "category_id": "", "filed_on": "2026-03-02", **more}
    return client.post(f"/partnership/documents/new?partner={cast.acme.id}", data=data)


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(kept, "PNG")
    return kept.getvalue()


def archive(*names: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as opened:
        for name in names:
            opened.writestr(name, "x")
    return kept.getvalue()


def test_a_file_is_kept_under_a_random_name_and_handed_out_as_an_attachment(
    sign_in: SignIn, session: Session, cast: Cast, folder: Path
) -> None:
    carl = sign_in("carl")
    assert filed(carl, cast, "../../Plan <2026>.pdf", PDF).status_code == 303  # type: ignore[attr-defined]
    document = session.scalars(select(Document)).one()
    answer = carl.get(f"/partnership/documents/{document.id}/file")

    assert [path.name for path in folder.iterdir()] == [document.stored_as]
    assert document.name == "Plan <2026>.pdf"
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert session.scalars(select(Event.kind).where(Event.kind == "document.filed")).one()
    answer.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.pdf", b"MZ\x90\x00 a program"),
        ("plan.pdf", picture()),
        ("photo.png", b"\x89PNG\r\n\x1a\n and no picture"),
        ("photo.jpg", picture()),
        ("letter.docx", archive("something.txt")),
        ("letter.docx", archive("[Content_Types].xml", "xl/workbook.xml")),
        ("letter.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("notes.txt", b"\x00\x01\x02"),
        ("notes.csv", "größe".encode("latin-1")),
    ],
)
def test_what_is_not_what_its_name_says_is_refused_and_nothing_is_written(
    sign_in: SignIn, session: Session, cast: Cast, folder: Path, name: str, content: bytes
) -> None:
    answer = filed(sign_in("carl"), cast, name, content)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "is not what its name says" in answer.text  # type: ignore[attr-defined]
    assert list(folder.iterdir()) == []
    assert session.scalars(select(Document)).all() == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("run.exe", b"MZ", "Files of this kind are not taken"),
        ("page.html", b"<script>alert(1)</script>", "Files of this kind are not taken"),
        ("picture.svg", b"<svg/>", "Files of this kind are not taken"),
        ("plan.pdf", b"", "The file is empty"),
        ("", b"", "Choose a file"),
    ],
)
def test_what_is_not_taken_says_so(
    sign_in: SignIn, cast: Cast, folder: Path, name: str, content: bytes, sentence: str
) -> None:
    answer = filed(sign_in("carl"), cast, name, content)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert sentence in answer.text  # type: ignore[attr-defined]


def test_two_hundred_megabytes_are_refused_before_they_are_read(
    sign_in: SignIn, session: Session, cast: Cast, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    large = tmp_path_factory.mktemp("large") / "plan.pdf"
    with large.open("wb") as hollow:
        hollow.truncate(200 * 1024 * 1024)
    with large.open("rb") as stream:
        answer = sign_in("carl").post(
            f"/partnership/documents/new?partner={cast.acme.id}",
            input_stream=stream,
            content_type="multipart/form-data; boundary=x",
        )
        read = stream.tell()

    assert answer.status_code == 413
    assert "This file is too large" in answer.text
    assert read < 1024 * 1024
    assert session.scalars(select(Document)).all() == []


def test_a_file_a_little_too_large_is_said_at_the_field(sign_in: SignIn, cast: Cast, folder: Path) -> None:
    answer = filed(sign_in("carl"), cast, "big.txt", b"a" * (20 * 1024 * 1024 + 1))

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "more than 20 MB" in answer.text  # type: ignore[attr-defined]


def test_a_partners_quota_is_kept(
    sign_in: SignIn, cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Document, "QUOTA", len(PDF) + 10)
    carl = sign_in("carl")
    assert filed(carl, cast, "one.pdf", PDF).status_code == 303  # type: ignore[attr-defined]
    answer = filed(carl, cast, "two.pdf", PDF)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "of files already" in answer.text  # type: ignore[attr-defined]
    assert len(list(folder.iterdir())) == 1


def test_a_removed_file_is_gone_and_its_event_stays(
    sign_in: SignIn, session: Session, cast: Cast, folder: Path
) -> None:
    carl = sign_in("carl")
    filed(carl, cast, "plan.pdf", PDF)
    document = session.scalars(select(Document)).one()
    answer = carl.post(f"/partnership/documents/{document.id}/removal")

    assert answer.status_code == 303
    assert list(folder.iterdir()) == []
    assert carl.get(f"/partnership/documents/{document.id}").status_code == 404
    assert session.scalars(select(Event.kind).where(Event.kind == "document.removed")).one()


def test_a_business_plan_is_filed_with_its_partnership(
    sign_in: SignIn, session: Session, cast: Cast, folder: Path, queries: Queries
) -> None:
    """P8"""
    version = factories.draft(session)
    plan = factories.category(
        session, "Business plan", version=version, measure={"artefact": "Business plan"}
    )
    partnership = factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    session.commit()
    carl = sign_in("carl")
    answer = carl.post(
        f"/partnership/documents/new?partner={cast.acme.id}&partnership={partnership.id}",
        data={"file": (io.BytesIO(PDF), "plan.pdf"), "category_id": str(plan.id), "filed_on": "2026-02-28"},
    )
    assert answer.status_code == 303
    queries.clear()
    page = carl.get(answer.location)

    assert "Business plan" in page.text
    assert "28 Feb 2026" in page.text
    assert len(queries) <= 8
    assert session.scalars(select(Document.category_id)).one() == plan.id
    assert "plan.pdf" in carl.get("/partnership/documents.csv?partner=ACME").text


def test_a_file_is_not_filed_on_a_day_to_come_nor_with_another_partners_partnership(
    sign_in: SignIn, session: Session, cast: Cast, folder: Path
) -> None:
    theirs = factories.partnership(session, cast.bolt, date(2026, 1, 1), date(2026, 12, 31))
    session.commit()
    carl = sign_in("carl")
    late = filed(carl, cast, "plan.pdf", PDF, filed_on="2026-03-03")
    address = f"/partnership/documents/new?partner={cast.acme.id}&partnership={theirs.id}"

    assert "still to come" in late.text  # type: ignore[attr-defined]
    assert carl.get(address).status_code == 404


@pytest.mark.parametrize("who", ["sam", "audrey", "mona", "alice"])
def test_only_those_who_may_change_partners_file_something(
    sign_in: SignIn, cast: Cast, who: str, folder: Path
) -> None:
    """A2"""
    assert filed(sign_in(who), cast, "plan.pdf", PDF).status_code == 403  # type: ignore[attr-defined]


def test_another_partners_file_is_not_there(
    sign_in: SignIn, session: Session, cast: Cast, folder: Path
) -> None:
    """A6"""
    filed(sign_in("carl"), cast, "plan.pdf", PDF)
    document = session.scalars(select(Document)).one()
    own = sign_in("alice").get(f"/portal/documents/{document.id}")

    assert own.status_code == 200
    assert sign_in("bob").get(f"/portal/documents/{document.id}").status_code == 404
    own.close()


def test_a_file_waits_for_the_whole_unit_of_work_not_for_a_savepoint(
    app: Accord, session: Session, folder: Path
) -> None:
    with app.app_context():
        stored_files.keep(session, stored_files.Received("plan.pdf", "application/pdf", PDF))
        with session.begin_nested():
            pass
        assert len(list(folder.iterdir())) == 1
        session.rollback()

    assert list(folder.iterdir()) == []
