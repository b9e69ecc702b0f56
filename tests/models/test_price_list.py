"""R2 and the days of personal lists: what overlaps is refused in words, and by the database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.models import Price, PriceList, PriceScope, Product
from app.models.price_list import PricesOverlap
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast

D = Decimal


@pytest.fixture
def base(session: Session) -> PriceList:
    return factories.price_list(session, "BASE", PriceScope.BASE)


@pytest.fixture
def lamp(session: Session) -> Product:
    return factories.product(session, "LAMP")


def add(base: PriceList, lamp: Product, cast: Cast, **more: Any) -> Price:
    values: dict[str, Any] = {"currency": "USD", "unit_price": D(10), **more}
    return Price.add(base, lamp, by=cast.anna, **values)


def test_two_rows_for_the_same_key_may_not_overlap(base: PriceList, lamp: Product, cast: Cast) -> None:
    """R2"""
    add(base, lamp, cast, valid_from=date(2026, 1, 1))
    with pytest.raises(PricesOverlap, match="since 2026-01-01") as refusal:
        add(base, lamp, cast, valid_from=date(2026, 6, 1))

    assert refusal.value.field == "valid_from"


def test_the_database_refuses_an_overlap_too(
    session: Session, base: PriceList, lamp: Product, cast: Cast
) -> None:
    """R2"""
    add(base, lamp, cast)
    with pytest.raises(IntegrityError, match="ex_price_one_at_a_time"):
        factories.price(session, base, lamp, "11", valid_from=date(2026, 1, 1))


def test_another_currency_quantity_or_time_is_another_row(base: PriceList, lamp: Product, cast: Cast) -> None:
    """R2"""
    add(base, lamp, cast, valid_to=date(2026, 5, 31))
    add(base, lamp, cast, currency="EUR")
    add(base, lamp, cast, min_quantity=D(10))
    later = add(base, lamp, cast, valid_from=date(2026, 6, 1))

    assert str(later.days) == "since 2026-06-01"


def test_a_price_ends_so_that_the_next_may_begin(base: PriceList, lamp: Product, cast: Cast) -> None:
    """R2"""
    first = add(base, lamp, cast)
    first.end(date(2026, 5, 31), by=cast.anna)
    add(base, lamp, cast, valid_from=date(2026, 6, 1), unit_price=D(12))


def test_changing_a_price_into_another_ones_days_is_refused(
    base: PriceList, lamp: Product, cast: Cast
) -> None:
    """R2"""
    first = add(base, lamp, cast, valid_to=date(2026, 5, 31))
    add(base, lamp, cast, valid_from=date(2026, 6, 1))
    with pytest.raises(PricesOverlap):
        first.change(currency="USD", unit_price=D(10), by=cast.anna)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"unit_price": D(-1)}, "unit_price"),
        ({"min_quantity": D(0)}, "min_quantity"),
        ({"currency": "usd"}, "currency"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "valid_to"),
    ],
)
def test_a_price_that_cannot_be_is_refused_at_its_field(
    base: PriceList, lamp: Product, cast: Cast, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        add(base, lamp, cast, **given)

    assert refusal.value.field == field


def test_there_is_one_base_list_and_one_for_each_type(session: Session, base: PriceList, cast: Cast) -> None:
    """R1"""
    with pytest.raises(RuleBroken, match="only one"):
        PriceList.draw_up(session, code="B2", name="Base 2", scope=PriceScope.BASE, by=cast.anna)
    of_type: dict[str, Any] = {"scope": PriceScope.TYPE, "partner_type_id": cast.reseller.id, "by": cast.anna}
    PriceList.draw_up(session, code="R", name="Resellers", **of_type)
    with pytest.raises(RuleBroken, match="has a list already"):
        PriceList.draw_up(session, code="R2", name="Resellers 2", **of_type)


def test_a_personal_list_is_a_partners_once_at_a_time(session: Session, cast: Cast) -> None:
    """R1"""
    own = PriceList.draw_up(session, code="P", name="Friends", scope=PriceScope.PERSONAL, by=cast.anna)
    given = own.assign(cast.acme, valid_to=date(2026, 6, 30), by=cast.anna)
    own.assign(cast.bolt, by=cast.anna)
    own.assign(cast.acme, valid_from=date(2026, 7, 1), by=cast.anna)
    with pytest.raises(RuleBroken, match="some of these days"):
        own.assign(cast.acme, valid_from=date(2026, 8, 1), by=cast.anna)
    given.end(date(2026, 3, 31), by=cast.anna)

    assert str(given.days) == "up to 2026-03-31"


def test_only_a_personal_list_is_assigned(base: PriceList, cast: Cast) -> None:
    """R1"""
    with pytest.raises(RuleBroken, match="Only a personal list"):
        base.assign(cast.acme, by=cast.anna)


def test_two_people_adding_one_price_at_the_same_moment_leave_one(fresh_app: Accord) -> None:
    """R2"""
    with database.unit_of_work() as session:
        base_id = factories.price_list(session, "BASE", PriceScope.BASE).id
        lamp_id = factories.product(session, "LAMP").id
    together = Barrier(2)
    answers: list[str] = []

    def put() -> None:
        with fresh_app.app_context():
            try:
                with database.unit_of_work(scope.Scope(scope.Role.STAFF)) as own:
                    price_list, lamp = own.get_one(PriceList, base_id), own.get_one(Product, lamp_id)
                    together.wait()
                    Price.add(price_list, lamp, currency="USD", unit_price=D(10), by=None)
                answers.append("added")
            except PricesOverlap:
                answers.append("refused")

    pair = [Thread(target=put) for _ in range(2)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()

    assert sorted(answers) == ["added", "refused"]
