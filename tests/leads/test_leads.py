"""Leads on both faces: what is shown, what may be done next, and what is refused (L1, L2, L7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.models import (
    Event,
    Lead,
    LeadOffer,
    LeadPassage,
    LeadStage,
    OfferState,
    Opportunity,
    Partner,
    Vendor,
)
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]
BOARD_BUDGET = 8


@pytest.fixture(autouse=True)
def active(session: Session, cast: Cast) -> None:
    """Acme and Bolt may be offered leads."""
    if session.scalars(select(Vendor)).one_or_none() is None:
        factories.added(session, Vendor(name="Northwind"))
    for partner in (cast.acme, cast.bolt):
        factories.partnership(session, partner, date(2020, 1, 1), date(2090, 12, 31))
    session.commit()


def made(session: Session, partner: Partner | None, company: str = "Ackerloh", **more: object) -> Lead:
    lead = factories.lead(session, partner, company, date(2026, 1, 5), **more)
    session.commit()
    return lead


def offered(session: Session, cast: Cast, **terms: object) -> tuple[Lead, LeadOffer]:
    lead = made(session, None, email="anna@ackerloh.example", need="Two ovens")
    offer = LeadOffer.make(lead, cast.acme, by=cast.sam, **terms)  # type: ignore[arg-type]
    session.commit()
    return lead, offer


# ---------------------------------------------------------------- writing down


def test_a_lead_is_written_down_and_what_cannot_be_is_refused_at_its_field(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    sam = sign_in("sam")
    wrong = {"company": "x" * 10_000, "email": "nobody", "phone": "ring", "country": "DE", "budget": "1,000"}

    refused = sam.post("/leads/new", data=wrong)
    assert refused.status_code == 422
    assert "Use at most 200 letters." in refused.text
    assert "is not an amount" in refused.text
    assert 'value="nobody"' in refused.text
    again = sam.post("/leads/new", data={**wrong, "company": "Inn", "budget": ""})
    assert "not an e-mail address" in again.text

    right = {
        "company": "مخبز الشمس",
        "phone": "030 123456",
        "country": "DE",
        "budget": "1000.50",
        "currency": "eur",
    }
    done = sam.post("/leads/new", data=right)
    assert done.status_code == 303
    page = sam.get(done.location).text
    assert "مخبز الشمس" in page
    assert "+49 30 123456" in page
    assert "1,000.50" in page


def test_a_double_click_writes_one_lead(sign_in: SignIn, session: Session, cast: Cast) -> None:
    oscar = sign_in("oscar")
    typed = {"company": "Inn", "country": "", "one_time_key": "k" * 22}

    first, second = oscar.post("/leads/new", data=typed), oscar.post("/leads/new", data=typed)

    assert first.location == second.location
    assert session.scalars(select(Lead.partner_id).where(Lead.company == "Inn")).all() == [cast.acme.id]


def test_yesterdays_page_is_told_what_changed(sign_in: SignIn, session: Session, cast: Cast) -> None:
    lead = made(session, None)
    sam = sign_in("sam")
    sam.post(
        f"/leads/{lead.id}/edit", data={"company": "Ackerloh", "country": "", "need": "Ovens", "version": "1"}
    )

    stale = sam.post(
        f"/leads/{lead.id}/edit", data={"company": "Ackerloh", "country": "", "need": "Doors", "version": "1"}
    )

    assert stale.status_code == 422
    assert "Somebody changed this meanwhile (Sam Sales: need)" in stale.text
    assert "Doors" in stale.text
    assert 'name="version" type="hidden" value="2"' in stale.text


# ---------------------------------------------------------------- who may


def test_a_foreign_lead_does_not_exist_and_a_colleagues_is_refused(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """A6, L7: 404 for outsiders, 403 for insiders without the right, for every page and its act."""
    lead = made(session, cast.acme, owner_id=cast.alice.id, stage=LeadStage.ACCEPTED)

    for name, status in (("bob", 404), ("sue", 403), ("oscar", 403), ("mona", 403), ("alice", 200)):
        client = sign_in(name)
        for act in ("edit", "disqualification", "withdrawal", "return", "owner", "conversion", "passage"):
            assert client.get(f"/leads/{lead.id}/{act}").status_code == status, (name, act)
            answer = client.post(f"/leads/{lead.id}/{act}", data={"reason": "", "owner_id": "999"})
            assert answer.status_code == (422 if name == "alice" else status), (name, act)


def test_what_is_not_allowed_is_not_offered_and_refused_attempts_are_kept(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """A7"""
    lead = made(session, cast.acme, owner_id=cast.alice.id)
    oscar = sign_in("oscar")

    assert "Qualify" not in oscar.get(f"/leads/{lead.id}").text
    assert oscar.post(f"/leads/{lead.id}/qualification").status_code == 403
    assert "Qualify" in sign_in("alice").get(f"/leads/{lead.id}").text
    assert session.scalars(select(Event.actor_id).where(Event.kind == "access.refused")).all() == [
        cast.oscar.id
    ]


def test_only_staff_offer_reopen_and_distribute(sign_in: SignIn, session: Session, cast: Cast) -> None:
    lead = made(session, cast.acme)

    for address in ("offers/new", "reopening", "distribution"):
        assert sign_in("alice").post(f"/leads/{lead.id}/{address}").status_code == 403
        assert sign_in("mona").post(f"/leads/{lead.id}/{address}").status_code == 403


# ---------------------------------------------------------------- acts


def test_a_reason_is_asked_for_and_shown(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """L2"""
    lead = made(session, cast.acme, owner_id=cast.oscar.id)
    oscar = sign_in("oscar")

    assert "Say why." in oscar.post(f"/leads/{lead.id}/disqualification", data={"reason": " "}).text
    oscar.post(f"/leads/{lead.id}/disqualification", data={"reason": "They rent the roof."})
    page = oscar.get(f"/leads/{lead.id}").text

    assert "Closed because: They rent the roof." in page
    assert "Disqualified: They rent the roof." in page
    assert "Reopen" not in page
    sam = sign_in("sam")
    assert "Reopen" in sam.get(f"/leads/{lead.id}").text
    assert sam.post(f"/leads/{lead.id}/reopening").status_code == 303
    assert session.get_one(Lead, lead.id, populate_existing=True).stage is LeadStage.ACCEPTED


def test_a_stage_change_that_the_table_forbids_says_so(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """L2"""
    lead = made(session, cast.acme, stage=LeadStage.CONVERTED, closed_on=date(2026, 2, 1))
    alice = sign_in("alice")

    answer = alice.post(f"/leads/{lead.id}/withdrawal", data={"reason": "No."})

    assert answer.status_code == 422
    assert "This lead is converted and cannot be withdrawn." in answer.text


def test_a_lead_is_offered_by_hand_to_the_partner_that_is_meant(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """L1"""
    lead = made(session, None)
    sam = sign_in("sam")
    address, terms = f"/leads/{lead.id}/offers/new", {"hours": "5", "after": "queue"}

    assert "There is no partner “Nobody”" in sam.post(address, data={"partner": "Nobody", **terms}).text
    assert (
        "Write 1 to 8,760 hours."
        in sam.post(address, data={"partner": "ACME", "hours": "0", "after": "queue"}).text
    )
    crane = sam.post(address, data={"partner": "Crane", **terms})
    assert "no active partnership" in crane.text
    assert sam.post(address, data={"partner": "acme sys", **terms}).status_code == 303

    page = sam.get(f"/leads/{lead.id}").text
    assert "on offer to Acme Systems, answer in 4 hours" in page
    assert "Offered to Acme Systems" in page
    again = sam.post(address, data={"partner": "BOLT", **terms})
    assert again.status_code == 422
    assert "on offer until" in again.text


def test_a_partner_sees_the_card_until_it_accepts(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """L1: who the customer is may be hidden; after accepting, everything is there."""
    lead, offer = offered(session, cast, hides_personal=True)
    alice = sign_in("alice")

    page = alice.get(f"/leads/offers/{offer.id}").text
    assert "Two ovens" in page
    assert "Ackerloh" not in page
    assert "anna@ackerloh.example" not in page
    assert "answer in 1 day" in page or "answer in 47 hours" in page
    assert "Ackerloh" not in alice.get("/leads/offers").text
    assert alice.get(f"/leads/{lead.id}").status_code == 404
    assert sign_in("bob").get(f"/leads/offers/{offer.id}").status_code == 404
    assert sign_in("sue").post(f"/leads/offers/{offer.id}/acceptance").status_code == 403
    assert sign_in("bob").post(f"/leads/offers/{offer.id}/acceptance").status_code == 404

    accepted = sign_in("oscar").post(f"/leads/offers/{offer.id}/acceptance")
    assert accepted.location == f"/leads/{lead.id}"
    page = alice.get(accepted.location).text
    assert "anna@ackerloh.example" in page
    assert "worked by Oscar Acme" in page
    assert "Convert to an opportunity" in page
    assert "Accepted by Acme Systems" in page


def test_declining_asks_for_a_reason_that_staff_read(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """L1"""
    lead, offer = offered(session, cast)
    oscar = sign_in("oscar")

    assert oscar.post(f"/leads/offers/{offer.id}/refusal", data={"reason": ""}).status_code == 422
    assert oscar.post(f"/leads/offers/{offer.id}/refusal", data={"reason": "Too far."}).status_code == 303
    late = oscar.post(f"/leads/offers/{offer.id}/acceptance", follow_redirects=True)

    assert "declined this lead already" in late.text
    assert "Too far." in sign_in("sam").get(f"/leads/{lead.id}").text


def test_an_offer_that_lapsed_a_second_ago_is_not_accepted(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """L1, M4: the verb looks at the clock itself; no job has come by."""
    lead, offer = offered(session, cast)
    with time_machine.travel(offer.answer_by + timedelta(seconds=1), tick=False):
        oscar = sign_in("oscar")
        page = oscar.get(f"/leads/offers/{offer.id}").text
        answer = oscar.post(f"/leads/offers/{offer.id}/acceptance", follow_redirects=True)

    assert "Lapsed" in page
    assert "Accept this lead" not in page
    assert "The time to answer was over" in answer.text
    assert session.get_one(Lead, lead.id, populate_existing=True).partner_id is None


def test_an_offer_is_taken_back_with_a_reason(sign_in: SignIn, session: Session, cast: Cast) -> None:
    _, offer = offered(session, cast)

    sign_in("sam").post(f"/leads/offers/{offer.id}/withdrawal", data={"reason": "They called us."})

    assert session.get_one(LeadOffer, offer.id, populate_existing=True).state is OfferState.WITHDRAWN
    assert "They called us." in sign_in("alice").get(f"/leads/offers/{offer.id}").text


def test_a_partner_gives_a_lead_back_and_loses_sight_of_it(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """L1"""
    lead = made(session, cast.acme, stage=LeadStage.ACCEPTED, owner_id=cast.oscar.id)
    oscar = sign_in("oscar")

    answer = oscar.post(f"/leads/{lead.id}/return", data={"reason": "Too far."})

    assert answer.location == "/leads"
    assert "The vendor has this lead again." in oscar.get(answer.location).text
    assert oscar.get(f"/leads/{lead.id}").status_code == 404
    sams = sign_in("sam").get(f"/leads/{lead.id}").text
    assert "Nobody’s yet" in sams
    assert "Passed back to the vendor: Too far." in sams


def test_a_lead_is_converted_with_what_it_knows(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """L2"""
    lead = made(
        session, cast.acme, stage=LeadStage.ACCEPTED, owner_id=cast.oscar.id, website="ackerloh.example"
    )
    oscar = sign_in("oscar")
    page = oscar.get(f"/leads/{lead.id}/conversion").text
    assert 'value="ackerloh.example"' in page

    typed = {"name": "Ovens", "customer": "Ackerloh", "country": "", "amount": "1e9", "currency": "USD"}
    assert oscar.post(f"/leads/{lead.id}/conversion", data=typed).status_code == 422
    done = oscar.post(f"/leads/{lead.id}/conversion", data={**typed, "amount": "900"})

    deal = session.scalars(select(Opportunity)).one()
    assert done.location == f"/opportunities/{deal.id}"
    assert (deal.lead_id, deal.owner_id) == (lead.id, cast.oscar.id)
    assert f"/opportunities/{deal.id}" in oscar.get(f"/leads/{lead.id}").text


def test_a_cross_sale_from_the_wish_to_the_offer(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """L1"""
    lead = made(session, cast.acme, stage=LeadStage.ACCEPTED, owner_id=cast.oscar.id)
    oscar, sam = sign_in("oscar"), sign_in("sam")
    for name in ("Nobody and Sons", "Bolt"):
        wish = {"named": name, "reason": "They sell ovens."}
        assert oscar.post(f"/leads/{lead.id}/passage", data=wish).location == f"/leads/{lead.id}"
        assert f"“{name}”: the vendor decides" in oscar.get(f"/leads/{lead.id}").text
        passage = session.scalars(select(LeadPassage).order_by(LeadPassage.id.desc()).limit(1)).one()
        if name == "Nobody and Sons":
            assert (
                oscar.post(f"/leads/passages/{passage.id}/consent", data={"partner": "BOLT"}).status_code
                == 403
            )
            sam.post(f"/leads/passages/{passage.id}/refusal", data={"reason": "Nobody is called so."})
            assert "Nobody is called so." in oscar.get(f"/leads/passages/{passage.id}").text
    assert "Offer to Bolt Trading (BOLT)" in sam.get(f"/leads/passages/{passage.id}").text
    assert sign_in("bob").get(f"/leads/passages/{passage.id}").status_code == 404

    assert sam.post(f"/leads/passages/{passage.id}/consent", data={"partner": "BOLT"}).status_code == 303

    assert "Ackerloh" in sign_in("bob").get("/leads/offers").text
    assert oscar.get(f"/leads/{lead.id}").status_code == 404
    assert oscar.get(f"/leads/passages/{passage.id}").status_code == 200


# ---------------------------------------------------------------- list and board


def test_the_list_says_who_works_what_and_what_is_on_offer(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    offered(session, cast)
    made(session, cast.acme, "Inn", owner_id=cast.oscar.id, staged_at=clock.now() - timedelta(days=3))
    sam, oscar = sign_in("sam"), sign_in("oscar")

    page = sam.get("/leads").text
    assert "in 1 day" in page or "in 47 hours" in page
    assert "Oscar Acme" in page
    assert "3 days" in page
    assert "Inn" not in sam.get("/leads?state=offered").text
    assert "Ackerloh" not in sam.get("/leads?state=partner").text
    assert "Inn" in oscar.get("/leads?owner=me").text
    assert "No leads match" in oscar.get("/leads?owner=nobody").text
    assert "Campaign" not in oscar.get("/leads").text
    for wrong in ("owner=x", "state=x", "campaign=x", "owner=" + "9" * 30):
        assert sam.get(f"/leads?{wrong}").status_code == 200


@pytest.mark.parametrize("name", ["sam", "oscar", "sue"])
def test_the_board_shows_lanes_in_a_handful_of_questions(
    sign_in: SignIn, session: Session, cast: Cast, queries: Queries, name: str
) -> None:
    for number in range(28):
        factories.lead(session, cast.acme, f"Company {number}", date(2026, 1, 1) + timedelta(days=number))
    factories.lead(session, cast.bolt, "Secret Bakery", date(2026, 2, 1))
    session.commit()
    client = sign_in(name)
    client.get("/leads/board")
    queries.clear()

    page = client.get("/leads/board").text

    assert len(queries) <= BOARD_BUDGET, queries
    assert page.count('class="board-card"') == 10
    assert "All 28 as a list" in page or "All 29 as a list" in page
    assert ("Secret Bakery" in page) is (name == "sam")
    assert ("/qualification" in page) is (name != "sue")
    assert client.get("/leads/board?owner=me&country=DE").status_code == 200


def test_a_card_moved_on_the_board_comes_back_to_the_board(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    lead = made(session, cast.acme)
    alice = sign_in("alice")

    assert alice.post(f"/leads/{lead.id}/qualification", data={"back": "board"}).location == "/leads/board"
    form = alice.get(f"/leads/{lead.id}/disqualification?back=board").text
    assert 'name="back" type="hidden" value="board"' in form
    done = alice.post(f"/leads/{lead.id}/disqualification", data={"reason": "No.", "back": "board"})
    assert done.location == "/leads/board"
    elsewhere = alice.post(f"/leads/{lead.id}/reopening", data={"back": "//evil.example"})
    assert elsewhere.status_code == 403


def test_who_writes_a_lead_down_learns_whether_its_customer_is_free(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """L3: the form of a lead asks the same question as that of a deal, and tells no more."""
    bob, alice = sign_in("bob"), sign_in("alice")
    deal = {"customer": "Ackerloh GmbH", "website": "ackerloh.example", "country": "DE"}
    bob.post("/opportunities/new", data={**deal, "amount": "5", "currency": "USD", "register": "y"})
    assert "/registrations/answer" in alice.get("/leads/new").text

    told = alice.post(
        "/registrations/answer", data={"company": "Ackerloh", "website": "www.ackerloh.example"}
    )

    assert "Protected" in told.text
    assert "Bolt" not in told.text


def test_what_somebody_wrote_is_shown_as_text_everywhere(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    words = "<b onclick='x'>&\"Inn\"</b>"
    lead = made(session, cast.acme, words, need=words, note=words, website="javascript:alert(1)")
    alice = sign_in("alice")

    for address in ("/leads", "/leads/board", f"/leads/{lead.id}", f"/leads/{lead.id}/edit"):
        page = alice.get(address).text
        assert "<b onclick" not in page
        assert 'href="javascript' not in page
        assert "&lt;b onclick" in page
