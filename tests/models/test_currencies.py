"""M1: a currency is one of ISO 4217's, wherever it is typed: an unknown one has no minor unit, so no page could show it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.models import OperatingCompany, Price, PriceScope, Product, ProgramVersion
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast


def test_a_partner_buys_in_a_currency_that_there_is(session: Session, cast: Cast) -> None:
    """M1"""
    with pytest.raises(RuleBroken, match="not a currency"):
        cast.acme.change(by=cast.anna, currency="ABC")


def test_a_price_is_in_a_currency_that_there_is(session: Session, cast: Cast) -> None:
    """M1"""
    base = factories.price_list(session, "BASE", PriceScope.BASE)
    lamp = factories.product(session, "LAMP")

    with pytest.raises(RuleBroken, match="not a currency"):
        Price.add(base, lamp, currency="ABC", unit_price=Decimal(1), by=cast.anna)


def test_a_products_own_price_is_in_a_currency_that_there_is(session: Session, cast: Cast) -> None:
    """M1"""
    facts = {"sku": "LAMP", "name": "Lamp", "list_price": Decimal(1), "currency": "ABC"}

    with pytest.raises(RuleBroken, match="not a currency"):
        Product.offer(session, by=cast.anna, **facts)


def test_a_company_trades_in_a_currency_that_there_is(session: Session, cast: Cast) -> None:
    """M1"""
    with pytest.raises(RuleBroken, match="not a currency"):
        OperatingCompany.found(
            session, code="X", name="X", country="DE", currency="ABC", time_zone="UTC", by=cast.anna
        )


def test_a_program_is_in_a_currency_that_there_is(session: Session, cast: Cast) -> None:
    """M1, P12"""
    with pytest.raises(RuleBroken, match="not a currency"):
        ProgramVersion.begin_empty(session, "2030", "ABC")
