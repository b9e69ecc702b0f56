"""The stages of deals, as the administrator edits them (L5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Opportunity, OpportunityStage, Step, ValueType
from tests import factories
from tests.cast import Cast

SignIn = Callable[[str], FlaskClient]
STAGES = "/opportunities/stages"


def names(session: Session, *, active: bool | None = None) -> list[str]:
    session.expire_all()
    stages = OpportunityStage.in_order(session)
    return [one.name for one in stages if active in {None, one.active}]


def at(session: Session, name: str, act: str) -> str:
    return f"{STAGES}/{factories.stage(session, name).id}/{act}"


def test_stages_are_changed_by_administrators_and_read_by_all(sign_in: SignIn, session: Session) -> None:
    """A2"""
    for name in ("carl", "sam", "alice"):
        client = sign_in(name)
        assert "Qualify" in client.get(STAGES).text
        assert client.get(f"{STAGES}/new").status_code == 403
        assert client.post(at(session, "Qualify", "up")).status_code == 403


def test_a_new_stage_comes_after_the_last_of_its_kind(sign_in: SignIn, session: Session) -> None:
    """L5"""
    client = sign_in("anna")
    client.post(f"{STAGES}/new", data={"name": "Sign", "kind": "open", "probability": "95"})
    client.post(f"{STAGES}/new", data={"name": "No budget", "kind": "lost", "probability": "50"})

    assert names(session) == ["Qualify", "Develop", "Propose", "Close", "Sign", "Won", "Lost", "No budget"]
    assert factories.stage(session, "No budget").probability == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Name the stage."),
        ({"name": "qualify"}, "There is a stage “qualify” already"),
        ({"name": "x" * 61}, "Field cannot be longer"),
        ({"probability": "100.5"}, "from 0 to 100"),
        ({"kind": "perhaps"}, "Not a valid choice"),
    ],
)
def test_a_stage_that_cannot_be_is_refused_at_the_form(
    sign_in: SignIn, session: Session, typed: dict[str, str], sentence: str
) -> None:
    form = {"name": "Sign", "kind": "open", "probability": "50", **typed}
    answer = sign_in("anna").post(f"{STAGES}/new", data=form)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(names(session)) == 6


def test_stages_change_places(sign_in: SignIn, session: Session) -> None:
    client = sign_in("anna")
    client.post(at(session, "Propose", "up"))
    client.post(at(session, "Close", "down"))
    client.post(at(session, "Qualify", "up"))  # the first stays the first

    assert names(session) == ["Qualify", "Propose", "Develop", "Won", "Close", "Lost"]


def test_a_stage_is_renamed_and_an_older_page_is_refused(sign_in: SignIn, session: Session) -> None:
    client = sign_in("anna")
    stage = factories.stage(session, "Develop")
    form = {"name": "Understand", "kind": "open", "probability": "35", "version": str(stage.version)}

    assert client.post(at(session, "Develop", "edit"), data=form).status_code == 303
    older = client.post(at(session, "Understand", "edit"), data={**form, "name": "Grasp"})

    assert older.status_code == 422
    assert "Somebody changed this meanwhile (Anna Administrator: name, probability)" in older.text
    assert "Understand" in names(session)


def test_of_every_kind_one_stage_stays_in_use(sign_in: SignIn, session: Session) -> None:
    """L5"""
    client = sign_in("anna")
    for name, kind in (("Won", "won"), ("Lost", "lost")):
        off = client.post(at(session, name, "end"))
        other = {"name": name, "kind": "open", "probability": "50"}
        turned = client.post(at(session, name, "edit"), data=other)

        for answer in (off, turned):
            assert answer.status_code == 422
            assert f"This is the only {kind} stage in use" in answer.text


def test_deals_of_a_stage_that_is_switched_off_go_where_is_said(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """L5"""
    deals = [factories.opportunity(session, partner, "Roof", "5") for partner in (cast.acme, cast.bolt)]
    session.commit()
    client = sign_in("anna")
    develop = factories.stage(session, "Develop").id

    unsaid = client.post(at(session, "Qualify", "end"), data={"to_id": ""})
    client.post(at(session, "Qualify", "end"), data={"to_id": develop})

    assert "Deals stand in “Qualify”. Choose where they go." in unsaid.text
    session.expire_all()
    assert set(session.scalars(select(Opportunity.stage_id))) == {develop}
    assert [one.words for one in Step.path(session, deals[0])] == ["Moved from Qualify to Develop"]
    assert "Qualify" not in names(session, active=True)
    assert 'data-title="Qualify"' not in client.get("/opportunities/board").text
    client.post(at(session, "Qualify", "use"))
    assert "Qualify" in names(session, active=True)


def test_a_stage_with_deals_keeps_its_kind(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """L5"""
    factories.opportunity(session, cast.acme, "Roof", "5")
    session.commit()
    form = {"name": "Qualify", "kind": "won", "probability": "100"}
    answer = sign_in("anna").post(at(session, "Qualify", "edit"), data=form)

    assert "Deals stand in “Qualify”, so it stays open" in answer.text


def test_a_stage_that_the_program_counts_by_keeps_its_name(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """P8: a published measure names it for ever."""
    version = factories.draft(session)
    where = {"count": "opportunities", "counting": "registered", "where": {"stage": ["Propose"]}}
    factories.category(session, "Proposals", ValueType.INTEGER, version, where)
    session.commit()
    form = {"name": "Offer", "kind": "open", "probability": "50"}

    answer = sign_in("anna").post(at(session, "Propose", "edit"), data=form)

    assert "The program counts the deals of “Propose” for “Proposals”" in answer.text
