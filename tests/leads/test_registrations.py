"""Registering on pages: what a partner learns, what the vendor sees and decides (L3, L4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Customer, Opportunity, Partner, Person, Registration, RegistrationState, Throttle
from app.models.registrations.registering import A_PERSON
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]
NAME = "conflicts person {}"
BUDGET = 22
"""Questions of the vendor's page: eight of them find the customers that may be the same, and what stands there."""


def deal(session: Session, partner: Partner, customer: str, **more: Any) -> Opportunity:
    values = {"customer": customer, "country": "DE", **more}
    return factories.opportunity(session, partner, f"Roof for {customer}", "77777", **values)


def registered(session: Session, partner: Partner, customer: str, by: Person, **more: Any) -> Registration:
    return Registration.register(session, deal(session, partner, customer, **more), by=by)


@pytest.fixture
def two(session: Session, cast: Cast) -> tuple[Registration, Registration]:
    """Acme's protection of Solarbau Nord, and Bolt's registration that waits for a look."""
    first = registered(session, cast.acme, "Solarbau Nord", cast.alice, website="nord.example")
    second = registered(session, cast.bolt, "Solarbau Nort", cast.bob)
    session.commit()
    return first, second


def ask(client: FlaskClient, **question: str) -> str:
    data = {"country": "DE", **question}
    return client.post("/registrations/answer", data=data, headers={"HX-Request": "true"}).text


def test_a_partner_learns_one_of_three_words_and_nothing_else(
    sign_in: SignIn, two: tuple[Registration, Registration]
) -> None:
    """L3"""
    bob = sign_in("bob")

    assert "This customer is free" in ask(bob, customer="Windwerk")
    assert "This customer is protected until" in ask(bob, customer="SOLARBAU NORD GmbH")
    assert "This customer is protected until" in ask(bob, website="https://www.nord.example")
    assert "needs a look" in ask(sign_in("charlie"), customer="Solarbau Nork")
    assert "protected for you already" in ask(sign_in("oscar"), customer="Solarbau Nord")
    told = [ask(bob, customer="Solarbau Nord"), ask(bob, customer="Solarbau Norf")]
    for secret in ("Acme", "77,777", "Roof for", "Alice", str(two[0].id) + '"'):
        assert all(secret not in answer for answer in told)


def test_the_page_of_the_question_needs_no_script_and_says_when_a_name_is_none(
    sign_in: SignIn, two: tuple[Registration, Registration]
) -> None:
    """L3"""
    bob = sign_in("bob")

    assert "Is this customer free?" in bob.get("/registrations/answer").text
    answer = bob.post("/registrations/answer", data={"customer": "Solarbau Nord", "country": "de"})
    assert "protected until" in answer.text
    assert 'value="Solarbau Nord"' in answer.text
    long = bob.post("/registrations/answer", data={"customer": "ש" * 10_000})
    assert (long.status_code, "at most 200 letters" in long.text) == (422, True)
    for odd in ("'; DROP TABLE customer; --", "\u202eשלום", "🍕", "%_\\", "=cmd|x"):
        assert "is free" in bob.post("/registrations/answer", data={"customer": odd}).text or odd == "🍕"
    assert sign_in("sue").get("/registrations/answer").status_code == 403


def test_who_asks_about_very_many_is_refused_in_words(
    sign_in: SignIn, cast: Cast, session: Session, worker: Any
) -> None:
    """L3"""
    bob = sign_in("bob")
    assert "is free" in ask(bob, customer="Windwerk")
    with worker() as books:
        window = books.scalars(select(Throttle.window).where(Throttle.name == NAME.format(cast.bob.id))).one()
        books.get_one(Throttle, (NAME.format(cast.bob.id), window)).tries = A_PERSON

    assert "very many customers" in ask(bob, customer="Windwerk")


def test_a_refused_registration_is_counted_as_a_question(
    sign_in: SignIn, cast: Cast, session: Session, two: tuple[Registration, Registration], worker: Any
) -> None:
    """L3: it tells the same, and leaves no other trace."""
    roof = deal(session, cast.bolt, "Solarbau Nord AG")
    session.commit()
    bob = sign_in("bob")
    answer = bob.post(f"/opportunities/{roof.id}/registration", headers={"Referer": "http://localhost/leads"})

    assert (answer.status_code, answer.location) == (303, "/leads")
    assert "This customer is protected until" in bob.get("/registrations").text
    with worker() as books:
        counted = books.scalars(select(Throttle.tries).where(Throttle.name == NAME.format(cast.bob.id))).one()
    assert counted == 1


def test_staff_see_every_candidate_side_by_side_and_the_partner_sees_none(
    sign_in: SignIn, two: tuple[Registration, Registration], queries: Queries
) -> None:
    """L3"""
    _, second = two
    sam, address = sign_in("sam"), f"/registrations/{second.id}"
    sam.get(address)
    queries.clear()
    page = sam.get(address).text
    asked = len(queries)
    own = sign_in("bob").get(address).text

    for seen in ("Side by side", "Acme Systems", "77,777.00", "nord.example", "of 100", "Approve both"):
        assert seen in page
        assert seen not in own or seen == "77,777.00"
    assert "Solarbau Nort" in own
    assert asked <= BUDGET
    assert sign_in("alice").get(address).status_code == 404


def test_staff_decide_and_the_partner_answers(
    sign_in: SignIn, session: Session, two: tuple[Registration, Registration]
) -> None:
    """L4"""
    first, second = two
    address = f"/registrations/{second.id}"
    sam, bob = sign_in("sam"), sign_in("bob")

    assert sam.post(f"{address}/question", data={"text": ""}).status_code == 422
    assert sam.post(f"{address}/question", data={"text": "Which one?"}).status_code == 303
    assert "The question: Which one?" in bob.get(address).text
    assert "Which one?" in bob.get(f"{address}/reply").text
    assert bob.post(f"{address}/reply", data={"text": "Kiel"}).status_code == 303
    stale = sam.post(
        f"{address}/approval", data={"version": "1"}, headers={"Referer": f"http://localhost{address}"}
    )
    assert "Somebody changed this meanwhile" in sam.get(stale.location).text
    assert "of=" in sam.get(address).text
    form = sam.get(f"{address}/rejection?of={first.id}").text
    assert "Reject as a duplicate" in form
    rejected = {"text": "We know this one.", "duplicate_of": str(first.id)}
    assert sam.post(f"{address}/rejection", data=rejected).status_code == 303
    session.refresh(second)
    assert second.state is RegistrationState.REJECTED
    page = bob.get(address).text
    assert "We know this one." in page
    assert f"registration {first.id}" not in page
    assert f"duplicate of registration {first.id}" in sam.get(address).text


def test_both_are_protected_when_staff_say_so(
    sign_in: SignIn, session: Session, two: tuple[Registration, Registration]
) -> None:
    """L4"""
    first, second = two
    sam = sign_in("sam")
    sam.post(f"/registrations/{second.id}/approval", data={"beside": str(first.id)})
    session.refresh(second)

    assert (second.state, second.shared) == (RegistrationState.PROTECTED, True)


def test_a_partner_asks_for_longer_and_staff_grant_it(
    sign_in: SignIn, session: Session, two: tuple[Registration, Registration]
) -> None:
    """L4"""
    first, _ = two
    address, until = f"/registrations/{first.id}", first.protected_until
    alice, sam = sign_in("alice"), sign_in("sam")

    assert alice.post(f"{address}/extension-request", data={"text": "Budget in May"}).status_code == 303
    assert "A longer protection is asked for: Budget in May" in sam.get(address).text
    assert "Solarbau Nord" in sam.get("/registrations?state=longer").text
    sam.post(f"{address}/extension")
    session.refresh(first)
    assert (until, first.protected_until) != (until, until)
    assert alice.post(f"{address}/extension").status_code == 403
    assert sign_in("carl").post(f"{address}/end", data={"text": "They asked us."}).status_code == 303
    assert "They asked us." in alice.get(address).text


@pytest.mark.parametrize(
    "filters", ["", "?state=waiting", "?state=expiring", "?partner=BOLT", "?q=Nort", "?until=2030-01-01"]
)
def test_lists_show_everybody_their_own(
    sign_in: SignIn, two: tuple[Registration, Registration], filters: str
) -> None:
    """A6"""
    answer = sign_in("audrey").get(f"/registrations{filters}")

    assert answer.status_code == 200
    assert ("Solarbau Nort" in answer.text) == ("expiring" not in filters and "until" not in filters)
    assert "Solarbau Nort" not in sign_in("alice").get(f"/registrations{filters}").text
    assert "Solarbau Nort" in sign_in("bob").get("/registrations.csv").text


def test_customers_are_the_vendors_and_two_are_made_one(
    sign_in: SignIn, session: Session, two: tuple[Registration, Registration]
) -> None:
    """L3"""
    first, second = two
    sam = sign_in("sam")
    page = sam.get(f"/customers/{second.customer_id}").text

    assert "Solarbau Nord" in page
    for found in ("?q=solarbau", "?q=so", "?q=olarb", "?mark=nord", "?country=de", "?sort=name"):
        assert "Solarbau Nord" in sam.get(f"/customers{found}").text, found
    assert "Solarbau" not in sam.get("/customers?q=windwerk").text
    asked = f"/customers/{second.customer_id}/merger?into={first.customer_id}"
    assert "cannot be undone" in sam.get(asked).text
    assert sam.post(asked, data={"into": str(first.customer_id)}).status_code == 303
    assert sam.get(f"/customers/{second.customer_id}").location == f"/customers/{first.customer_id}"
    assert sam.get(f"/customers/{first.customer_id}/merger?into=x").status_code == 404
    for name in ("alice", "mona"):
        assert sign_in(name).get("/customers").status_code == 403


def test_a_customer_is_corrected_and_a_wrong_mark_taken_away(
    sign_in: SignIn, session: Session, two: tuple[Registration, Registration]
) -> None:
    """L3"""
    first, _ = two
    sam, address = sign_in("sam"), f"/customers/{first.customer_id}"

    assert sam.post(f"{address}/edit", data={"name": "Solarbau Süd", "country": "xx1"}).status_code == 422
    assert sam.post(f"{address}/edit", data={"name": "Solarbau Süd", "country": "de"}).status_code == 303
    sam.post(f"{address}/marks/removal", data={"kind": "web", "value": "nord.example"})
    sam.post(f"{address}/marks/removal", data={"kind": "nonsense", "value": "nord.example"})
    customer = session.get_one(Customer, first.customer_id)
    session.refresh(customer)

    assert customer.folded == "solarbau sud"
    assert "is free" in ask(sign_in("charlie"), website="nord.example")
