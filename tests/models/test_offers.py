"""L1, L2: a lead is offered, and the offer accepted, declined, taken back, or not answered in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.models import Event, Lead, LeadOffer, LeadStage, Notification, OfferState, Partner, Person, Step
from app.models.leads.lead_offer import OfferLapsed, OfferOver
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast

AsPartner = Callable[..., AbstractContextManager[Session]]
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DAY = date(2026, 5, 4)


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


@pytest.fixture
def lead(session: Session, cast: Cast) -> Lead:
    """A lead in the queue, and partnerships of Acme and Bolt."""
    for partner in (cast.acme, cast.bolt):
        factories.partnership(session, partner, date(2026, 1, 1), date(2026, 12, 31))
    made = factories.lead(
        session,
        None,
        "Bäckerei Ackerloh",
        DAY,
        stage=LeadStage.QUALIFIED,
        contact="Anna Acker",
        email="anna@ackerloh.example",
        city="Fulda",
        country="DE",
        need="A roof full of sun",
        owner_id=cast.sam.id,
    )
    session.commit()
    return made


def offered(session: Session, lead: Lead, partner: Partner, by: Person, **terms: object) -> LeadOffer:
    offer = LeadOffer.make(lead, partner, by=by, **terms)  # type: ignore[arg-type]
    session.commit()
    return offer


def at(session: Session, lead: Lead) -> tuple[LeadStage, int | None, int | None]:
    """Where a lead stands, whose it is, and who works it."""
    session.refresh(lead)
    return lead.stage, lead.partner_id, lead.owner_id


def kinds(session: Session, record: Lead | LeadOffer) -> list[str]:
    return [step.kind for step in reversed(Step.path(session, record))]


# ---------------------------------------------------------------- offering


def test_a_lead_on_offer_waits_with_the_vendor_until_somebody_accepts(
    session: Session, cast: Cast, lead: Lead
) -> None:
    """L2"""
    offer = offered(session, lead, cast.acme, cast.sam, hours=24)

    assert at(session, lead) == (LeadStage.HANDED_OFF, None, cast.sam.id)
    assert (offer.state, offer.is_open) == (OfferState.OPEN, True)
    assert offer.answer_by == NOW + timedelta(hours=24)
    assert offer.offered_by_id == cast.sam.id


def test_the_card_shows_what_the_partner_may_see_before_it_accepts(
    session: Session, cast: Cast, lead: Lead
) -> None:
    """L1: where the rule hides the customer, nothing on the card tells who it is."""
    open_one = offered(session, lead, cast.acme, cast.sam)
    open_one.withdraw("Wrong region.", by=cast.sam)
    hidden = offered(session, lead, cast.bolt, cast.sam, hides_personal=True)

    assert open_one.card["email"] == "anna@ackerloh.example"
    assert open_one.title == "Bäckerei Ackerloh"
    assert hidden.title == "A customer in Fulda, DE"
    assert hidden.card["need"] == "A roof full of sun"
    assert "ckerloh" not in str(hidden.card)
    told = [step.facts for step in Step.path(session, hidden)]
    assert "ckerloh" not in str(told)


def test_a_lead_has_at_most_one_open_offer(session: Session, cast: Cast, lead: Lead) -> None:
    """L2: the verb says so, and the database refuses a second whatever the verb."""
    offered(session, lead, cast.acme, cast.sam)

    with pytest.raises(RuleBroken, match="Acme Systems has this lead on offer until 6 May 2026, 09:00 UTC"):
        LeadOffer.make(lead, cast.bolt, by=cast.sam)
    until = NOW + timedelta(hours=1)
    session.add(LeadOffer(lead_id=lead.id, partner_id=cast.bolt.id, offered_at=NOW, answer_by=until, card={}))
    with pytest.raises(IntegrityError, match="uq_lead_offer_open"):
        session.flush()


def test_what_is_closed_is_not_offered(session: Session, cast: Cast, lead: Lead) -> None:
    """L2"""
    for stage in (LeadStage.DISQUALIFIED, LeadStage.WITHDRAWN, LeadStage.CONVERTED):
        lead.stage = stage
        session.flush()

        with pytest.raises(RuleBroken, match=f"This lead is {stage.value}"):
            LeadOffer.make(lead, cast.acme, by=cast.sam)


def test_what_a_partner_has_is_not_offered_to_another(session: Session, cast: Cast, lead: Lead) -> None:
    """L1"""
    lead.partner_id = cast.bolt.id
    session.commit()

    with pytest.raises(RuleBroken, match="Bolt Trading has this lead"):
        LeadOffer.make(lead, cast.acme, by=cast.sam)


def test_only_a_partner_that_can_answer_is_asked(session: Session, cast: Cast, lead: Lead) -> None:
    """L1: with an active partnership, and with its portal open."""
    cast.bolt.portal_access = False
    session.commit()

    with pytest.raises(RuleBroken, match="Crane Advisers has no active partnership"):
        LeadOffer.make(lead, cast.crane, by=cast.sam)
    with pytest.raises(RuleBroken, match="portal of Bolt Trading is closed"):
        LeadOffer.make(lead, cast.bolt, by=cast.sam)


def test_the_time_to_answer_is_some_and_at_most_a_year(session: Session, cast: Cast, lead: Lead) -> None:
    for hours in (0, -1, 8761):
        with pytest.raises(RuleBroken) as refusal:
            LeadOffer.make(lead, cast.acme, by=cast.sam, hours=hours)

        assert refusal.value.field == "hours"


def test_those_who_work_leads_are_told_of_an_offer(session: Session, cast: Cast, lead: Lead) -> None:
    """L1: a lead never waits unseen."""
    offer = offered(session, lead, cast.acme, cast.sam)

    step_id = session.scalars(select(Step.id).where(Step.kind == "lead_offer.made")).one()
    told = set(session.scalars(select(Notification.person_id).where(Notification.step_id == step_id)))
    assert told == {cast.alice.id, cast.oscar.id}
    assert Step.path(session, offer)[0].words == "Lead offered: Bäckerei Ackerloh, until 6 May 2026 09:00 UTC"


# ---------------------------------------------------------------- answering


def test_who_accepts_has_the_lead_and_works_it(
    session: Session, cast: Cast, lead: Lead, as_partner: AsPartner
) -> None:
    """L2: the partner cannot see the lead before, and answers all the same."""
    offer = offered(session, lead, cast.acme, cast.sam)

    with as_partner(cast.acme, cast.oscar) as own:
        assert own.get(Lead, lead.id) is None
        own.get_one(LeadOffer, offer.id).accept(by=cast.oscar)
        assert own.get_one(Lead, lead.id).company == "Bäckerei Ackerloh"
        own.commit()

    session.refresh(offer)
    assert at(session, lead) == (LeadStage.ACCEPTED, cast.acme.id, cast.oscar.id)
    assert (offer.state, offer.answered_by_id) == (OfferState.ACCEPTED, cast.oscar.id)


def test_every_step_stands_on_both_time_lines(
    session: Session, cast: Cast, lead: Lead, as_partner: AsPartner
) -> None:
    """L1: each side sees what it may; what another partner did is none of Acme's business."""
    refused = offered(session, lead, cast.bolt, cast.sam)
    with as_partner(cast.bolt, cast.bob) as own:
        own.get_one(LeadOffer, refused.id).decline("Too far away.", by=cast.bob)
        own.commit()
    offer = offered(session, lead, cast.acme, cast.sam)
    with as_partner(cast.acme, cast.alice) as own:
        own.get_one(LeadOffer, offer.id).accept(by=cast.alice)
        own.commit()

    assert kinds(session, lead) == [
        "lead.offered",
        "lead.offer_declined",
        "lead.queued",
        "lead.offered",
        "lead.accepted",
    ]
    with as_partner(cast.acme, cast.alice) as own:
        assert kinds(own, own.get_one(Lead, lead.id)) == ["lead.offered", "lead.accepted"]
        assert kinds(own, own.get_one(LeadOffer, offer.id)) == ["lead_offer.made", "lead_offer.accepted"]
    event = session.scalars(select(Event).where(Event.kind == "lead.accepted")).one()
    session.refresh(event, ["detail"])
    assert event.detail is not None
    assert event.detail.before["stage"] == "handed off"
    assert event.detail.after["partner_id"] == cast.acme.id


def test_staff_who_offered_it_are_told_of_the_answer(
    session: Session, cast: Cast, lead: Lead, as_partner: AsPartner
) -> None:
    offer = offered(session, lead, cast.acme, cast.anna)
    with as_partner(cast.acme, cast.alice) as own:
        own.get_one(LeadOffer, offer.id).accept(by=cast.alice)
        own.commit()

    step_id = session.scalars(select(Step.id).where(Step.kind == "lead.accepted")).one()
    told = set(session.scalars(select(Notification.person_id).where(Notification.step_id == step_id)))
    assert told == {
        cast.anna.id,
        cast.carl.id,
        cast.sam.id,
    }  # who offered, who looks after Acme, whose it was


def test_who_comes_second_is_told_who_was_first(
    session: Session, cast: Cast, lead: Lead, as_partner: AsPartner
) -> None:
    """L2: a double click and a colleague get the same clear sentence."""
    offer = offered(session, lead, cast.acme, cast.sam)
    with as_partner(cast.acme, cast.alice) as own:
        own.get_one(LeadOffer, offer.id).accept(by=cast.alice)
        own.commit()

    with as_partner(cast.acme, cast.oscar) as own:
        again = own.get_one(LeadOffer, offer.id)
        with pytest.raises(OfferOver, match="Alice Acme accepted this lead already, on 4 May 2026, 09:00"):
            again.accept(by=cast.oscar)
        with pytest.raises(OfferOver, match="Alice Acme accepted this lead already"):
            again.decline("No.", by=cast.oscar)


def test_nobody_answers_for_another_partner(session: Session, cast: Cast, lead: Lead) -> None:
    """A6: not even staff."""
    offer = offered(session, lead, cast.acme, cast.sam)

    for person in (cast.bob, cast.sam):
        with pytest.raises(RuleBroken, match="Only the partner"):
            offer.accept(by=person)


def test_a_declined_lead_returns_to_the_queue_and_never_to_who_declined_it(
    session: Session, cast: Cast, lead: Lead, as_partner: AsPartner
) -> None:
    """L1: a lead declined by a partner never returns to it."""
    offer = offered(session, lead, cast.acme, cast.sam)
    with as_partner(cast.acme, cast.alice) as own:
        own.get_one(LeadOffer, offer.id).decline("  We have no people there. ", by=cast.alice)
        own.commit()

    session.refresh(offer)
    assert offer.reason == "We have no people there."
    assert at(session, lead) == (LeadStage.QUALIFIED, None, cast.sam.id)
    with pytest.raises(
        RuleBroken, match="Acme Systems turned this lead down, so it is not offered to it again"
    ):
        LeadOffer.make(lead, cast.acme, by=cast.sam)


def test_what_a_partner_gave_back_is_not_offered_to_it_again(
    session: Session, cast: Cast, lead: Lead
) -> None:
    """L1: passing back is turning down, only later."""
    Step.take(lead, "lead.passed_back", by=cast.alice, partner_id=cast.acme.id, reason="No people.")

    with pytest.raises(RuleBroken, match="Acme Systems gave this lead back"):
        LeadOffer.make(lead, cast.acme, by=cast.sam)


def test_declining_needs_a_reason(session: Session, cast: Cast, lead: Lead, as_partner: AsPartner) -> None:
    """L1"""
    offer = offered(session, lead, cast.acme, cast.sam)

    with as_partner(cast.acme, cast.alice) as own:
        mine = own.get_one(LeadOffer, offer.id)
        for reason in ("", "   ", "x" * 1001):
            with pytest.raises(RuleBroken) as refusal:
                mine.decline(reason, by=cast.alice)

            assert refusal.value.field == "reason"


def test_an_offer_that_was_taken_back_says_why(
    session: Session, cast: Cast, lead: Lead, as_partner: AsPartner
) -> None:
    """L1: the lead is back in the queue, and the partner may be asked again."""
    offer = offered(session, lead, cast.acme, cast.sam)
    offer.withdraw("The customer asked for Bolt.", by=cast.sam)
    session.commit()

    assert at(session, lead)[0] is LeadStage.QUALIFIED
    with (
        as_partner(cast.acme, cast.alice) as own,
        pytest.raises(OfferOver, match=r"taken back on 4 May 2026, 09:00 UTC: The customer asked for Bolt\."),
    ):
        own.get_one(LeadOffer, offer.id).accept(by=cast.alice)
    assert LeadOffer.make(lead, cast.acme, by=cast.sam).is_open


# ---------------------------------------------------------------- the deadline


def test_an_offer_can_be_accepted_until_its_deadline_and_not_at_it(
    session: Session,
    cast: Cast,
    lead: Lead,
    as_partner: AsPartner,
    clock_stands: time_machine.Traveller,
) -> None:
    """M4: the verb checks the deadline itself, to the microsecond."""
    offer = offered(session, lead, cast.acme, cast.sam, hours=1)

    clock_stands.move_to(offer.answer_by)
    with as_partner(cast.acme, cast.alice) as own:
        mine = own.get_one(LeadOffer, offer.id)
        assert (mine.is_open, mine.state_words) == (False, "Lapsed")
        with pytest.raises(OfferLapsed, match="The time to answer was over on 4 May 2026, 10:00 UTC"):
            mine.accept(by=cast.alice)
        with pytest.raises(OfferLapsed):
            mine.decline("No.", by=cast.alice)

    clock_stands.move_to(offer.answer_by - timedelta(microseconds=1))
    with as_partner(cast.acme, cast.alice) as own:
        own.get_one(LeadOffer, offer.id).accept(by=cast.alice)
        own.commit()
    assert at(session, lead)[0] is LeadStage.ACCEPTED


def test_what_nobody_answered_in_time_returns_to_the_queue_once(
    session: Session, cast: Cast, lead: Lead, clock_stands: time_machine.Traveller
) -> None:
    """L1: the job may come early, late or twice."""
    offer = offered(session, lead, cast.acme, cast.sam, hours=1)

    clock_stands.move_to(offer.answer_by - timedelta(seconds=1))
    assert LeadOffer.lapse_due(session) == 0
    assert offer.lapse() is False
    clock_stands.move_to(offer.answer_by)
    assert LeadOffer.lapse_due(session) == 1
    assert LeadOffer.lapse_due(session) == 0
    assert offer.lapse() is False

    assert at(session, lead)[0] is LeadStage.QUALIFIED
    assert kinds(session, lead) == ["lead.offered", "lead.offer_lapsed", "lead.queued"]
    assert offer.state is OfferState.LAPSED


def test_a_person_may_offer_again_what_a_partner_only_let_lapse(
    session: Session, cast: Cast, lead: Lead, clock_stands: time_machine.Traveller
) -> None:
    """L1: also when the job has not come by yet: the new offer ends the old one."""
    old = offered(session, lead, cast.acme, cast.sam, hours=1)
    clock_stands.move_to(old.answer_by)

    new = offered(session, lead, cast.acme, cast.sam, hours=1)

    session.refresh(old)
    assert (old.state, new.state) == (OfferState.LAPSED, OfferState.OPEN)
    assert clock.now() < new.answer_by
