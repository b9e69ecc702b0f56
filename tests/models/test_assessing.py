"""Live assessment: current values from facts on any day, judged without writing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Assessment, Category, Document, LeadStage, OrderStatus, ValueType
from app.models.assessing import Standing, assess, standing
from app.rules.measures import NotComputable
from app.rules.refusals import MissingRate
from tests import factories
from tests.cast import Cast
from tests.models.stories import measured, told

D = Decimal
DAY = date(2026, 6, 30)


def on(session: Session, cast: Cast, day: date = DAY) -> Standing:
    session.flush()
    found = standing(session, cast.acme.id, day)
    assert found is not None
    return found


def current(session: Session, cast: Cast, name: str, day: date = DAY) -> Any:
    return (on(session, cast, day).currents or {})[name]


def test_a_target_reached_exactly_earns_the_tier(session: Session, cast: Cast) -> None:
    """P6, P7"""
    story = told(session, cast)
    factories.order(
        session, cast.acme, "1", date(2026, 1, 1), (story.bike, "4999.9999"), (story.bike, "0.0001")
    )

    found = on(session, cast)

    assert (found.earned.name, found.held.name, found.outlook) == ("Bronze", "Registered", "rise")


def test_the_partner_sees_what_is_missing_in_words(session: Session, cast: Cast) -> None:
    """P11"""
    story = told(session, cast, held="Bronze")
    factories.order(session, cast.acme, "1", date(2026, 1, 1), (story.bike, "37600"))

    found = on(session, cast)

    assert found.next is not None
    assert found.next.missing_in_words() == "12,400.00 USD to Silver"
    assert [one.target for one in found.keeping] == [5000]


def test_the_verdict_of_a_past_day_uses_the_facts_up_to_that_day(session: Session, cast: Cast) -> None:
    """P5"""
    story = told(session, cast)
    for number, day in enumerate((date(2025, 12, 31), date(2026, 1, 1), DAY, date(2026, 7, 1))):
        factories.order(session, cast.acme, str(number), day, (story.bike, "100"))

    assert current(session, cast, "Ordered amount") == 200
    assert current(session, cast, "Ordered amount", date(2025, 12, 31)) == 100
    assert current(session, cast, "Ordered amount", date(2026, 7, 1)) == 300


def test_orders_count_when_confirmed_fulfilled_or_closed(session: Session, cast: Cast) -> None:
    """P8"""
    story = told(session, cast)
    for number, status in enumerate(OrderStatus):
        factories.order(session, cast.acme, str(number), DAY, (story.bike, str(10**number)), status=status)

    assert current(session, cast, "Ordered amount") == 100 + 1000 + 10000


def test_credit_notes_and_zeros_count(session: Session, cast: Cast) -> None:
    """M5"""
    story = told(session, cast)
    factories.order(
        session, cast.acme, "1", DAY, (story.bike, "100"), (story.bike, "-30.5"), (story.bike, "0")
    )

    assert current(session, cast, "Ordered amount") == D("69.5")


def test_amounts_are_converted_by_the_rate_of_their_day_and_not_rounded(session: Session, cast: Cast) -> None:
    """M3, M2"""
    story = told(session, cast)
    factories.rate(session, "EUR", DAY, "1.123456789012345678")
    factories.order(session, cast.acme, "1", DAY, (story.bike, "0.0001"), currency="EUR")
    factories.order(session, cast.acme, "2", DAY, (story.bike, "1"))

    assert current(session, cast, "Ordered amount") == D("1.0001123456789012345678")


def test_a_missing_rate_is_an_error_that_names_currency_and_day(session: Session, cast: Cast) -> None:
    """M3"""
    story = told(session, cast)
    factories.rate(session, "EUR", date(2026, 6, 29), "1.1")
    factories.order(session, cast.acme, "1", DAY, (story.bike, "5"), currency="EUR")

    with pytest.raises(MissingRate) as refusal:
        on(session, cast)

    assert "EUR" in refusal.value.sentence
    assert "2026-06-30" in refusal.value.sentence


def test_a_missing_rate_of_what_does_not_count_is_no_error(session: Session, cast: Cast) -> None:
    """M3"""
    story = told(session, cast)
    factories.order(session, cast.acme, "1", date(2025, 6, 30), (story.bike, "5"), currency="EUR")
    factories.order(session, cast.acme, "2", DAY, (story.bike, "5"), currency="EUR", status=OrderStatus.DRAFT)

    assert current(session, cast, "Ordered amount") == 0


def test_everybody_with_a_partnership_is_listed_even_without_orders(session: Session, cast: Cast) -> None:
    """P5"""
    told(session, cast)
    factories.partnership(session, cast.bolt, date(2026, 1, 1), date(2026, 6, 30), active=False)
    factories.partnership(session, cast.crane, date(2026, 7, 1), date(2026, 12, 31))
    session.flush()

    found = assess(session, DAY)

    assert [(one.subject.partner_code, one.earned.name, one.subject.active) for one in found] == [
        ("ACME", "Registered", True),
        ("BOLT", "Registered", False),
    ]


def test_a_type_without_a_ladder_asks_for_nothing(session: Session, cast: Cast) -> None:
    """P7"""
    told(session, cast)
    factories.partnership(session, cast.crane, date(2026, 1, 1), date(2026, 12, 31))
    session.flush()

    found = standing(session, cast.crane.id, DAY)

    assert found is not None
    assert (found.earned.name, found.compared_with, found.rewards) == ("Registered", None, ())


def test_before_the_first_version_everybody_is_registered(session: Session, cast: Cast) -> None:
    """P12"""
    told(session, cast)
    factories.partnership(session, cast.bolt, date(2020, 1, 1), date(2020, 12, 31))
    session.flush()

    (found,) = assess(session, date(2020, 6, 30))

    assert found.earned.name == "Registered"


def test_an_obligation_holds_only_while_it_is_valid(session: Session, cast: Cast) -> None:
    """P6"""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Bronze")
    rung = factories.rung(session, ladder, "Bronze")
    leads = factories.category(session, "Leads", ValueType.INTEGER, version, {"count": "leads"})
    factories.obligation(session, rung, leads, 0, valid_to=date(2026, 3, 31))
    factories.obligation(session, rung, leads, 5, valid_from=date(2026, 4, 1))
    factories.published(session, version, date(2026, 1, 1))
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))

    assert on(session, cast, date(2026, 3, 31)).earned.name == "Bronze"
    assert on(session, cast, date(2026, 4, 1)).earned.name == "Registered"


def test_lead_parameters_count_conversions_by_their_day(session: Session, cast: Cast) -> None:
    """L2"""
    measured(
        session,
        cast,
        1,
        ValueType.INTEGER,
        Converted={"count": "leads"},
        Registered={"count": "leads", "counting": "registered"},
    )
    converted = {"stage": LeadStage.CONVERTED}
    factories.lead(session, cast.acme, "One", date(2025, 12, 1), closed_on=date(2026, 1, 1), **converted)
    factories.lead(session, cast.acme, "Two", date(2025, 11, 1), closed_on=date(2025, 12, 31), **converted)
    factories.lead(session, cast.acme, "Three", date(2026, 2, 1))
    factories.lead(session, cast.bolt, "Other", date(2026, 2, 1), closed_on=DAY, **converted)
    factories.lead(session, None, "Nobody's", date(2026, 2, 1), closed_on=DAY, **converted)

    assert current(session, cast, "Converted") == 1
    assert current(session, cast, "Registered") == 1


def test_deals_count_when_won_and_confirmed_by_their_closing_day(session: Session, cast: Cast) -> None:
    """P8, F3"""
    measured(session, cast, 1, ValueType.MONEY, Won={"sum": "opportunities"})
    factories.opportunity(session, cast.acme, "Confirmed", "100", "Won", created_on=date(2026, 1, 1))
    factories.opportunity(session, cast.acme, "Reported", "1000", "Won", confirmed_at=None)
    factories.opportunity(session, cast.acme, "Lost", "10000", "Lost", closed_on=DAY)
    factories.opportunity(session, cast.acme, "Last year", "5", "Won", created_on=date(2025, 1, 1))

    assert current(session, cast, "Won") == 100


def test_wins_count_at_once_where_the_type_says_so(session: Session, cast: Cast) -> None:
    """F3"""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Bronze", wins_count_at_once=True)
    won = factories.category(session, "Won", version=version, measure={"sum": "opportunities"})
    factories.obligation(session, factories.rung(session, ladder, "Bronze"), won, 1)
    factories.published(session, version, date(2024, 1, 1))
    factories.partnership(session, cast.acme, date(2024, 1, 1), date(2027, 12, 31))
    factories.opportunity(session, cast.acme, "Reported", "1000", "Won", confirmed_at=None)

    assert current(session, cast, "Won") == 1000


def test_certified_people_are_counted_once_and_only_while_valid(session: Session, cast: Cast) -> None:
    """P8"""
    people = {"distinct": "certificates", "where": {"subject": ["Sales", "Service"]}}
    measured(session, cast, 1, ValueType.INTEGER, Certified=people)
    for email, subject, expires in (
        ("ann@acme.example", "Sales", None),
        ("ANN@acme.example", "Service", DAY),
        ("bo@acme.example", "Sales", date(2026, 6, 29)),
        ("cy@acme.example", "Cooking", None),
    ):
        factories.certificate(session, cast.acme, email, subject, date(2025, 1, 1), expires_on=expires)

    assert current(session, cast, "Certified") == 1


def test_entered_values_are_taken_by_their_latest_day(session: Session, cast: Cast) -> None:
    """P8"""
    measured(session, cast, 70, ValueType.PERCENT, Retention={"value": "latest"}, Users={"value": "sum"})
    assert isinstance(current(session, cast, "Retention"), NotComputable)
    ids = on(session, cast).program
    assert ids is not None
    retention, users = (session.get_one(Category, ids.category_ids[name]) for name in ("Retention", "Users"))
    for day, value in ((date(2026, 1, 1), "90"), (date(2026, 5, 1), "70.5"), (date(2026, 7, 1), "10")):
        factories.measurement(session, cast.acme, retention, day, value)
        factories.measurement(session, cast.acme, users, day, value)

    assert current(session, cast, "Retention") == D("70.5")
    assert current(session, cast, "Users") == D("160.5")


def test_an_artefact_is_there_while_it_is_fresh(session: Session, cast: Cast) -> None:
    """P8"""
    measured(session, cast, 1, ValueType.YES_NO, Plan={"artefact": "Plan", "fresh for": "30 days"})
    program = on(session, cast).program
    assert program is not None
    session.add(
        Document(
            partner_id=cast.acme.id,
            category_id=program.category_ids["Plan"],
            filed_on=date(2026, 6, 1),
            name="plan.pdf",
            content_type="application/pdf",
            size=1,
            sha256="0",
            stored_as="x",
            uploaded_at=func.now(),
        )
    )

    assert current(session, cast, "Plan", date(2026, 5, 31)) == 0
    assert current(session, cast, "Plan", date(2026, 6, 30)) == 1
    assert current(session, cast, "Plan", date(2026, 7, 1)) == 0


def test_growth_ratio_share_and_net_count(session: Session, cast: Cast) -> None:
    """P8"""
    all_lines = {"sum": "order lines", "over": "calendar year"}
    bikes = {"sum": "order lines", "where": {"category": "Bikes"}, "over": "calendar year"}
    story = measured(
        session,
        cast,
        1,
        ValueType.DECIMAL,
        Growth={"growth": all_lines},
        Share={"share": bikes, "of": all_lines},
        Net={"net count": {"plus": all_lines, "minus": bikes}},
        Ratio={"ratio": {"count": "leads"}, "to": {"count": "leads", "counting": "registered"}},
    )
    helmet = factories.product(session, "HELMET")
    factories.order(session, cast.acme, "1", date(2025, 12, 31), (helmet, "50"))
    factories.order(session, cast.acme, "2", DAY, (story.bike, "30"), (helmet, "45"))

    assert current(session, cast, "Growth") == 50
    assert current(session, cast, "Share") == 40
    assert current(session, cast, "Net") == 45
    assert isinstance(current(session, cast, "Ratio"), NotComputable)
    assert on(session, cast).earned.name == "Registered"


def test_windows_that_hang_on_the_partnership_are_each_partners_own(session: Session, cast: Cast) -> None:
    """P8"""
    story = measured(
        session,
        cast,
        1,
        ValueType.MONEY,
        Year={"sum": "order lines", "over": "partnership year"},
        Since={"sum": "order lines", "over": "since the last tier change"},
        Rolling={"sum": "order lines", "over": "rolling 2 months"},
    )
    factories.partnership(session, cast.bolt, date(2026, 3, 1), date(2027, 2, 28))
    for partner in (cast.acme, cast.bolt):
        for month in (1, 2, 3, 6):
            factories.order(
                session, partner, f"{partner.code}{month}", date(2026, month, 1), (story.bike, str(10**month))
            )
    session.flush()

    acme, bolt = (dict(one.currents or {}) for one in assess(session, DAY))

    assert (acme["Year"], acme["Since"], acme["Rolling"]) == (D(1001110), D(1001110), D(1000000))
    assert (bolt["Year"], bolt["Since"], bolt["Rolling"]) == (D(1001000), D(1001000), D(1000000))


def test_a_partner_reads_its_own_standing_in_its_own_scope(
    session: Session, cast: Cast, as_partner: Any
) -> None:
    """A6, P5"""
    story = told(session, cast)
    factories.partnership(session, cast.bolt, date(2026, 1, 1), date(2026, 12, 31))
    factories.order(session, cast.acme, "1", DAY, (story.bike, "6000"))
    factories.order(session, cast.bolt, "2", DAY, (story.bike, "60000"))

    with as_partner(cast.acme) as own:
        found = assess(own, DAY)
        foreign = assess(own, DAY, [cast.bolt.id])

    assert [(one.subject.partner_code, one.earned.name) for one in found] == [("ACME", "Bronze")]
    assert foreign == []


def test_assessing_live_writes_nothing_and_asks_once_per_noun(
    session: Session, cast: Cast, queries: Any
) -> None:
    """P5"""
    told(session, cast)
    for number in range(20):
        partner = factories.partner(session, f"P{number}", f"Partner {number}", cast.reseller)
        factories.partnership(session, partner, date(2026, 1, 1), date(2026, 12, 31))
    session.flush()
    queries.clear()

    assert len(assess(session, DAY)) == 21

    assert len(queries) <= 6
    assert session.scalar(select(func.count()).select_from(Assessment)) == 0


def test_a_partner_reads_the_same_figures_as_the_vendor_also_of_products_no_longer_sold(
    session: Session, cast: Cast, as_partner: Any
) -> None:
    """A6, P5"""
    measured(
        session, cast, 1, ValueType.MONEY, Bikes={"sum": "opportunities", "where": {"category": "Bikes"}}
    )
    retired = factories.product(session, "OLD", category="Bikes", active=False)
    factories.opportunity(
        session, cast.acme, "Old bikes", "70", "Won", created_on=date(2026, 1, 2), product_id=retired.id
    )
    vendors = current(session, cast, "Bikes")

    with as_partner(cast.acme) as own:
        (mine,) = assess(own, DAY)

    assert (mine.currents or {})["Bikes"] == vendors == 70
