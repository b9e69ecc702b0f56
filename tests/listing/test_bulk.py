"""Acts on the rows somebody ticked: each row by its own verb, and what was refused says why (L7, A6)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models import Event, Lead, Notification, Opportunity
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def leads(session: Session, cast: Cast) -> list[int]:
    """Two leads of Acme, and one that a colleague of Oscar works."""
    made = [factories.lead(session, cast.acme, f"Lead {number}", date(2026, 1, 15)) for number in range(3)]
    made[2].owner_id = cast.alice.id
    session.commit()
    return [one.id for one in made]


def ticked(client: FlaskClient, act: str, rows: list[int], at: str = "/leads", **more: str) -> TestResponse:
    return client.post(f"{at}/selection", data={"act": act, "row": [str(one) for one in rows], **more})


def owners(session: Session) -> list[int | None]:
    session.commit()
    return list(session.scalars(select(Lead.owner_id).order_by(Lead.id)))


def said(client: FlaskClient) -> str:
    with client.session_transaction() as kept:
        return " ".join(words for _, words in kept.pop("_flashes", []))


def test_each_row_is_decided_by_its_own_verb_and_the_answer_says_which_were_refused(
    sign_in: SignIn, session: Session, cast: Cast, leads: list[int]
) -> None:
    """L7, A7: an agent assigns what is nobody's, not a colleague's; what was done stays done, with its events."""
    client = sign_in("oscar")

    answer = ticked(client, "assign", leads, answer=str(cast.oscar.id), query="stage=new&sort=created")
    words = said(client)

    assert answer.status_code == 303
    assert answer.location == "/leads?stage=new&sort=created"
    assert owners(session) == [cast.oscar.id, cast.oscar.id, cast.alice.id]
    assert "2 assigned." in words
    assert "1 refused (“Lead 2”): A colleague works on this." in words
    assert session.scalar(select(func.count(Event.id)).where(Event.kind == "lead.assigned")) == 2


def test_an_act_asks_what_it_needs_on_a_page_of_its_own(
    sign_in: SignIn, session: Session, cast: Cast, leads: list[int]
) -> None:
    client = sign_in("oscar")

    asked = ticked(client, "assign", leads[:2])
    again = ticked(client, "assign", leads[:2], answer="")
    foreign = ticked(client, "assign", leads[:2], answer=str(cast.bob.id))

    assert asked.status_code == 200
    assert "2 rows are selected" in asked.text
    assert "Alice Acme" in asked.text
    assert "Bob Bolt" not in asked.text
    assert again.status_code == 422
    assert "Choose one." in again.text
    assert foreign.status_code == 200  # what was not offered is asked for again
    assert owners(session)[:2] == [None, None]


def test_rows_of_another_partner_are_not_there(
    sign_in: SignIn, session: Session, cast: Cast, leads: list[int]
) -> None:
    """A6"""
    client = sign_in("bob")

    ticked(client, "assign", leads, answer=str(cast.bob.id))

    assert "is not there any more" in said(client)
    assert owners(session) == [None, None, cast.alice.id]
    assert "Lead 0" not in ticked(client, "csv", leads).text


def test_who_may_not_act_is_not_offered_to(sign_in: SignIn, cast: Cast, leads: list[int]) -> None:
    """A2"""
    page = sign_in("sue").get("/leads").text

    assert "Assign…" not in page
    assert "Export as CSV" in page
    assert ticked(sign_in("sue"), "assign", leads, answer=str(cast.sue.id)).status_code == 403


def test_the_selected_rows_are_exported_and_no_others(sign_in: SignIn, leads: list[int]) -> None:
    client = sign_in("oscar")

    rows = list(csv.reader(io.StringIO(ticked(client, "csv", leads[1:]).text)))
    sheet = ticked(client, "xlsx", leads[:1])

    assert sorted(row[0] for row in rows[1:]) == ["Lead 1", "Lead 2"]
    assert sheet.data.startswith(b"PK")


def test_cells_that_a_spreadsheet_would_run_are_harmless_here_too(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    made = [
        factories.lead(session, cast.acme, name, date(2026, 1, 1)).id for name in ("=1+1", "@a", "-2", "+3")
    ]
    session.commit()

    rows = list(csv.reader(io.StringIO(ticked(sign_in("alice"), "csv", made).text)))

    assert {row[0] for row in rows[1:]} == {"'=1+1", "'@a", "'-2", "'+3"}


def test_all_that_match_are_meant_when_somebody_says_so(
    sign_in: SignIn, session: Session, cast: Cast, leads: list[int]
) -> None:
    for number in range(30):
        factories.lead(session, cast.acme, f"Other {number}", date(2026, 2, 1))
    session.commit()
    client = sign_in("alice")
    page = client.get("/leads?q=other").text

    answer = ticked(client, "csv", [], all="y", query="q=other")

    assert "all 30 that match" in page
    assert len(answer.text.splitlines()) == 31


def test_at_most_so_many_rows_at_once(sign_in: SignIn) -> None:
    client = sign_in("anna")

    ticked(client, "csv", list(range(1, 502)))
    too_many = said(client)
    ticked(client, "csv", [])

    assert "At most 500 rows" in too_many
    assert "Select some rows first" in said(client)
    ticked(client, "dance", [1])
    assert "Choose what to do" in said(client)


@pytest.mark.parametrize("rows", [["x"], ["9" * 30], ["-1"], ["1; drop table lead"], ["²"]])
def test_what_is_no_rows_number_selects_nothing(sign_in: SignIn, rows: list[str]) -> None:
    client = sign_in("anna")

    answer = client.post("/leads/selection", data={"act": "csv", "row": rows})

    assert answer.status_code == 303


def test_deals_are_assigned_and_orders_exported(sign_in: SignIn, session: Session, cast: Cast) -> None:
    deal = factories.opportunity(session, cast.acme, "Roof", "100")
    lost = factories.opportunity(session, cast.acme, "Gone", "100")
    order = factories.order(session, cast.acme, "A-1", date(2026, 1, 1))
    session.execute(update(Opportunity).where(Opportunity.id == lost.id).values(deleted_at=func.now()))
    session.commit()
    client = sign_in("sam")

    ticked(client, "assign", [deal.id, lost.id], "/opportunities", answer=str(cast.oscar.id))
    words = said(client)
    session.commit()
    session.expire_all()

    assert session.get_one(Opportunity, deal.id).owner_id == cast.oscar.id
    assert "1 refused (“Gone”)" in words
    assert "A-1" in ticked(sign_in("oscar"), "csv", [order.id], "/orders").text


def test_the_new_owner_is_told_once_for_each_row_that_was_done(
    sign_in: SignIn, session: Session, cast: Cast, leads: list[int]
) -> None:
    ticked(sign_in("alice"), "assign", leads, answer=str(cast.oscar.id))
    session.commit()

    told = session.scalars(select(Notification.person_id)).all()

    assert told.count(cast.oscar.id) == 3


def test_tick_boxes_cost_no_question(
    sign_in: SignIn, queries: Queries, session: Session, cast: Cast, leads: list[int]
) -> None:
    client = sign_in("alice")
    client.get("/leads")
    queries.clear()

    page = client.get("/leads").text

    assert page.count('name="row"') == 3
    assert 'aria-label="Select Lead 1"' in page
    assert len(queries) <= 9, queries
