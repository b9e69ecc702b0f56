"""A lead is satisfied when it was converted and its opportunity won (L2, P8)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app import clock
from app.models import LeadStage, Opportunity, ValueType
from app.models.assessing import standing
from app.models.assessing.records import behind
from tests import factories
from tests.cast import Cast
from tests.models.stories import measured

DAY = date(2026, 6, 30)
SATISFIED = {"count": "leads", "counting": "satisfied", "over": "calendar year"}


def story(session: Session, cast: Cast, **policies: Any) -> None:
    """Acme with one tier, Bronze, that asks for a satisfied lead a year."""
    version = factories.draft(session)
    bronze = factories.rung(
        session, factories.ladder(session, version, cast.reseller, "Bronze", **policies), "Bronze"
    )
    asked = factories.category(session, "Satisfied", ValueType.INTEGER, version, SATISFIED)
    factories.obligation(session, bronze, asked, 1)
    factories.published(session, version, date(2024, 1, 1))
    factories.partnership(session, cast.acme, date(2024, 1, 1), date(2027, 12, 31))


def deal_of(session: Session, cast: Cast, company: str, stage: str, **more: Any) -> Opportunity:
    """A converted lead with its deal."""
    lead = factories.lead(
        session, cast.acme, company, date(2026, 1, 1), stage=LeadStage.CONVERTED, closed_on=date(2026, 1, 20)
    )
    partner = more.pop("partner", cast.acme)
    return factories.opportunity(session, partner, company, "10", stage, lead_id=lead.id, **more)


def current(session: Session, cast: Cast, on: date = DAY) -> Any:
    found = standing(session, cast.acme.id, on)
    assert found
    return (found.currents or {})["Satisfied"]


def test_only_a_lead_whose_deal_is_won_and_confirmed_is_satisfied(session: Session, cast: Cast) -> None:
    """L2, P5: the others say why not."""
    story(session, cast)
    deal_of(session, cast, "Won", "Won", closed_on=date(2026, 3, 1))
    deal_of(session, cast, "Reported", "Won", closed_on=date(2026, 3, 1), confirmed_at=None)
    deal_of(session, cast, "Open", "Propose")
    deal_of(session, cast, "Deleted", "Won", deleted_at=clock.now())
    deal_of(session, cast, "Elsewhere", "Won", partner=cast.bolt)
    deal_of(session, cast, "Earlier", "Won", created_on=date(2025, 1, 2), closed_on=date(2025, 12, 31))
    factories.lead(session, cast.acme, "New", date(2026, 1, 1))
    session.flush()

    found = standing(session, cast.acme.id, DAY)
    assert found
    left_out = behind(session, found, "Satisfied", counting=False)
    assert left_out

    assert current(session, cast) == Decimal(1)
    assert {one.label: one.why for one in left_out.records} == {
        "Reported": "Its opportunity is reported as won, but not confirmed yet.",
        "Open": "Its opportunity is not won.",
        "Deleted": "It has no opportunity.",
        "Elsewhere": "It has no opportunity.",
        "Earlier": "Its day is not one of those that count: 2026-01-01 to 2026-06-30.",
        "New": "It is not converted.",
    }


@pytest.mark.parametrize(("on", "figure"), [(date(2026, 2, 28), 0), (date(2026, 3, 1), 1)])
def test_it_counts_from_the_closing_day_of_its_deal(
    session: Session, cast: Cast, on: date, figure: int
) -> None:
    """P8"""
    story(session, cast)
    deal_of(session, cast, "Won", "Won", closed_on=date(2026, 3, 1))

    assert current(session, cast, on) == Decimal(figure)


def test_where_wins_count_at_once_a_reported_deal_satisfies_its_lead(session: Session, cast: Cast) -> None:
    """F3"""
    story(session, cast, wins_count_at_once=True)
    deal_of(session, cast, "Reported", "Won", closed_on=date(2026, 3, 1), confirmed_at=None)

    assert current(session, cast) == Decimal(1)


def test_many_partners_with_different_days_are_asked_at_once(session: Session, cast: Cast) -> None:
    """P8: days and settings that differ come from beside the partner."""
    from app.models.assessing import assess

    told = measured(session, cast, 1, ValueType.INTEGER, Satisfied={**SATISFIED, "over": "partnership year"})
    factories.partnership(session, cast.bolt, date(2026, 4, 1), date(2027, 12, 31))
    for partner, company in ((cast.acme, "A"), (cast.bolt, "B")):
        lead = factories.lead(
            session, partner, company, date(2026, 1, 1), stage=LeadStage.CONVERTED, closed_on=DAY
        )
        factories.opportunity(
            session, partner, company, "1", "Won", lead_id=lead.id, closed_on=date(2026, 3, 1)
        )
    session.flush()

    found = {one.subject.partner_code: (one.currents or {})["Satisfied"] for one in assess(session, DAY)}

    assert told.partnership.id
    assert found == {"ACME": Decimal(1), "BOLT": Decimal(0)}
