"""Deals as both sides work them: open, register, win, confirm, lose, hand over, by pages (L5, F3, L7)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import scope
from app.models import Opportunity, OpportunityProduct, Registration, RegistrationState
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.leads.conftest import Sold

SignIn = Callable[[str], FlaskClient]
DEAL = {
    "customer": "Brauhaus Nord GmbH",
    "website": "https://www.brauhaus-nord.example/kontakt",
    "country": "DE",
    "amount": "12000",
    "currency": "eur",
    "expected_on": "2999-01-31",
}


def latest(session: Session) -> Opportunity:
    session.expire_all()
    return session.scalars(select(Opportunity).order_by(Opportunity.id.desc()).limit(1)).one()


def at(deal: Opportunity, act: str = "") -> str:
    return f"/opportunities/{deal.id}" + (f"/{act}" if act else "")


@pytest.fixture
def deal(session: Session, cast: Cast) -> Opportunity:
    """A deal of Acme that Oscar works on."""
    made = factories.opportunity(session, cast.acme, "Roof of Lindner", "900", owner_id=cast.oscar.id)
    session.commit()
    return made


# ---------------------------------------------------------------- opening


def test_a_partner_opens_and_registers_a_deal_with_one_form(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """L4, L5: few fields, registered by default."""
    client = sign_in("oscar")
    assert 'checked class="form-check-input" id="register"' in client.get("/opportunities/new").text

    answer = client.post("/opportunities/new", data={**DEAL, "register": "y"})
    made = latest(session)

    assert (answer.status_code, answer.location) == (303, at(made))
    assert (made.name, made.customer, made.amount, made.currency) == (
        DEAL["customer"],
        DEAL["customer"],
        Decimal(12000),
        "EUR",
    )
    assert (made.partner_id, made.owner_id) == (cast.acme.id, cast.oscar.id)
    (registration,) = Registration.of(session, made)
    assert registration.state is RegistrationState.PROTECTED
    assert "Protected" in client.get(at(made)).text


def test_where_somebody_else_was_first_the_form_says_so_and_nothing_is_written(
    sign_in: SignIn, session: Session
) -> None:
    """L3, L4"""
    sign_in("bob").post("/opportunities/new", data={**DEAL, "register": "y"})
    first = latest(session).id

    answer = sign_in("oscar").post("/opportunities/new", data={**DEAL, "register": "y"})

    assert answer.status_code == 422
    assert "is protected until" in answer.text
    assert "Bolt" not in answer.text
    assert "Brauhaus Nord" in answer.text  # what was typed stays
    assert latest(session).id == first


def test_staff_open_a_deal_for_a_partner_by_its_code(sign_in: SignIn, session: Session, cast: Cast) -> None:
    client = sign_in("sam")

    unknown = client.post("/opportunities/new", data={**DEAL, "partner": "NOBODY"})
    client.post("/opportunities/new", data={**DEAL, "partner": "bolt"})

    assert "There is no partner with the code" in unknown.text
    assert (latest(session).partner_id, latest(session).owner_id) == (cast.bolt.id, None)


def test_products_are_typed_by_number(sign_in: SignIn, session: Session, sold: Sold) -> None:
    client = sign_in("oscar")
    lines = {"products-0-sku": "bat-10", "products-0-quantity": "2.5", "products-1-sku": ""}

    wrong = client.post("/opportunities/new", data={**DEAL, "products-0-sku": "NOTHING"})
    client.post("/opportunities/new", data={**DEAL, **lines})

    assert wrong.status_code == 422
    assert "There is no product “nothing”" in wrong.text
    kept = session.scalars(select(OpportunityProduct)).one()
    assert (kept.product_id, kept.quantity) == (sold.product.id, Decimal("2.5"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"customer": ""}, "Say who the customer is."),
        ({"customer": "x" * 10_000}, "Use at most 200 letters."),
        ({"amount": "1e5"}, "Write digits with a point"),
        ({"amount": ""}, "Write what it may be worth"),
        ({"currency": "ZZZ"}, "is not a currency"),
        ({"expected_on": "1999-01-01"}, "cannot be expected to close before"),
        ({"probability": "101"}, "from 0 to 100"),
    ],
)
def test_what_cannot_be_is_said_at_the_form(
    sign_in: SignIn, session: Session, typed: dict[str, str], sentence: str
) -> None:
    answer = sign_in("oscar").post("/opportunities/new", data={**DEAL, **typed})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalars(select(Opportunity)).all() == []


# ---------------------------------------------------------------- working


def test_who_may_only_read_gets_403_and_sees_no_acts(sign_in: SignIn, deal: Opportunity) -> None:
    """L7, A2: support agents read, auditors too, a colleague's deal is nobody else's."""
    for name in ("sue", "audrey"):
        client = sign_in(name)
        page = client.get(at(deal))
        assert page.status_code == 200
        assert "/edit" not in page.text
        assert client.post(at(deal, "loss"), data={"reason": "No."}).status_code == 403
    assert sign_in("bob").get(at(deal)).status_code == 404
    assert sign_in("bob").post(at(deal, "stage")).status_code == 404


def test_two_at_one_deal_the_second_is_told_what_changed(
    sign_in: SignIn, session: Session, deal: Opportunity
) -> None:
    first, second = sign_in("oscar"), sign_in("alice")
    form = {**DEAL, "name": "Other roof", "version": str(deal.version)}

    assert first.post(at(deal, "edit"), data=form).status_code == 303
    answer = second.post(at(deal, "edit"), data={**form, "name": "Third roof"})

    assert answer.status_code == 422
    assert "Somebody changed this meanwhile (Oscar Acme" in answer.text
    assert "Third roof" in answer.text
    again = {**form, "name": "Third roof", "version": str(latest(session).version)}
    assert second.post(at(deal, "edit"), data=again).status_code == 303


def test_a_deal_is_moved_on_its_page_and_never_to_an_end(
    sign_in: SignIn, session: Session, deal: Opportunity
) -> None:
    """L5"""
    client = sign_in("oscar")
    propose, won = (factories.stage(session, name).id for name in ("Propose", "Won"))

    client.post(at(deal, "stage"), data={"stage_id": propose})
    client.post(at(deal, "stage"), data={"stage_id": won}, headers={"Referer": f"http://localhost{at(deal)}"})
    page = client.get(at(deal)).text

    assert "does not move to “Won”" in page
    assert latest(session).stage_id == propose
    assert client.post(at(deal, "stage"), data={"stage_id": "x"}).status_code == 404


# ---------------------------------------------------------------- closing


def test_a_partner_reports_a_win_and_staff_confirm_it(
    sign_in: SignIn, session: Session, deal: Opportunity
) -> None:
    """F3"""
    partner, staff = sign_in("oscar"), sign_in("carl")
    today = scope.today().isoformat()

    partner.post(at(deal, "win"), data={"closed_on": today, "reason": "They signed"})
    assert "It waits for the vendor to confirm it." in partner.get(at(deal)).text
    assert "Roof of Lindner" in staff.get("/opportunities?state=reported").text
    assert partner.post(at(deal, "confirmation")).status_code == 403
    staff.post(at(deal, "confirmation"))

    assert latest(session).confirmed_at is not None
    for client in (partner, staff):
        page = client.get(at(deal)).text
        assert "Win confirmed" in page
        assert "Reported as won, closed on" in page


def test_staff_may_refuse_a_win_with_a_reason_the_partner_reads(
    sign_in: SignIn, session: Session, deal: Opportunity
) -> None:
    """F3"""
    partner, staff = sign_in("oscar"), sign_in("sam")
    partner.post(at(deal, "win"), data={"closed_on": scope.today().isoformat()})

    silent = staff.post(at(deal, "refusal"), data={"reason": ""})
    staff.post(at(deal, "refusal"), data={"reason": "There is no contract yet."})

    assert (silent.status_code, latest(session).closed_on) == (422, None)
    assert "There is no contract yet." in partner.get(at(deal)).text


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("2026-01-14", "cannot be closed before"), ("2999-01-01", "still to come"), ("", "Choose the day")],
)
def test_a_closing_day_that_cannot_be_is_said_at_the_field(
    sign_in: SignIn, deal: Opportunity, day: str, sentence: str
) -> None:
    answer = sign_in("oscar").post(at(deal, "win"), data={"closed_on": day})

    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_lost_deal_is_opened_again_by_right_and_reason(
    sign_in: SignIn, session: Session, deal: Opportunity
) -> None:
    """L5"""
    partner, staff = sign_in("oscar"), sign_in("sam")
    partner.post(at(deal, "loss"), data={"reason": "Bought elsewhere"})
    assert "Lost: Bought elsewhere" in partner.get(at(deal)).text

    assert partner.post(at(deal, "reopening"), data={"reason": "Please"}).status_code == 403
    staff.post(at(deal, "reopening"), data={"reason": "They came back", "stage_id": ""})

    assert latest(session).closed_on is None
    assert "Opened again: They came back" in partner.get(at(deal)).text


def test_a_deal_is_handed_over_and_deleted_by_staff_only(
    sign_in: SignIn, session: Session, cast: Cast, deal: Opportunity
) -> None:
    """F3, A6"""
    staff, before = sign_in("sam"), sign_in("alice")
    for act in ("handover", "deletion"):
        assert before.post(at(deal, act), data={"reason": "No", "partner": "BOLT"}).status_code == 403

    staff.post(at(deal, "handover"), data={"partner": "bolt", "reason": "Nearer"})
    assert latest(session).partner_id == cast.bolt.id
    assert before.get(at(deal)).status_code == 404
    staff.post(at(deal, "deletion"), data={"reason": "Entered twice."})

    assert "Roof of Lindner" not in staff.get("/opportunities").text
    after = sign_in("bob").get(at(deal)).text
    assert "Deleted: Entered twice." in after
    assert "Nearer" in after
    assert staff.post(at(deal, "loss"), data={"reason": "Too late"}).status_code == 422


# ---------------------------------------------------------------- lists and board


def test_the_list_says_what_is_mine_late_and_what_it_makes(
    sign_in: SignIn, session: Session, cast: Cast, deal: Opportunity
) -> None:
    late = scope.today().replace(year=scope.today().year - 1)
    factories.opportunity(session, cast.acme, "Late roof", "100.5", created_on=late, expected_on=late)
    factories.opportunity(session, cast.acme, "Euro roof", "50", currency="EUR")
    session.commit()
    client = sign_in("oscar")

    mine, overdue, whole = (
        client.get(f"/opportunities{query}").text for query in ("?owner=me", "?state=late", "")
    )

    assert ("Roof of Lindner" in mine, "Late roof" in mine) == (True, False)
    assert ("Late roof" in overdue, "Euro roof" in overdue) == (True, False)
    assert "100.50 USD, weighted 10.05" in overdue
    assert "open: 1,000.50 USD, weighted 100.05 · 50.00 EUR, weighted 5.00" in whole


def test_the_board_shows_lanes_with_sums_and_offers_what_the_table_allows(
    sign_in: SignIn, session: Session, cast: Cast, deal: Opportunity
) -> None:
    """L5"""
    client = sign_in("oscar")
    factories.opportunity(session, cast.bolt, "Secret roof", "77777")
    propose = factories.stage(session, "Propose").id
    session.commit()

    page = client.get("/opportunities/board").text
    moved = client.post(at(deal, "stage"), data={"stage_id": propose, "back": "board"})

    assert "Roof of Lindner" in page
    assert "900.00 USD, weighted 90.00" in page
    assert at(deal, "win") in page
    assert "77,777" not in page
    assert "Secret roof" not in page
    assert moved.location == "/opportunities/board"
    assert "900.00 USD, weighted 450.00" in client.get("/opportunities/board").text


def test_the_board_is_narrowed_by_partner_and_owner(
    sign_in: SignIn, session: Session, cast: Cast, deal: Opportunity
) -> None:
    factories.opportunity(session, cast.bolt, "Other roof", "5", owner_id=cast.bob.id)
    session.commit()
    client = sign_in("sam")

    by_partner, mine = (
        client.get(f"/opportunities/board{query}").text for query in ("?partner=bolt", "?owner=me")
    )

    assert ("Other roof" in by_partner, "Roof of Lindner" in by_partner) == (True, False)
    assert "5.00 USD, weighted 0.50" in by_partner
    assert "Other roof" not in mine
    assert "weighted" not in mine


def test_the_board_is_read_in_a_handful_of_questions(
    sign_in: SignIn, session: Session, cast: Cast, queries: Queries
) -> None:
    for number in range(30):
        factories.opportunity(session, cast.acme, f"Roof {number}", "5")
    session.commit()
    for name in ("anna", "alice"):
        client = sign_in(name)
        client.get("/opportunities/board")
        queries.clear()

        client.get("/opportunities/board")

        assert len(queries) <= 10, queries
