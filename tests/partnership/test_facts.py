"""Exchange rates and measurements: kept by staff, with what follows (M3, P8, P10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Category,
    Event,
    ExchangeRate,
    Measurement,
    ParameterChange,
    Tier,
    TierPeriod,
    ValueType,
)
from tests import factories
from tests.cast import Cast

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def today() -> Iterator[date]:
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("UTC")), tick=False):
        yield date(2026, 3, 2)


@pytest.fixture
def survey(session: Session, cast: Cast) -> Category:
    """A program that makes whoever's customers are satisfied Silver; Acme is Registered."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Silver")
    survey = factories.category(
        session, "Survey", ValueType.DECIMAL, version, {"value": "latest", "over": "calendar year"}
    )
    factories.obligation(session, factories.rung(session, ladder, "Silver"), survey, 4)
    factories.published(session, version, date(2026, 1, 1))
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    session.commit()
    return survey


def entry(survey: Category, **changed: str) -> dict[str, str]:
    """What somebody types to enter a value."""
    return {
        "partner": "ACME",
        "category_id": str(survey.id),
        "day": "2026-03-01",
        "value": "4.5",
        "source": "Survey of spring",
        **changed,
    }


def tier_held(session: Session, cast: Cast) -> str:
    held = select(Tier.name).join(TierPeriod, TierPeriod.tier_id == Tier.id)
    acmes = held.where(TierPeriod.partner_id == cast.acme.id, TierPeriod.during.contains(date(2026, 3, 2)))
    return session.scalars(acmes).one()


def test_a_value_entered_is_an_event_a_row_of_history_and_moves_the_tier_at_once(
    sign_in: SignIn, session: Session, cast: Cast, survey: Category
) -> None:
    """P9, P10"""
    answer = sign_in("carl").post("/partnership/measurements/new", data=entry(survey))

    assert answer.status_code == 303
    assert session.scalars(select(Measurement.value)).one() == Decimal("4.5")
    assert "measurement.entered" in session.scalars(select(Event.kind)).all()
    row = session.scalars(select(ParameterChange).where(ParameterChange.what == "value entered")).one()
    assert (row.old, row.new, row.by_id) == (None, "4.5", cast.carl.id)
    assert tier_held(session, cast) == "Silver"


def test_a_corrected_value_keeps_what_it_was(
    sign_in: SignIn, session: Session, cast: Cast, survey: Category
) -> None:
    """P10"""
    client = sign_in("anna")
    client.post("/partnership/measurements/new", data=entry(survey, value="3"))
    number = session.scalars(select(Measurement.id)).one()

    answer = client.post(
        f"/partnership/measurements/{number}/edit", data={"value": "4.25", "source": "Survey"}
    )

    assert answer.status_code == 303
    changes = session.scalars(
        select(ParameterChange).where(ParameterChange.what == "value entered").order_by(ParameterChange.id)
    ).all()
    assert [(change.old, change.new) for change in changes] == [(None, "3"), ("3", "4.25")]
    assert tier_held(session, cast) == "Silver"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"partner": "NOBODY"}, "There is no partner with the code"),
        ({"day": "2026-03-03"}, "This day has not come yet"),
        ({"day": "2026-02-30"}, "Not a valid date"),
        ({"value": "1,5"}, "is not a measured value"),
        ({"value": "NaN"}, "is not a measured value"),
        ({"value": ""}, "Write the value"),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_field(
    sign_in: SignIn, session: Session, survey: Category, typed: dict[str, str], sentence: str
) -> None:
    answer = sign_in("anna").post("/partnership/measurements/new", data=entry(survey, **typed))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Survey of spring" in answer.text  # what was typed stays
    assert session.scalars(select(Measurement)).all() == []


def test_a_day_has_one_value(sign_in: SignIn, session: Session, survey: Category) -> None:
    client = sign_in("anna")
    client.post("/partnership/measurements/new", data=entry(survey))

    again = client.post("/partnership/measurements/new", data=entry(survey, value="2"))

    assert again.status_code == 422
    assert "already. Change that one." in again.text
    assert session.scalars(select(Measurement.value)).one() == Decimal("4.5")


def test_who_may_only_read_enters_nothing(sign_in: SignIn, session: Session, survey: Category) -> None:
    """A2"""
    for name in ("mona", "sam", "audrey"):
        client = sign_in(name)

        assert client.get("/partnership/measurements").status_code == 200
        assert client.post("/partnership/measurements/new", data=entry(survey)).status_code == 403
    for name in ("alice", "oscar", "sue"):
        assert sign_in(name).post("/partnership/measurements/new", data=entry(survey)).status_code == 403
    assert session.scalars(select(Measurement)).all() == []


def test_measurements_are_listed_and_exported(
    sign_in: SignIn, session: Session, cast: Cast, survey: Category
) -> None:
    factories.measurement(session, cast.acme, survey, date(2026, 2, 1), "4.125")
    factories.measurement(session, cast.bolt, survey, date(2026, 2, 2), "1")
    session.commit()
    client = sign_in("audrey")

    page = client.get(f"/partnership/measurements?partner=acme&category={survey.id}").text

    assert "4.125" in page
    assert "Bolt Trading" not in page
    assert "Acme Systems" in client.get("/partnership/measurements.csv").text


def test_a_rate_is_kept_in_full_and_partners_of_its_day_are_assessed(
    sign_in: SignIn, session: Session, cast: Cast
) -> None:
    """M3, P9: the rate that was missing makes the order count."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Silver")
    ordered = factories.category(
        session, "Ordered", ValueType.MONEY, version, {"sum": "order lines", "over": "calendar year"}
    )
    factories.obligation(session, factories.rung(session, ladder, "Silver"), ordered, 100)
    factories.published(session, version, date(2026, 1, 1))
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31))
    product = factories.product(session, "P")
    factories.order(session, cast.acme, "A-1", date(2026, 2, 3), (product, "90"), currency="GBP")
    session.commit()

    answer = sign_in("anna").post(
        "/partnership/exchange-rates/new",
        data={"currency": "gbp", "day": "2026-02-03", "rate": "1.2000000001"},
    )

    assert answer.status_code == 303
    assert session.scalars(select(ExchangeRate.rate)).one() == Decimal("1.2000000001")
    assert tier_held(session, cast) == "Silver"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"currency": "ABC"}, "is not a currency"),
        ({"rate": "0"}, "is not an exchange rate"),
        ({"rate": "-1"}, "is not an exchange rate"),
        ({"day": "2026-03-03"}, "This day has not come yet"),
        ({"day": "2026-01-05"}, "on this day already"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(
    sign_in: SignIn, session: Session, typed: dict[str, str], sentence: str
) -> None:
    factories.rate(session, "GBP", date(2026, 1, 5), "1.1")
    session.commit()

    answer = sign_in("carl").post(
        "/partnership/exchange-rates/new",
        data={"currency": "GBP", "day": "2026-02-03", "rate": "1.2", **typed},
    )

    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(session.scalars(select(ExchangeRate)).all()) == 1


def test_rates_are_listed_by_day_and_read_by_all_staff(sign_in: SignIn, session: Session) -> None:
    factories.rate(session, "GBP", date(2026, 1, 5), "1.16")
    factories.rate(session, "JPY", date(2026, 1, 5), "0.0061")
    session.commit()

    page = sign_in("mona").get("/partnership/exchange-rates?currency=JPY").text

    assert "0.0061" in page
    assert "1.16" not in page
    assert "New rate" not in page
    assert sign_in("sue").get("/partnership/exchange-rates").status_code == 403
