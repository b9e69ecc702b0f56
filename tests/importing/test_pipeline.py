"""Leads, deals and their stages brought in where people work on them already (L2, L4, L5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Lead,
    LeadOffer,
    LeadStage,
    Opportunity,
    OpportunityStage,
    Registration,
    RegistrationState,
)
from tests import factories
from tests.cast import Cast
from tests.importing.conftest import BringIn

DEAL = "key,name,partner_code,customer,stage,amount,currency,created_on,closed_on"
LEAD = "key,company,partner_code,stage,created_on"
STAGE = "name,order,kind,probability"
DAY = date(2026, 1, 5)


def test_a_deal_that_a_file_closes_protects_its_customer_no_longer(
    session: Session, cast: Cast, bring_in: BringIn
) -> None:
    """L4: protection ends when the deal is closed."""
    deal = factories.opportunity(session, cast.acme, "Roof", "100", created_on=DAY, key="K1")
    registration = Registration.register(session, deal, by=cast.sam)
    session.commit()

    bring_in("opportunities", DEAL, "K1,Roof,ACME,Roof Ltd,Lost,100,USD,2026-01-05,2026-02-01")

    assert session.get_one(Registration, registration.id).state not in {
        RegistrationState.PROTECTED,
        RegistrationState.WAITING,
    }


def test_a_record_that_a_file_gives_to_another_partner_loses_its_owner(
    session: Session, cast: Cast, bring_in: BringIn
) -> None:
    """L7: an owner works for the partner whose record it is."""
    kept = factories.opportunity(
        session, cast.acme, "Kept", "100", created_on=DAY, key="K1", owner_id=cast.alice.id
    )
    gone = factories.opportunity(
        session, cast.acme, "Gone", "100", created_on=DAY, key="K2", owner_id=cast.alice.id
    )
    lead = factories.lead(session, cast.acme, "Wingtip", DAY, key="L1", owner_id=cast.alice.id)
    session.commit()
    before = gone.version

    bring_in(
        "opportunities",
        DEAL,
        "K1,Kept,ACME,Kept Ltd,Qualify,200,USD,2026-01-05,",
        "K2,Gone,BOLT,Gone Ltd,Qualify,100,USD,2026-01-05,",
    )
    bring_in("leads", LEAD, "L1,Wingtip,BOLT,,2026-01-05")

    assert kept.owner_id == cast.alice.id
    assert (gone.owner_id, lead.owner_id) == (None, None)
    assert gone.version == before + 1


def test_a_lead_on_offer_waits_for_its_answer(session: Session, cast: Cast, bring_in: BringIn) -> None:
    """L2"""
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2027, 12, 31))
    lead = factories.lead(session, None, "Wingtip", DAY, key="L1", stage=LeadStage.QUALIFIED)
    LeadOffer.make(lead, cast.acme, by=cast.sam)
    session.commit()

    refused = bring_in("leads", LEAD, "L1,Wingtip,BOLT,,2026-01-05")
    taken = bring_in("leads", LEAD, "L1,Wingtip and Sons,,,2026-01-05")

    assert refused.places == [(2, "stage", "")]
    assert "Take the offer back" in refused.whys
    assert taken.counts == (0, 1, 0)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Qualify,1,won,1", "Deals stand in “Qualify”, so it stays open"),
        ("Won,1,lost,0", "No stage in use would be won any more"),
        ("qualify,1,open,0.1", "There is a stage “Qualify” already"),
    ],
)
def test_the_table_of_stages_keeps_what_deals_need(
    session: Session, cast: Cast, bring_in: BringIn, row: str, words: str
) -> None:
    """L5"""
    factories.opportunity(session, cast.acme, "Roof", "100")
    session.commit()

    assert words in bring_in("opportunity-stages", STAGE, row).whys


def test_a_kind_of_stage_may_change_hands_within_one_file(session: Session, bring_in: BringIn) -> None:
    """L5: of every kind one stage stays in use; won is certain, whatever the file says."""
    bring_in("opportunity-stages", STAGE, "Won,8,lost,0", "Signed,9,won,0.7")

    kinds = {one.name: one.kind for one in session.scalars(select(OpportunityStage))}
    signed = session.scalar(select(OpportunityStage.probability).where(OpportunityStage.name == "Signed"))
    assert (kinds["Won"], kinds["Signed"], signed) == ("lost", "won", Decimal(1))


def test_a_stage_out_of_use_takes_no_other_deals(session: Session, cast: Cast, bring_in: BringIn) -> None:
    """L5"""
    factories.opportunity(session, cast.acme, "Roof", "100", created_on=DAY, key="K1")
    factories.stage(session, "Qualify").active = False
    session.commit()

    stays = bring_in("opportunities", DEAL, "K1,Roof,ACME,Roof Ltd,Qualify,200,USD,2026-01-05,")
    comes = bring_in("opportunities", DEAL, "K2,Wall,ACME,Wall Ltd,Qualify,200,USD,2026-01-05,")

    assert stays.counts == (0, 1, 0)
    assert "out of use" in comes.whys


@pytest.mark.usefixtures("cast")
def test_leads_and_deals_come_back_as_they_went(
    session: Session, bring_in: BringIn, exported: Callable[..., list[str]]
) -> None:
    """Import, export, import changes nothing."""
    factories.product(session, "BIKE")
    session.commit()
    bring_in(
        "leads",
        f"{LEAD},closed_on,budget,currency,need,website,email",
        'L1,Wingtip,ACME,converted,2026-01-05,2026-02-01,10.5,USD,"a, b",wingtip.example,x@wingtip.example',
        "L2,'=Fabrikam,,,2026-01-05,,,,,,",
    )
    bring_in(
        "opportunities",
        f"{DEAL},expected_on,sku,probability,owner",
        "K1,Roof,ACME,Wingtip,Won,100.1234,USD,2026-01-05,2026-02-01,2026-03-01,BIKE,0.25,Anna Acker",
        "K2,Wall,BOLT,NA,Qualify,0,EUR,2026-01-05,,,,,",
    )

    for kind in ("leads", "opportunities"):
        lines = exported(kind)

        assert (kind, bring_in(kind, *lines).counts) == (kind, (0, 0, 2))
    assert session.scalars(select(Opportunity.owner).order_by(Opportunity.key)).all() == ["Anna Acker", None]
    assert session.scalars(select(Lead.owner_id)).all() == [None, None]
