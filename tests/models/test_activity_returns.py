"""F5, M3: leads and deals that came of an activity, and what they make against what it cost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.models import Activity, ActivityLink, Lead, Opportunity, Partner, Person
from app.models.activities.activity_returns import returns
from app.models.owning import NotYours
from app.rules.lead_stages import LeadStage
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.models.plans import TODAY, D, Stage, _noon, approved, fund_of, settled, stage

__all__ = ["_noon", "stage"]

CLOSED = date(2026, 6, 10)


def won(session: Session, partner: Partner, name: str, amount: str, **more: Any) -> Opportunity:
    """A deal won and confirmed on 10 June."""
    facts = {"stage_name": "Won", "closed_on": CLOSED, "confirmed_at": clock.now(), **more}
    return factories.opportunity(session, partner, name, amount, **facts)


def test_a_return_is_leads_and_deals_against_the_cost(session: Session, stage: Stage, cast: Cast) -> None:
    """F5: open deals apart, confirmed wins only, and a lead's deal without a link of its own."""
    activity = settled(stage, "400")
    hot = factories.lead(session, cast.acme, "Fabrikam", TODAY, stage=LeadStage.CONVERTED)
    cold = factories.lead(session, cast.acme, "Tailspin", TODAY)
    of_lead = won(session, cast.acme, "Forty chairs", "1500", lead_id=hot.id)
    reported = won(session, cast.acme, "Ten desks", "9999", confirmed_at=None)
    open_one = factories.opportunity(session, cast.acme, "Lamps", "250.50")
    won(session, cast.acme, "Of another's making", "7777")
    for record in (hot, cold, reported, open_one):
        ActivityLink.link(activity, record, by=cast.oscar)
    found = returns(session, [activity.id])[activity.id]

    assert (found.leads, found.converted, found.deals, found.won) == (2, 1, 3, 1)
    assert (found.won_amount, found.open_amount, found.cost) == (D(1500), D("250.50"), D(400))
    assert found.ratio == D("3.75")
    assert found.missing == []
    assert of_lead.lead_id == hot.id


def test_returns_of_many_are_read_in_a_handful_of_questions(
    session: Session, stage: Stage, cast: Cast, queries: Any
) -> None:
    """F5"""
    numbers = []
    for each in range(6):
        activity = approved(stage, budget=D(10), title=f"Fair {each}")
        deal = won(session, cast.acme, f"Deal {each}", str(100 * each))
        ActivityLink.link(activity, deal, by=cast.oscar)
        numbers.append(activity.id)
    session.flush()
    queries.clear()
    found = returns(session, numbers)

    assert [found[number].won_amount for number in numbers] == [D(100 * each) for each in range(6)]
    assert all(one.ratio is None for one in found.values())
    assert len(queries) == 4
    assert returns(session, []) == {}


def test_what_went_to_another_partner_or_was_deleted_counts_no_more(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """A6: neither its amount nor that it is there."""
    activity = settled(stage, "400")
    lead = factories.lead(session, cast.acme, "Fabrikam", TODAY, stage=LeadStage.CONVERTED)
    leads_deal = won(session, cast.acme, "Chairs", "1000", lead_id=lead.id)
    deal = won(session, cast.acme, "Desks", "2000")
    deleted = won(session, cast.acme, "Lamps", "4000")
    for record in (lead, deal, deleted):
        ActivityLink.link(activity, record, by=cast.mona)
    assert returns(session, [activity.id])[activity.id].won_amount == D(7000)
    deleted.deleted_at = clock.now()
    for record in (lead, leads_deal, deal):
        record.partner_id = cast.bolt.id
    session.flush()
    found = returns(session, [activity.id])[activity.id]

    assert (found.leads, found.deals, found.won_amount) == (0, 0, D(0))


def test_amounts_are_converted_by_the_rates_of_their_day(session: Session, stage: Stage, cast: Cast) -> None:
    """M3: through the program's currency, rounded once; a missing rate is said and is never 1."""
    euros = fund_of(session, cast.bolt, 100_000, currency="EUR")
    activity = Activity.draft(
        session,
        euros,
        by=cast.bob,
        title="Fair",
        plan="A stand",
        activity_type_id=stage.event.id,
        starts_on=TODAY,
        ends_on=TODAY,
        budget=D(100),
    )
    activity.submit(by=cast.bob)
    activity.approve(by=cast.carl)
    factories.rate(session, "EUR", CLOSED, "1.25")
    factories.rate(session, "GBP", CLOSED, "1.5")
    for name, amount, currency in (("A", "100", "EUR"), ("B", "100", "USD"), ("C", "10.01", "GBP")):
        deal = won(session, cast.bolt, name, amount, currency=currency)
        ActivityLink.link(activity, deal, by=cast.bob)
    assert returns(session, [activity.id])[activity.id].won_amount == D("192.01")  # 100 + 80 + 12.012

    ActivityLink.link(activity, won(session, cast.bolt, "D", "5", currency="CHF"), by=cast.bob)
    found = returns(session, [activity.id])[activity.id]
    assert (found.won_amount, found.missing) == (D("192.01"), [("CHF", CLOSED)])


def test_a_record_comes_of_one_activity_and_of_its_own_partners(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F5"""
    one, other = approved(stage, budget=D(10)), approved(stage, budget=D(10), title="Autumn fair")
    lead = factories.lead(session, cast.acme, "Fabrikam", TODAY)
    link = ActivityLink.link(one, lead, by=cast.oscar)
    with pytest.raises(RuleBroken, match="linked with an activity already"):
        ActivityLink.link(other, lead, by=cast.oscar)
    with pytest.raises(RuleBroken, match="same partner"):
        ActivityLink.link(one, factories.lead(session, cast.bolt, "Tailspin", TODAY), by=cast.mona)
    with pytest.raises(NotYours):
        ActivityLink.link(one, lead, by=cast.sue)
    with pytest.raises(RuleBroken, match="another activity"):
        link.unlink(other, by=cast.oscar)
    link.unlink(one, by=cast.oscar)
    ActivityLink.link(other, lead, by=cast.oscar)

    assert session.scalars(select(ActivityLink.activity_id)).all() == [other.id]


def test_a_partner_links_and_reads_its_return_itself(
    session: Session, stage: Stage, cast: Cast, as_partner: Any
) -> None:
    """A6"""
    activity = approved(stage)
    lead = factories.lead(session, cast.acme, "Fabrikam", TODAY)
    won(session, cast.acme, "Chairs", "1000", lead_id=lead.id)
    number = activity.id
    with as_partner(cast.acme, cast.oscar) as own:
        oscar, mine = own.get_one(Person, cast.oscar.id), own.get_one(Activity, number)
        link = ActivityLink.link(mine, own.get_one(Lead, lead.id), by=oscar)
        assert returns(own, [number])[number].won_amount == D(1000)
        link.unlink(mine, by=oscar)
        own.commit()

    assert session.scalar(select(ActivityLink.id)) is None
