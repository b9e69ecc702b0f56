"""L1, L2, L7, P8: what is done with a lead, by whom, and what is left of it on both sides."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import (
    Assessment,
    Event,
    Lead,
    LeadOffer,
    LeadPassage,
    LeadStage,
    OfferState,
    PassageState,
    Person,
    Role,
    Step,
    ValueType,
    Vendor,
)
from app.models.changing import ChangedMeanwhile
from app.models.leads.lead_working import CannotWorkIt, workers
from app.models.owning import NotYours
from app.rules.lead_stages import StageForbids
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.models.stories import measured

AsPartner = Callable[..., AbstractContextManager[Session]]


@pytest.fixture
def vendor(session: Session) -> Vendor:
    found = session.scalars(select(Vendor)).one_or_none()
    return found or factories.added(session, Vendor(name="Northwind"))


@pytest.fixture
def active(session: Session, cast: Cast, vendor: Vendor) -> Cast:
    """Acme, Bolt and Crane may be offered leads today."""
    for partner in (cast.acme, cast.bolt, cast.crane):
        factories.partnership(session, partner, date(2020, 1, 1), date(2090, 12, 31))
    session.commit()
    return cast


def bakery(session: Session, cast: Cast, **more: object) -> Lead:
    """A lead that Acme has, worked by Oscar."""
    values = {"stage": LeadStage.ACCEPTED, "owner_id": cast.oscar.id, **more}
    made = factories.lead(session, cast.acme, "Bäckerei Ackerloh", date(2026, 1, 5), **values)
    session.commit()
    return made


def kinds(session: Session, lead_id: int) -> list[str]:
    steps = select(Step.kind).where(Step.subject_type == "lead", Step.subject_id == lead_id).order_by(Step.id)
    return list(session.scalars(steps))


# ---------------------------------------------------------------- registering


def test_what_staff_register_waits_with_the_vendor(session: Session, cast: Cast) -> None:
    """L1"""
    lead = Lead.register(session, by=cast.sam, company=" Roof & Co ", country="de", phone="030 123456")

    assert (lead.partner_id, lead.stage, lead.owner_id) == (None, LeadStage.NEW, cast.sam.id)
    assert (lead.company, lead.country, lead.phone) == ("Roof & Co", "DE", "+49 30 123456")
    assert lead.staged_at is not None
    assert kinds(session, lead.id) == ["lead.registered"]


def test_what_a_partner_registers_is_its_own_and_its_sellers(as_partner: AsPartner, cast: Cast) -> None:
    """L1: whatever number it sends along."""
    with as_partner(cast.acme, cast.oscar) as own:
        lead = Lead.register(
            own, by=own.get_one(Person, cast.oscar.id), partner_id=cast.bolt.id, company="Inn"
        )

        assert (lead.partner_id, lead.owner_id) == (cast.acme.id, cast.oscar.id)
        assert [step.words for step in Step.path(own, lead)] == ["Registered: Inn"]


def test_a_registered_lead_counts_at_once(
    session: Session, as_partner: AsPartner, cast: Cast, vendor: Vendor
) -> None:
    """P8, P10: the tier is reached in the same transaction."""
    told = measured(
        session,
        cast,
        1,
        ValueType.INTEGER,
        Registered={"count": "leads", "counting": "registered", "over": "calendar year"},
    )
    session.commit()
    with as_partner(cast.acme, cast.alice) as own:
        Lead.register(own, by=own.get_one(Person, cast.alice.id), company="Inn")
        own.commit()

    stored = select(func.count()).where(Assessment.partnership_id == told.partnership.id)
    assert session.scalar(stored) == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"company": " "}, "company"),
        ({"company": "x" * 10_000}, "company"),
        ({"email": "nobody"}, "email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"country": "Germany"}, "country"),
        ({"phone": "ring ring", "country": "DE"}, "phone"),
        ({"budget": Decimal(5)}, "currency"),
        ({"budget": Decimal(-5), "currency": "EUR"}, "budget"),
        ({"budget": Decimal(5), "currency": "DOLLARS"}, "currency"),
        ({"currency": "XQX"}, "currency"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_at_its_field(
    session: Session, cast: Cast, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        Lead.register(session, by=cast.sam, **{"company": "Inn", **facts})

    assert refusal.value.field == field


@pytest.mark.parametrize("company", ["مخبز الشمس", "'; DROP TABLE lead; --", "=1+1", "ﷺ" * 200, "🏳️‍🌈 Bakery"])
def test_any_script_is_a_name(session: Session, cast: Cast, company: str) -> None:
    lead = Lead.register(session, by=cast.sam, company=f" {company}\r\n", need="Two\nlines")

    assert (lead.company, lead.need) == (company, "Two\nlines")


def test_who_does_not_work_leads_writes_none_down(session: Session, cast: Cast) -> None:
    """A2"""
    for person in (cast.sue, cast.mona, cast.audrey):
        with pytest.raises(NotYours):
            Lead.register(session, by=person, company="Inn")


# ---------------------------------------------------------------- editing


def test_an_edit_says_what_changed_and_leaves_alone_what_did_not(session: Session, cast: Cast) -> None:
    """A7: what an import brought in is kept until somebody writes it anew."""
    lead = bakery(session, cast, email="no address", country="Germany")

    lead.edit(by=cast.sam, version=lead.version, company=lead.company, email="no address", need="Ovens")

    assert Step.path(session, lead)[0].words == "Facts changed: need"
    lead.edit(by=cast.sam, need="Ovens")
    assert len(kinds(session, lead.id)) == 1


def test_yesterdays_page_changes_nothing(session: Session, cast: Cast) -> None:
    lead = bakery(session, cast)
    seen = lead.version
    lead.edit(by=cast.sam, version=seen, need="Ovens")

    with pytest.raises(ChangedMeanwhile, match="Sam Sales: need"):
        lead.edit(by=cast.carl, version=seen, need="Chimneys")
    assert lead.need == "Ovens"


def test_an_agent_works_its_own_leads_and_nobodys(session: Session, cast: Cast) -> None:
    """L7: the partner's administrators all of them, a support agent none, another partner's person least of all."""
    lead = bakery(session, cast)
    olga = factories.person(session, "Olga Acme", Role.OPERATIONS_AGENT, cast.acme)

    assert lead.may_be_edited_by(cast.oscar)
    assert lead.may_be_edited_by(cast.alice)
    for person in (olga, cast.sue, cast.bob, cast.mona, cast.audrey):
        assert not lead.may_be_edited_by(person)
        with pytest.raises(NotYours):
            lead.edit(by=person, need="Ovens")
    lead.assign(None, by=cast.alice)
    assert lead.may_be_edited_by(olga)


# ---------------------------------------------------------------- stages


def test_a_lead_is_closed_with_a_reason_and_reopened(session: Session, cast: Cast) -> None:
    """L2"""
    lead = bakery(session, cast)

    with pytest.raises(RuleBroken, match="Say why"):
        lead.disqualify("  ", by=cast.oscar)
    lead.disqualify("They rent the roof.", by=cast.oscar)
    assert (lead.stage, lead.reason) == (LeadStage.DISQUALIFIED, "They rent the roof.")
    assert lead.closed_on is not None
    with pytest.raises(StageForbids, match="is disqualified and cannot be withdrawn"):
        lead.withdraw("Twice.", by=cast.oscar)

    with pytest.raises(NotYours, match="The vendor reopens"):
        lead.reopen(by=cast.oscar)
    lead.reopen(by=cast.sam)
    session.refresh(lead)
    assert lead.stage is LeadStage.ACCEPTED
    assert {lead.reason, lead.closed_on} == {None}
    lead.withdraw("They moved.", by=cast.oscar)
    assert kinds(session, lead.id) == ["lead.disqualified", "lead.reopened", "lead.withdrawn"]


def test_a_lead_on_offer_is_not_closed_behind_the_partners_back(session: Session, active: Cast) -> None:
    """L2"""
    lead = Lead.register(session, by=active.sam, company="Inn")
    lead.qualify(by=active.sam)
    LeadOffer.make(lead, active.acme, by=active.sam)

    with pytest.raises(StageForbids, match="Withdraw the offer first"):
        lead.disqualify("No.", by=active.sam)


def test_a_lead_created_today_elsewhere_is_not_closed_before_it_began(session: Session, cast: Cast) -> None:
    """M4: days are those of where the partner is; the two may differ by one."""
    lead = factories.lead(session, cast.acme, "Inn", date(2099, 1, 1))

    lead.withdraw("They moved.", by=cast.sam)

    assert lead.closed_on == date(2099, 1, 1)


# ---------------------------------------------------------------- who works it


def test_a_lead_is_given_to_who_works_leads_where_it_is(session: Session, cast: Cast) -> None:
    lead = bakery(session, cast)

    lead.assign(cast.alice.id, by=cast.oscar)

    assert lead.owner_id == cast.alice.id
    with pytest.raises(ChangedMeanwhile):
        lead.assign(None, by=cast.alice, version=lead.version - 1)
    assert Step.path(session, lead)[0].words == "Given to Alice Acme"
    for person in (cast.sue, cast.bob, cast.sam):
        with pytest.raises(CannotWorkIt):
            lead.assign(person.id, by=cast.alice)
    assert [one.name for one in workers(session, cast.acme.id)] == ["Alice Acme", "Oscar Acme"]
    assert cast.mona.id not in {one.id for one in workers(session, None)}


def test_an_agent_gives_its_lead_away_and_sees_it_no_more_where_everybody_sees_its_own(
    session: Session, as_partner: AsPartner, cast: Cast, vendor: Vendor
) -> None:
    """L7: the setting narrows reading; giving away is still its right."""
    lead = bakery(session, cast)

    with as_partner(cast.acme, cast.oscar) as own:
        own.execute(select(func.set_config("accord.own_only", "on", True)))
        mine = own.get_one(Lead, lead.id)
        mine.assign(cast.alice.id, by=own.get_one(Person, cast.oscar.id))
        own.flush()

        assert own.scalar(select(func.count()).select_from(Lead)) == 0


# ---------------------------------------------------------------- passing


def test_a_lead_passed_back_is_the_vendors_and_never_offered_there_again(
    session: Session, as_partner: AsPartner, active: Cast
) -> None:
    """L1: the partner keeps the steps it took."""
    lead = bakery(session, active)
    with as_partner(active.acme, active.oscar) as own:
        mine = own.get_one(Lead, lead.id)
        mine.pass_back("Too far away.", by=own.get_one(Person, active.oscar.id))
        own.commit()
        assert own.scalar(select(func.count()).select_from(Lead)) == 0
        assert own.scalars(select(Step.kind)).all() == ["lead.passed_back"]

    session.expire_all()
    assert (lead.partner_id, lead.owner_id, lead.stage) == (None, None, LeadStage.QUALIFIED)
    with pytest.raises(RuleBroken, match="gave this lead back"):
        LeadOffer.make(lead, active.acme, by=active.sam)
    assert LeadOffer.make(lead, active.bolt, by=active.sam).state is OfferState.OPEN


def test_a_lead_taken_back_may_be_offered_there_again(session: Session, active: Cast) -> None:
    """L1"""
    lead = bakery(session, active)

    lead.pass_back("Nothing happened for a month.", by=active.sam)

    session.expire_all()
    assert lead.partner_id is None
    assert LeadOffer.make(lead, active.acme, by=active.sam).state is OfferState.OPEN


def test_a_lead_given_back_by_two_people_at_once_is_given_back_once(
    session: Session, as_partner: AsPartner, active: Cast
) -> None:
    lead = bakery(session, active)
    with as_partner(active.acme, active.alice) as own:
        mine = own.get_one(Lead, lead.id)
        alice = own.get_one(Person, active.alice.id)
        mine.pass_back("No.", by=alice)

        with pytest.raises(ChangedMeanwhile, match="not here any more"):
            mine.pass_back("No again.", by=alice)


def test_a_cross_sale_waits_for_consent_and_tells_nothing_about_the_other(
    session: Session, as_partner: AsPartner, active: Cast
) -> None:
    """L1: a name that is nobody's is taken as gladly as one that is somebody's."""
    lead = bakery(session, active)
    with as_partner(active.acme, active.oscar) as own:
        oscar = own.get_one(Person, active.oscar.id)
        asked = own.get_one(Lead, lead.id).pass_to("Nobody & Sons", "They sell ovens.", by=oscar)
        assert asked is not None
        assert asked.state is PassageState.WAITING
        with pytest.raises(RuleBroken, match="already"):
            own.get_one(Lead, lead.id).pass_to("BOLT", "They sell ovens.", by=oscar)
        own.commit()

    passage = session.get_one(LeadPassage, asked.id)
    passage.consent(active.bolt, by=active.sam)

    session.expire_all()
    offer = session.scalars(select(LeadOffer)).one()
    assert (offer.partner_id, offer.from_partner_id) == (active.bolt.id, active.acme.id)
    assert (lead.partner_id, lead.passed_by_partner_id) == (None, active.acme.id)
    assert passage.state is PassageState.CONSENTED
    with pytest.raises(RuleBroken, match="decided meanwhile"):
        passage.refuse("Too late.", by=active.sam)


def test_a_refused_cross_sale_stays_where_it_is(
    session: Session, as_partner: AsPartner, active: Cast
) -> None:
    """L1"""
    lead = bakery(session, active)
    passage = lead.pass_to("Bolt", "They sell ovens.", by=active.oscar)
    assert passage is not None

    passage.refuse("Bolt has no people there.", by=active.carl)

    with as_partner(active.acme, active.oscar) as own:
        assert own.get_one(LeadPassage, passage.id).answer == "Bolt has no people there."
        words = [step.words for step in Step.path(own, own.get_one(Lead, lead.id))]
        assert words[0] == "Passing it on was refused: Bolt has no people there."


def test_a_wish_ends_when_the_lead_goes_another_way_or_is_taken_back(session: Session, active: Cast) -> None:
    lead = bakery(session, active)
    first = lead.pass_to("Bolt", "They sell ovens.", by=active.oscar)
    assert first is not None
    first.withdraw(by=active.oscar)
    second = lead.pass_to("Bolt", "They sell ovens.", by=active.oscar)
    assert second is not None

    lead.disqualify("They rent the roof.", by=active.oscar)

    assert {first.state, second.state} == {PassageState.WITHDRAWN}
    with pytest.raises(RuleBroken, match="decided meanwhile"):
        second.consent(active.bolt, by=active.sam)


def test_without_consent_a_lead_is_offered_at_once_and_every_obstacle_sounds_alike(
    session: Session, as_partner: AsPartner, active: Cast, vendor: Vendor
) -> None:
    """L1"""
    vendor.cross_sale_consent = False
    lead = bakery(session, active)
    with as_partner(active.acme, active.oscar) as own:
        oscar = own.get_one(Person, active.oscar.id)
        for name in ("Nobody & Sons", "ACME"):
            with pytest.raises(RuleBroken, match="cannot go to"):
                own.get_one(Lead, lead.id).pass_to(name, "They sell ovens.", by=oscar)
        assert own.get_one(Lead, lead.id).pass_to("bolt trading", "They sell ovens.", by=oscar) is None
        own.commit()

    assert session.scalars(select(LeadOffer.partner_id)).all() == [active.bolt.id]


# ---------------------------------------------------------------- converting


def test_a_converted_lead_is_a_deal_and_counts_on_that_day(
    session: Session, as_partner: AsPartner, active: Cast
) -> None:
    """L2, P8"""
    lead = bakery(session, active, website="ackerloh.example")
    with as_partner(active.acme, active.oscar) as own:
        oscar, mine = own.get_one(Person, active.oscar.id), own.get_one(Lead, lead.id)
        deal = mine.convert(by=oscar, name="Roof", amount=Decimal(1200), currency="USD", expected_on=None)

        assert (mine.stage, mine.closed_on is not None) == (LeadStage.CONVERTED, True)
        assert (deal.lead_id, deal.customer, deal.website) == (lead.id, lead.company, "ackerloh.example")
        assert deal.partner_id == active.acme.id
        with pytest.raises(StageForbids, match="Go on with its opportunity"):
            mine.convert(by=oscar, name="Roof", amount=Decimal(1200), currency="USD", expected_on=None)
        own.commit()

    assert session.scalars(select(Event.kind).where(Event.subject_type == "lead")).all() == ["lead.converted"]


def test_a_lead_that_nobody_has_is_not_converted(session: Session, cast: Cast) -> None:
    """L2"""
    lead = Lead.register(session, by=cast.sam, company="Inn")

    with pytest.raises(StageForbids, match="No partner has this lead"):
        lead.convert(by=cast.sam, name="Roof", amount=Decimal(1), currency="USD")
