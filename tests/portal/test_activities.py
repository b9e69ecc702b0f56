"""F5: marketing activities in the portal: a partner proposes, follows, proves and completes its own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Activity, ActivityProof, ActivityStatus
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.models.plans import (
    D,
    Stage,
    _noon,
    approved,
    completed,
    drafted,
    fund_of,
    money,
    proved,
    settled,
    stage,
    submitted,
)
from tests.partnership.test_activities import again, hidden, planned

__all__ = ["_noon", "stage"]
SignIn = Callable[[str], FlaskClient]
HOME = "/portal/activities"
BUDGET = 30


@pytest.fixture(autouse=True)
def today() -> None:
    """The stage has its own noon."""


def picture() -> io.BytesIO:
    """A small photo."""
    content = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(content, "PNG")
    content.seek(0)
    return content


def uploaded(
    reader: FlaskClient, activity: Activity, item: str, content: io.BytesIO, name: str, kind: str
) -> Any:
    """A file sent for an item of the checklist."""
    data = {"item": item, "file": (content, name, kind)}
    return reader.post(f"{HOME}/{activity.id}/proofs", data=data, content_type="multipart/form-data")


# ---------------------------------------------------------------- reading


def test_all_of_a_partner_read_its_activities_and_nobody_elses(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """A6"""
    own = [drafted(stage), submitted(stage), settled(stage, "400")]
    other = fund_of(session, cast.bolt, 50_000)
    theirs = drafted(stage, by=cast.bob, fund=other, title="Secret fair")
    session.commit()

    for player in ("alice", "oscar", "sue"):
        reader = sign_in(player)
        assert [reader.get(f"{HOME}/{one.id}").status_code for one in own] == [200] * 3
        assert "Secret fair" not in reader.get(HOME).text
        assert "Secret fair" not in reader.get(f"{HOME}.csv").text
        assert "Secret fair" not in reader.get(f"{HOME}/calendar?month=2026-06").text
        assert reader.get(f"{HOME}/{theirs.id}").status_code == 404
        assert reader.get("/partnership/activities").status_code == 403


def test_staff_plan_in_the_main_application(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """A2: the portal is the partners'."""
    activity = drafted(stage)
    session.commit()

    assert sign_in("carl").get(HOME).status_code == 403
    assert sign_in("carl").get(f"{HOME}/new").status_code == 404
    assert sign_in("carl").post(f"{HOME}/{activity.id}/submission").status_code == 404


def test_a_support_agent_reads_and_presses_nothing(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """A2"""
    activity = approved(stage)
    session.commit()
    sue = sign_in("sue")

    page = sue.get(f"{HOME}/{activity.id}").text
    assert "/withdrawal" not in page
    assert "/proofs" not in page
    assert "entries in the fund" not in page
    for act in ("edit", "submission", "withdrawal", "completion", "raise", "proofs", "links"):
        assert sue.post(f"{HOME}/{activity.id}/{act}").status_code == 403


def test_the_pages_ask_a_handful_of_questions(
    sign_in: SignIn, stage: Stage, session: Session, queries: Queries
) -> None:
    """Budget"""
    activity = settled(stage)
    session.commit()
    oscar = sign_in("oscar")

    for address, budget in ((f"{HOME}/{activity.id}", BUDGET), (HOME, 12), (f"{HOME}/calendar", 6)):
        queries.clear()
        assert oscar.get(address).status_code == 200
        assert len(queries) <= budget, (address, len(queries))


def test_what_waits_for_me_is_an_answer_or_proofs(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """What waits: on the list and on the main page."""
    submitted(stage, title="Asked back").return_("Which hall?", by=cast.carl)
    over = approved(stage, title="Over", budget=D("10"))
    over.starts_on, over.ends_on = date(2026, 6, 1), date(2026, 6, 2)
    submitted(stage, title="Under way", budget=D("10"))
    session.commit()
    oscar = sign_in("oscar")

    rows = csv.DictReader(io.StringIO(oscar.get(f"{HOME}.csv?waits=me").text))
    main = oscar.get("/portal").text

    assert sorted(row["Title"] for row in rows) == ["Asked back", "Over"]
    assert "Activities that wait for you" in main
    assert "Which hall?" in main
    assert "Under way" not in main


# ---------------------------------------------------------------- proposing


def test_a_partner_proposes_and_is_told_what_stays(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5: kept as a draft, or submitted at once."""
    oscar = sign_in("oscar")
    page = oscar.get(f"{HOME}/new").text
    assert "1,000.00 USD" in page
    key = hidden(page, "one_time_key")

    kept = [oscar.post(f"{HOME}/new", data=planned(stage, one_time_key=key)) for _ in range(2)]
    sent = oscar.post(f"{HOME}/new", data=planned(stage, title="At once", then="submit"))

    found = {one.title: one for one in session.scalars(select(Activity))}
    assert kept[0].location == kept[1].location
    assert sent.status_code == 303
    assert {title: one.status.value for title, one in found.items()} == {
        "Open day": "draft",
        "At once": "submitted",
    }
    assert found["Open day"].owner_id == stage.cast.oscar.id


def test_a_plan_that_cannot_be_submitted_is_not_kept_either(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5: what is over already; the sentence stands at its field, and what was typed is kept."""
    oscar = sign_in("oscar")

    answer = oscar.post(
        f"{HOME}/new", data=planned(stage, starts_on="2026-01-02", ends_on="2026-01-03", then="submit")
    )

    assert answer.status_code == 422
    assert "It is over already" in answer.text
    assert "We open the doors." in answer.text
    assert session.scalar(select(func.count(Activity.id))) == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"budget": "0"}, "greater than zero"),
        ({"budget": "ten"}, "ten"),
        ({"budget": "10.001"}, "2 places"),
        ({"vendor_percent": "101"}, "up to 100"),
        ({"ends_on": "2026-06-19"}, "ends before it starts"),
        ({"title": "   "}, "Give the activity a title"),
        ({"expected_leads": "-1"}, "zero leads or more"),
        ({"fund_id": "999999"}, "fund"),
        ({"activity_type_id": "999999"}, "Not a valid choice"),
        ({"expected_leads": "１２"}, "“１２” is not a whole number"),
        ({"expected_leads": "1_000"}, "“1_000” is not a whole number"),
        ({"expected_leads": "-1"}, "Expect zero leads or more"),
    ],
)
def test_bad_input_is_answered_in_words(
    sign_in: SignIn, stage: Stage, session: Session, wrong: dict[str, str], sentence: str
) -> None:
    """F5"""
    answer = sign_in("oscar").post(f"{HOME}/new", data=planned(stage, **wrong))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count(Activity.id))) == 0


def test_an_edit_from_yesterdays_page_is_refused_once(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """A partner answers a question; a colleague was faster."""
    activity = drafted(stage)
    session.commit()
    alice = sign_in("alice")
    page = alice.get(f"{HOME}/{activity.id}/edit").text
    before = hidden(page, "version")
    sign_in("oscar").post(f"{HOME}/{activity.id}/edit", data=planned(stage, title="Faster", version=before))

    late = alice.post(f"{HOME}/{activity.id}/edit", data=planned(stage, title="Slower", version=before))
    then = alice.post(
        f"{HOME}/{activity.id}/edit",
        data=planned(stage, title="Slower", version=hidden(late.text, "version")),
    )

    assert (late.status_code, then.status_code) == (422, 303)
    assert 'value="Slower"' in late.text
    assert again(session, activity).title == "Slower"


def test_a_colleagues_plan_is_its_owners(sign_in: SignIn, stage: Stage, session: Session, cast: Cast) -> None:
    """L7: an agent changes its own; an administrator every one of the organisation."""
    activity = drafted(stage, by=cast.alice)
    session.commit()

    assert sign_in("oscar").get(f"{HOME}/{activity.id}").status_code == 200
    assert sign_in("oscar").post(f"{HOME}/{activity.id}/edit", data=planned(stage)).status_code == 403
    assert sign_in("alice").post(f"{HOME}/{activity.id}/edit", data=planned(stage)).status_code == 303


def test_submitting_twice_asks_once(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5"""
    activity = drafted(stage)
    session.commit()
    oscar, address = sign_in("oscar"), f"{HOME}/{activity.id}"
    sent = {"version": activity.version, "one_time_key": hidden(oscar.get(address).text, "one_time_key")}

    answers = [oscar.post(f"{address}/submission", data=sent).status_code for _ in range(2)]
    late = oscar.post(f"{address}/submission", data={"version": activity.version})

    assert answers == [303, 303]
    assert late.status_code == 303  # a button says its refusal on the record
    assert again(session, activity).round == 1


def test_a_draft_is_withdrawn_without_a_reason_and_the_rest_with_one(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5: what was reserved is available again."""
    idea, promised = drafted(stage, budget=D("10")), approved(stage)
    session.commit()
    oscar = sign_in("oscar")

    assert oscar.post(f"{HOME}/{idea.id}/withdrawal", data={"reason": ""}).status_code == 303
    assert oscar.post(f"{HOME}/{promised.id}/withdrawal", data={"reason": ""}).status_code == 422
    assert oscar.post(f"{HOME}/{promised.id}/withdrawal", data={"reason": "Rain"}).status_code == 303
    assert money(stage.fund) == (100_000, 0, 0)
    assert "Rain" in oscar.get(f"{HOME}/{promised.id}").text


# ---------------------------------------------------------------- proving


def test_a_file_for_every_proof_completes_it(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """F5: without one it is refused; afterwards marketing settles."""
    activity = approved(stage)
    session.commit()
    oscar, address = sign_in("oscar"), f"{HOME}/{activity.id}"
    early = oscar.post(f"{address}/completion", follow_redirects=True)
    assert again(session, activity).status is ActivityStatus.APPROVED
    assert early.status_code == 200

    for item in activity.wanted_proofs():
        assert uploaded(oscar, activity, item, picture(), "stand.png", "image/png").status_code == 303
    page = oscar.get(address).text
    assert "all 3 there" in page
    done = oscar.post(f"{address}/completion", data={"version": hidden(page, "version")})

    assert done.status_code == 303
    assert again(session, activity).status is ActivityStatus.COMPLETED
    proof = session.scalars(select(ActivityProof).limit(1)).one()
    given = oscar.get(f"{address}/proofs/{proof.id}")
    assert given.status_code == 200
    assert "attachment" in given.headers["Content-Disposition"]
    assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert given.headers.getlist("Cache-Control") == ["no-store"]
    given.close()
    assert sign_in("charlie").get(f"{address}/proofs/{proof.id}").status_code == 404


def test_a_proof_of_plain_text_names_its_charset_once(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5: what was stored as UTF-8 is handed out as that, and kept by no browser."""
    activity = approved(stage)
    session.commit()
    oscar = sign_in("oscar")
    uploaded(oscar, activity, "Attendee list", io.BytesIO(b"Name\nOscar\n"), "list.csv", "text/csv")
    proof = session.scalars(select(ActivityProof)).one()

    given = oscar.get(f"{HOME}/{activity.id}/proofs/{proof.id}")

    assert given.headers.getlist("Content-Type") == ["text/csv; charset=utf-8"]
    assert given.headers.getlist("Cache-Control") == ["no-store"]
    given.close()


def test_leads_hoped_for_are_taken_back_by_an_empty_field(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5: zero and nothing are two answers."""
    activity = drafted(stage, expected_leads=12)
    session.commit()
    oscar, address = sign_in("oscar"), f"{HOME}/{activity.id}/edit"

    assert oscar.post(address, data=planned(stage, expected_leads="0")).status_code == 303
    assert again(session, activity).expected_leads == 0
    assert oscar.post(address, data=planned(stage, expected_leads="")).status_code == 303
    assert again(session, activity).expected_leads is None


def test_a_video_of_60_mb_is_refused_in_words_on_its_own_page(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """Bad input, named: nothing is kept, and what was added before is still there."""
    activity = approved(stage)
    session.commit()
    oscar = sign_in("oscar")
    uploaded(oscar, activity, "Photo", picture(), "stand.png", "image/png")

    answer = uploaded(
        oscar, activity, "Invoice", io.BytesIO(bytes(60 * 1024 * 1024)), "party.mp4", "video/mp4"
    )

    assert answer.status_code == 422
    assert "“party.mp4” is a recording, and recordings are not taken." in answer.text
    assert "up to 20 MB each" in answer.text
    assert "stand.png" in answer.text
    assert session.scalar(select(func.count(ActivityProof.id))) == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("stand.png", b"no picture", "is not what its name says"),
        ("stand.png", b"", "empty"),
        ("stand.exe", b"MZ", "Files of this kind are not taken"),
        ("stand.png", bytes(21 * 1024 * 1024), "more than 20 MB"),
    ],
    ids=["not a picture", "empty", "a program", "too large"],
)
def test_a_file_that_is_not_taken_says_why(
    sign_in: SignIn, stage: Stage, session: Session, name: str, content: bytes, sentence: str
) -> None:
    """F5"""
    activity = approved(stage)
    session.commit()

    answer = uploaded(sign_in("oscar"), activity, "Photo", io.BytesIO(content), name, "image/png")

    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count(ActivityProof.id))) == 0


def test_no_file_and_no_item_of_the_checklist_are_refused_too(
    sign_in: SignIn, stage: Stage, session: Session
) -> None:
    """F5"""
    activity = approved(stage)
    session.commit()
    oscar = sign_in("oscar")

    nothing = oscar.post(f"{HOME}/{activity.id}/proofs", data={"item": "Photo"})
    unasked = uploaded(oscar, activity, "A poem", picture(), "poem.png", "image/png")

    assert (nothing.status_code, unasked.status_code) == (422, 422)
    assert "Choose a file." in nothing.text
    assert "proofs on the checklist" in unasked.text


def test_a_proof_is_taken_away_until_it_is_completed(
    sign_in: SignIn, stage: Stage, session: Session, cast: Cast
) -> None:
    """F5"""
    activity = approved(stage)
    proved(activity, cast.oscar)
    session.commit()
    oscar, first = sign_in("oscar"), activity.proofs()[0]

    gone = oscar.post(f"{HOME}/{activity.id}/proofs/{first.id}/removal")
    again_ = oscar.post(f"{HOME}/{activity.id}/proofs/{first.id}/removal")

    assert (gone.status_code, again_.status_code) == (303, 404)
    assert "1 of 3 still missing" in oscar.get(f"{HOME}/{activity.id}").text


def test_a_partner_cannot_decide_or_pay(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """A2, F8: there is no such address in the portal, and the vendor's is closed."""
    activity = completed(stage)
    session.commit()
    alice = sign_in("alice")

    for act in ("approval", "refusal", "question", "settlement", "release"):
        assert alice.post(f"{HOME}/{activity.id}/{act}").status_code == 404
        assert alice.post(f"/partnership/activities/{activity.id}/{act}").status_code == 403


def test_a_partner_links_its_own_records(sign_in: SignIn, stage: Stage, session: Session, cast: Cast) -> None:
    """F5, A6"""
    activity = approved(stage)
    lead = factories.lead(session, cast.acme, "Bakery", date(2026, 6, 1), owner_id=cast.oscar.id)
    theirs = factories.lead(session, cast.bolt, "Secret bakery", date(2026, 6, 1))
    session.commit()
    oscar, address = sign_in("oscar"), f"{HOME}/{activity.id}/links"

    found = oscar.get(f"{address}?q=bakery").text
    linked = oscar.post(address, data={"lead_id": lead.id})
    foreign = oscar.post(address, data={"lead_id": theirs.id})

    assert "Bakery" in found
    assert "Secret" not in found
    assert (linked.status_code, foreign.status_code) == (303, 404)
    assert "Bakery" in oscar.get(f"{HOME}/{activity.id}").text


def test_people_talk_about_an_activity(sign_in: SignIn, stage: Stage, session: Session) -> None:
    """Comments lead back to the reader's own page."""
    activity = submitted(stage)
    session.commit()

    for player, place in (("oscar", HOME), ("carl", "/partnership/activities")):
        reader = sign_in(player)
        answer = reader.post(f"/activities/{activity.id}/comments", data={"text": f"Hello from {player}"})
        assert answer.status_code == 303
        assert re.match(rf"/activities/{activity.id}#comment-\d+", answer.location)
        assert reader.get(f"/activities/{activity.id}").location == f"{place}/{activity.id}"
        assert f"Hello from {player}" in reader.get(f"{place}/{activity.id}").text
