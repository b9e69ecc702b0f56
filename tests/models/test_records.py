"""A number opens the records that make it, and those that were not counted with the first reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.models import Category, OrderStatus, ValueType
from app.models.assessing import Standing, standing
from app.models.assessing.records import Behind, behind, every_record
from tests import factories
from tests.cast import Cast
from tests.models.stories import measured, told

DAY = date(2026, 6, 30)


def acme(session: Session, cast: Cast) -> Standing:
    session.flush()
    found = standing(session, cast.acme.id, DAY)
    assert found
    return found


def page(session: Session, cast: Cast, category: str, **asked: object) -> Behind:
    found = behind(session, acme(session, cast), category, **asked)  # type: ignore[arg-type]
    assert found
    return found


def test_the_records_that_count_add_up_to_the_number(session: Session, cast: Cast) -> None:
    """P5"""
    story = told(session, cast)
    factories.rate(session, "EUR", DAY, "1.1")
    factories.order(session, cast.acme, "1", DAY, (story.bike, "10"), (story.bike, "20"), currency="EUR")
    factories.order(session, cast.acme, "2", date(2026, 1, 1), (story.bike, "5"))

    found = page(session, cast, "Ordered amount")

    assert [one.label for one in found.records] == ["1, line 2, BIKE", "1, line 1, BIKE", "2, line 1, BIKE"]
    assert sum(one.converted or 0 for one in found.records) == Decimal(38)
    assert found.records[0].currency == "EUR"


def test_each_record_not_counted_says_its_first_reason(session: Session, cast: Cast) -> None:
    """P5"""
    bikes = {"sum": "order lines", "where": {"category": "Bikes"}, "over": "calendar year"}
    story = measured(session, cast, 1, ValueType.MONEY, Bikes=bikes)
    helmet = factories.product(session, "HELMET", category="Clothing")
    factories.order(session, cast.acme, "draft", DAY, (helmet, "1"), status=OrderStatus.DRAFT)
    factories.order(session, cast.acme, "old", date(2025, 12, 31), (helmet, "1"))
    factories.order(session, cast.acme, "later", date(2026, 7, 1), (story.bike, "1"))
    factories.order(session, cast.acme, "helmet", DAY, (helmet, "1"))
    factories.order(session, cast.bolt, "other", DAY, (helmet, "1"))

    found = page(session, cast, "Bikes", counting=False)

    assert {one.label.split(",")[0]: one.why for one in found.records} == {
        "draft": "Its order is not confirmed, fulfilled or closed.",
        "old": "Its day is not one of those that count: 2026-01-01 to 2026-06-30.",
        "later": "Its day is not one of those that count: 2026-01-01 to 2026-06-30.",
        "helmet": "Its category is not Bikes.",
    }
    assert found.count == 4


def test_records_come_in_pages(session: Session, cast: Cast) -> None:
    """P5"""
    story = told(session, cast)
    for number in range(5):
        factories.order(session, cast.acme, str(number), DAY - timedelta(days=number // 2), (story.bike, "1"))

    first = page(session, cast, "Ordered amount", limit=3)
    last = first.records[-1]
    assert last.day
    second = page(session, cast, "Ordered amount", limit=3, after=(last.day, last.id))

    assert (first.more, second.more, first.count) == (True, False, 5)
    assert [one.label[0] for one in first.records + second.records] == ["1", "0", "3", "2", "4"]


def test_of_entered_values_only_the_latest_counts(session: Session, cast: Cast) -> None:
    """P5"""
    measured(session, cast, 1, ValueType.PERCENT, Retention={"value": "latest"})
    program = acme(session, cast).program
    assert program
    retention = session.get_one(Category, program.category_ids["Retention"])
    for day in (date(2026, 1, 1), date(2026, 2, 1), date(2026, 8, 1)):
        factories.measurement(session, cast.acme, retention, day, "70")

    counted = page(session, cast, "Retention")
    left_out = page(session, cast, "Retention", counting=False)

    assert [one.day for one in counted.records] == [date(2026, 2, 1)]
    assert [one.why.split(":")[0] for one in left_out.records] == [
        "Its day is not one of those that count",
        "A later value counts.",
    ]


def test_growth_has_two_lists(session: Session, cast: Cast) -> None:
    """P5"""
    story = measured(
        session,
        cast,
        1,
        ValueType.PERCENT,
        Growth={"growth": {"sum": "order lines", "over": "calendar year"}},
    )
    factories.order(session, cast.acme, "now", DAY, (story.bike, "1"))
    factories.order(session, cast.acme, "before", date(2025, 12, 31), (story.bike, "1"))

    now, before = (page(session, cast, "Growth", part=part) for part in (0, 1))

    assert [one.label[:3] for one in now.records] == ["now"]
    assert [one.label[:6] for one in before.records] == ["before"]
    assert before.title == "Order lines, the period before"
    assert behind(session, acme(session, cast), "Growth", part=2) is None


def test_every_record_at_once_for_everybody(session: Session, cast: Cast) -> None:
    """P5"""
    story = told(session, cast)
    factories.order(session, cast.acme, "1", DAY, (story.bike, "1"))

    found = every_record(session, [acme(session, cast)])

    assert [one.label for one in found[cast.acme.id, "Ordered amount"]] == ["1, line 1, BIKE"]
