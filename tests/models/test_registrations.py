"""Who registers a customer first is protected; where it is not clear, staff decide (L3, L4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import clock, scope
from app.models import (
    Customer,
    Event,
    Lead,
    LeadStage,
    Notification,
    Opportunity,
    Partner,
    Person,
    Registration,
    RegistrationState,
    Step,
    Throttle,
)
from app.models.changing import ChangedMeanwhile
from app.models.registrations import conflicts
from app.models.registrations.conflicts import Question
from app.models.registrations.protecting import expire_due, remind_due
from app.models.registrations.registering import CustomerProtected, TooManyQuestions
from app.rules.conflicts import Answer, Verdict
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast

AsPartner = Callable[..., AbstractContextManager[Session]]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LAST = date(2027, 2, 19)
"""The last of ninety days, the first being the 22nd of November."""


@pytest.fixture(autouse=True)
def _noon() -> Any:
    with clock.told(NOON):
        yield


def deal(session: Session, partner: Partner, customer: str, **more: Any) -> Opportunity:
    values = {"customer": customer, "country": "DE", **more}
    return factories.opportunity(session, partner, f"Roof for {customer}", "1000", **values)


def registered(session: Session, partner: Partner, customer: str, by: Person, **more: Any) -> Registration:
    return Registration.register(session, deal(session, partner, customer, **more), by=by)


def asked(session: Session, partner: Partner | None, name: str, **more: Any) -> Answer:
    question = Question(name, **{"country": "DE", **more})
    return conflicts.answer(session, question, None if partner is None else partner.id)


def test_a_free_customer_is_protected_from_today_for_the_days_of_the_type(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    """L4, M4: the last day is the ninetieth; the partner's person does it in its own scope."""
    roof = deal(session, cast.acme, "Ackerloh GmbH", website="ackerloh.example", owner_id=cast.oscar.id)
    with as_partner(cast.acme, cast.oscar) as own:
        registration = Registration.register(own, own.get_one(Opportunity, roof.id), by=cast.oscar)
        own.commit()
        words = [step.words for step in Step.path(own, registration)]
        role = own.scalar(text("select current_user"))

    assert (registration.state, registration.protected_until) == (RegistrationState.PROTECTED, LAST)
    assert words == ["Customer registered: protected until 19 Feb 2027"]
    assert role == "accord_partner"
    session.refresh(roof)
    assert roof.customer_id == registration.customer_id


@pytest.mark.parametrize(
    "known",
    [
        {"customer": "ACKERLOH AG"},
        {"customer": "Another name", "website": "https://www.ackerloh.example/kontakt"},
        {"customer": "Another name", "customer_email": "jo@ackerloh.example"},
        {"customer": "Another name", "tax_number": "123 456 789"},
    ],
)
def test_the_second_one_hears_until_when_and_nothing_else(
    session: Session, cast: Cast, known: dict[str, str]
) -> None:
    """L3, L4"""
    marks = {"website": "ackerloh.example", "tax_number": "DE123456789"}
    registered(session, cast.acme, "Ackerloh GmbH", cast.alice, **marks)
    second = deal(session, cast.bolt, **known)

    with pytest.raises(CustomerProtected) as refusal:
        Registration.register(session, second, by=cast.bob)

    assert refusal.value.sentence == "This customer is protected until 19 Feb 2027."
    assert second.customer_id is None


def test_who_registers_its_own_customer_again_hears_that_it_is_its_own(session: Session, cast: Cast) -> None:
    """L4"""
    registered(session, cast.acme, "Ackerloh GmbH", cast.alice)

    with pytest.raises(CustomerProtected, match="protected for you already, until 19 Feb 2027"):
        registered(session, cast.acme, "Ackerloh", cast.oscar)


def test_what_is_alike_or_worked_without_protection_waits_for_a_look(session: Session, cast: Cast) -> None:
    """L3: a similar name, a deal under way, an accepted lead; the partner's own count for nothing."""
    registered(session, cast.acme, "Solarbau Nord", cast.alice)
    met = deal(session, cast.acme, "Windwerk")
    led = factories.lead(
        session, cast.acme, "Stromhaus", date(2026, 1, 1), country="DE", stage=LeadStage.ACCEPTED
    )
    session.flush()
    Customer.attach(session, Opportunity, [met.id])
    Customer.attach(session, Lead, [led.id])

    for name in ("Solarbau Nort", "Windwerk GmbH", "Stromhaus KG"):
        assert asked(session, cast.bolt, name).verdict is Verdict.LOOK
        assert asked(session, cast.acme, name).verdict is Verdict.FREE
        assert registered(session, cast.bolt, name, cast.bob).state is RegistrationState.WAITING


def test_a_deal_that_is_lost_sets_its_customer_free(session: Session, cast: Cast) -> None:
    """L4"""
    registration = registered(session, cast.acme, "Ackerloh", cast.alice)
    roof = session.get_one(Opportunity, registration.opportunity_id)

    Registration.release(session, roof, reason="The deal was lost.", by=cast.alice)
    Registration.release(session, roof, reason="Again.", by=cast.alice)
    roof.stage_id = factories.stage(session, "Lost").id
    session.flush()

    assert (registration.state, registration.reason) == (RegistrationState.RELEASED, "The deal was lost.")
    assert asked(session, cast.bolt, "Ackerloh").verdict is Verdict.FREE
    with pytest.raises(RuleBroken, match="Only a deal under way"):
        Registration.register(session, roof, by=cast.alice)


def test_the_last_day_counts_where_the_partner_is(session: Session, cast: Cast) -> None:
    """M4: in Honolulu the day is over ten hours after midnight in London; who asks then gets the customer."""
    cast.company.time_zone = "Pacific/Honolulu"
    first = registered(session, cast.acme, "Ackerloh", cast.alice)
    until = first.protected_until or NOON.date()

    with clock.told(datetime.combine(until, datetime.min.time(), UTC) + timedelta(days=1, hours=9)):
        assert asked(session, cast.bolt, "Ackerloh").verdict is Verdict.PROTECTED
        assert expire_due(session) == 0
    with clock.told(datetime.combine(until, datetime.min.time(), UTC) + timedelta(days=1, hours=11)):
        assert asked(session, cast.bolt, "Ackerloh").verdict is Verdict.LOOK  # its deal is under way still
        session.get_one(Opportunity, first.opportunity_id).deleted_at = clock.now()
        session.flush()
        second = registered(session, cast.bolt, "Ackerloh", cast.bob)
        session.refresh(first)

    assert (first.state, second.state) == (RegistrationState.EXPIRED, RegistrationState.PROTECTED)


def test_a_job_ends_what_is_over_once_and_says_so(session: Session, cast: Cast) -> None:
    """L4"""
    registration = registered(session, cast.acme, "Ackerloh", cast.alice, owner_id=cast.oscar.id)
    with clock.told(NOON + timedelta(days=91)):
        assert (expire_due(session), expire_due(session)) == (1, 0)
    session.refresh(registration)
    told = session.scalars(select(Notification.person_id).join(Step, Step.id == Notification.step_id))

    assert registration.state is RegistrationState.EXPIRED
    assert set(told) == {cast.alice.id, cast.oscar.id}


def test_reminders_come_14_7_and_1_days_before_once_each(session: Session, cast: Cast) -> None:
    """L4"""
    registration = registered(session, cast.acme, "Ackerloh", cast.alice)
    reminded = []
    for days in range(70, 92):
        with clock.told(NOON + timedelta(days=days)):
            if remind_due(session) + remind_due(session):
                reminded.append((LAST - clock.today()).days)
    session.refresh(registration)

    assert reminded == [14, 7, 1]
    assert registration.reminded_days == 1


def test_a_longer_protection_is_asked_for_once_and_staff_decide(session: Session, cast: Cast) -> None:
    """L4"""
    registration = registered(session, cast.acme, "Ackerloh", cast.alice)
    registration.ask_for_longer("The board meets in March.", by=cast.alice)

    assert registration.waits_for_longer
    with pytest.raises(RuleBroken, match="once"):
        registration.ask_for_longer("Please.", by=cast.alice)
    registration.extend(by=cast.sam)
    assert registration.protected_until == LAST + timedelta(days=30)
    with pytest.raises(RuleBroken, match="once"):
        registration.extend(by=cast.sam)
    other = registered(session, cast.acme, "Bergheim", cast.alice)
    other.ask_for_longer("It takes long.", by=cast.alice)
    other.refuse_longer("Nothing happened there.", by=cast.sam)

    assert (other.protected_until, other.waits_for_longer) == (LAST, False)
    with clock.told(NOON + timedelta(days=91)), pytest.raises(RuleBroken, match="has ended"):
        other.extend(by=cast.sam)


def waiting(session: Session, cast: Cast) -> tuple[Registration, Registration]:
    """Acme's protection, and Bolt's registration of the same customer that waits for a look."""
    first = registered(session, cast.acme, "Solarbau Nord", cast.alice)
    second = registered(session, cast.bolt, "Solarbau Nort", cast.bob)
    return first, second


def test_staff_approve_reject_and_ask(session: Session, cast: Cast) -> None:
    """L4"""
    first, second = waiting(session, cast)

    second.send_back("Which of the two is it?", by=cast.sam)
    assert second.state.value == "returned"
    second.reply("The one in Kiel.", by=cast.bob)
    assert (second.state, second.answer) == (RegistrationState.WAITING, "The one in Kiel.")
    second.reject("It is registered already.", by=cast.sam, duplicate_of=first)
    assert second.state.value == "rejected"
    facts = [(step.kind, step.partner_id) for step in Step.path(session, second)]

    assert ("registration.is_duplicate", None) in facts
    third = registered(session, cast.crane, "Solarbau Norx", cast.charlie)
    third.approve(by=cast.sam)
    assert (third.state, third.protected_until) == (RegistrationState.PROTECTED, LAST)


def test_two_may_be_protected_at_one_customer_when_staff_say_so(session: Session, cast: Cast) -> None:
    """L4: else the database refuses a second one."""
    first, second = waiting(session, cast)
    mine, theirs = (session.get_one(Customer, one.customer_id) for one in (second, first))
    mine.merge_into(theirs, by=cast.sam)
    session.refresh(second)

    with pytest.raises(RuleBroken, match="Another partner is protected"):
        second.approve(by=cast.sam)
    second.approve_beside(first, by=cast.sam)

    assert all(one.shared and one.state is RegistrationState.PROTECTED for one in (first, second))
    for one in (first, second):
        told = [step.kind for step in Step.path(session, one) if step.partner_id is not None]
        assert "registration.shared" not in told
    third = registered(session, cast.crane, "Solarbau Norx", cast.charlie)
    third.customer_id = first.customer_id
    session.flush()
    with pytest.raises(RuleBroken, match="Another partner is protected"):
        third.approve(by=cast.sam)
    assert asked(session, cast.bolt, "Solarbau Nord").own
    assert asked(session, cast.crane, "Solarbau Nord").verdict is Verdict.PROTECTED


def test_a_deal_is_registered_once_at_a_time_and_again_when_it_is_over(session: Session, cast: Cast) -> None:
    """L4: also when it waits, and when its customer was merged meanwhile."""
    _, second = waiting(session, cast)
    roof = session.get_one(Opportunity, second.opportunity_id)
    with pytest.raises(RuleBroken, match="registered already"):
        Registration.register(session, roof, by=cast.bob)
    first = session.scalars(select(Registration).where(Registration.partner_id == cast.acme.id)).one()
    mine = session.get_one(Opportunity, first.opportunity_id)
    with clock.told(NOON + timedelta(days=100)):
        again = Registration.register(session, mine, by=cast.alice)
    session.refresh(first)

    assert (first.state, again.state) == (RegistrationState.EXPIRED, RegistrationState.WAITING)


def test_who_decides_on_an_old_page_is_told(session: Session, cast: Cast) -> None:
    """L4"""
    _, second = waiting(session, cast)
    seen = second.version
    second.send_back("Which?", by=cast.sam)

    with pytest.raises(ChangedMeanwhile, match="returned with a question"):
        second.approve(by=cast.carl, version=seen)


def test_a_colleagues_registration_is_not_withdrawn(session: Session, cast: Cast) -> None:
    """L7"""
    registration = registered(session, cast.acme, "Ackerloh", cast.alice, owner_id=cast.alice.id)

    with pytest.raises(RuleBroken, match="colleague"):
        registration.withdraw(by=cast.oscar)
    registration.withdraw(by=cast.alice)

    assert registration.state is RegistrationState.WITHDRAWN
    assert asked(session, cast.bolt, "Ackerloh").verdict is Verdict.LOOK


def test_every_question_asks_the_database_the_same(session: Session, cast: Cast, queries: list[str]) -> None:
    """L3: free, protected, to be looked at or of nobody's kind, the work is the same."""
    registered(session, cast.acme, "Solarbau Nord", cast.alice, website="nord.example")
    sent = []
    for name, more in (
        ("Nobody", {}),
        ("Solarbau Nord", {}),
        ("Solarbau Nort", {}),
        ("", {"website": "nord.example"}),
        ("'; DROP TABLE customer; --", {"tax_number": "x' or '1'='1"}),
        ("שלום עולם", {"country": None}),
        ("🍕", {}),
    ):
        queries.clear()
        asked(session, cast.bolt, name, **more)
        sent.append(tuple(queries))

    assert len(set(sent)) == 1
    assert session.scalar(select(func.count()).select_from(Customer)) == 1


def test_a_partner_reads_its_own_registrations_and_no_customer(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    """A6, L3"""
    waiting(session, cast)
    with as_partner(cast.bolt, cast.bob) as own:
        states = list(own.scalars(select(Registration.state)))
        forbidden = [
            own.scalar(text("select has_table_privilege(:name, 'select')"), {"name": name})
            for name in ("customer", "customer_mark", "customer_trigram")
        ]

    assert states == [RegistrationState.WAITING]
    assert forbidden == [False, False, False]


def test_ten_thousand_questions_of_one_partner_are_refused_in_words(session: Session, cast: Cast) -> None:
    """L3: the people of a partner are counted together; registering is asking too."""
    roof = deal(session, cast.bolt, "Somebody")
    with scope.books(session):
        session.add(Throttle(name=f"conflicts partner {cast.bolt.id}", window=clock.now(), tries=10_000))
    with pytest.raises(TooManyQuestions, match="very many customers"):
        Registration.register(session, roof, by=cast.bob)


def test_a_customer_written_anew_is_looked_at_again(session: Session, cast: Cast) -> None:
    """L3: a name without a country is the same customer only as the very same name."""
    one, two, three = (deal(session, cast.acme, name, country=None) for name in ("Nord", "NORD AG", "Nort"))
    session.flush()

    assert Customer.attach(session, Opportunity, [one.id, two.id, three.id]) == 3
    assert Customer.attach(session, Opportunity, [one.id, two.id, three.id]) == 0
    for each in (one, two, three):
        session.refresh(each)
    assert one.customer_id == two.customer_id != three.customer_id
    three.customer = "Nord GmbH"
    session.flush()
    session.refresh(three)
    assert three.customer_id is None
    Customer.attach(session, Opportunity, [three.id])
    session.refresh(three)
    assert three.customer_id == one.customer_id


def test_merged_customers_are_one_with_all_their_marks_and_deals(session: Session, cast: Cast) -> None:
    """L3"""
    first = registered(session, cast.acme, "Solarbau Nord", cast.alice, website="nord.example")
    other = deal(session, cast.bolt, "SBN Holding", website="sbn.example")
    session.flush()
    Customer.attach(session, Opportunity, [other.id])
    session.refresh(other)
    gone, kept = (session.get_one(Customer, number) for number in (other.customer_id, first.customer_id))
    gone.merge_into(kept, by=cast.sam)
    session.refresh(other)

    assert (other.customer_id, gone.merged_into_id) == (kept.id, kept.id)
    assert asked(session, cast.crane, "", website="sbn.example").verdict is Verdict.PROTECTED
    left = session.execute(
        text("select trigram from customer_trigram where customers <> 0 and trigram = 'sbn'")
    )
    assert left.all() == []
    with pytest.raises(RuleBroken, match="another customer"):
        gone.merge_into(kept, by=cast.sam)
    merged = select(func.count()).select_from(Event).where(Event.kind == "customer.merged")
    assert session.scalar(merged) == 1


def test_a_customer_known_by_its_address_is_found_by_the_name_it_was_registered_under(
    session: Session, cast: Cast
) -> None:
    """L3, L4: a group's mail domain leads to a customer of another name; the claim holds for the new name too."""
    acme, bolt, here = cast.acme, cast.bolt, {"country": "DE"}
    mother = registered(
        session, acme, "Weingut Rabenstein", cast.alice, customer_email="info@rabenstein.example", **here
    )
    mother.withdraw(by=cast.alice)
    registered(session, acme, "Conv GmbH", cast.alice, customer_email="conv@rabenstein.example", **here)

    with pytest.raises(CustomerProtected):
        registered(session, bolt, "Conv GmbH", cast.bob, **here)
