"""The catalogue: the partner's own prices and their why."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.models import ActivePeriod, PriceListPartner, PriceScope, Product, pricing
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.portal.conftest import TODAY, Story

SignIn = Callable[[str], FlaskClient]
CATALOGUE_QUERIES = 8


@pytest.fixture
def ledger(session: Session, story: Story) -> Product:
    """A product at 1,200 of its own and 1,000 on the base list."""
    product = factories.product(session, "LEDGER", name="Ledger", list_price=Decimal(1200), currency="USD")
    factories.price(session, factories.price_list(session, "BASE", PriceScope.BASE), product, "1000")
    session.commit()
    return product


def test_base_prices_carry_the_tiers_discount_shown_apart(sign_in: SignIn, ledger: Product) -> None:
    """R3"""
    page = sign_in("alice").get("/portal/catalogue").text

    assert "1,000.00" in page
    assert "10 %" in page
    assert "900.00" in page
    assert "Base list: List BASE" in page


def test_a_personal_list_wins_and_takes_no_discount(
    sign_in: SignIn, ledger: Product, cast: Cast, session: Session
) -> None:
    """R1, R3"""
    own = factories.price_list(session, "OWN", PriceScope.PERSONAL)
    factories.added(session, PriceListPartner(price_list_id=own.id, partner_id=cast.acme.id))
    factories.price(session, own, ledger, "950")
    factories.price(session, own, ledger, "940", min_quantity=Decimal(10))
    session.commit()

    listed = sign_in("alice").get("/portal/catalogue").text
    shown = sign_in("alice").get(f"/portal/catalogue/{ledger.id}").text

    assert "950.00" in listed
    assert "Your own list: List OWN" in listed
    assert "900.00" not in listed
    assert "940.00" in shown
    assert "Base list: List BASE" in shown


def test_another_partner_sees_nothing_of_a_personal_list(
    sign_in: SignIn, ledger: Product, cast: Cast, session: Session
) -> None:
    """R1"""
    own = factories.price_list(session, "OWN", PriceScope.PERSONAL)
    factories.added(session, PriceListPartner(price_list_id=own.id, partner_id=cast.acme.id))
    factories.price(session, own, ledger, "950")
    session.commit()

    for address in ("/portal/catalogue", f"/portal/catalogue/{ledger.id}"):
        page = sign_in("bob").get(address).text
        assert "950.00" not in page
        assert "List OWN" not in page


def test_the_list_a_tier_grants_comes_before_the_types_list(
    sign_in: SignIn, ledger: Product, cast: Cast, session: Session
) -> None:
    """R1"""
    of_type = factories.price_list(session, "RESELL", PriceScope.TYPE, cast.reseller)
    factories.price(session, of_type, ledger, "980")
    session.commit()

    page = sign_in("alice").get("/portal/catalogue").text

    assert "980.00" in page
    assert "Your type&#39;s list: List RESELL" in page


def test_the_product_itself_is_the_last_answer(sign_in: SignIn, story: Story, session: Session) -> None:
    """R1, R3"""
    factories.product(session, "CARE", name="Care", list_price=Decimal("80.5"), currency="USD")
    session.commit()

    page = sign_in("alice").get("/portal/catalogue").text

    assert "80.50" in page
    assert "72.45" in page
    assert "The product&#39;s own price" in page


def test_no_price_is_said_and_never_zero(sign_in: SignIn, story: Story, session: Session) -> None:
    """R4"""
    product = factories.product(session, "BARE", name="Bare")
    session.commit()
    alice = sign_in("alice")

    assert "No price yet" in alice.get("/portal/catalogue").text
    assert "no price for you today" in alice.get(f"/portal/catalogue/{product.id}").text


def test_without_an_active_partnership_there_is_no_discount(
    sign_in: SignIn, ledger: Product, session: Session
) -> None:
    """P3"""
    session.execute(delete(ActivePeriod))
    session.commit()

    assert "900.00" not in sign_in("alice").get("/portal/catalogue").text


def test_a_retired_product_is_not_offered(sign_in: SignIn, ledger: Product, session: Session) -> None:
    """R1"""
    ledger.active = False
    session.commit()

    assert "Ledger" not in sign_in("alice").get("/portal/catalogue").text


def test_the_catalogue_is_searched_filtered_and_exported(
    sign_in: SignIn, ledger: Product, session: Session
) -> None:
    """Every list exports what it shows."""
    factories.product(
        session, "DESK", name="Care desk", category="Service", list_price=Decimal(5), currency="USD"
    )
    session.commit()
    alice = sign_in("alice")

    assert "Ledger" not in alice.get("/portal/catalogue?q=care").text
    assert "Ledger" not in alice.get("/portal/catalogue?category=Service").text
    lines = alice.get("/portal/catalogue.csv").text.splitlines()
    assert lines[0].startswith("Product,SKU,Category,Price")
    assert [line.split(",")[0] for line in lines[1:]] == ["Care desk", "Ledger"]


def test_staff_and_the_partner_see_the_same_price(
    ledger: Product, cast: Cast, session: Session, as_partner: Callable[..., AbstractContextManager[Session]]
) -> None:
    """R1: the scope narrows what is read, never what is answered."""

    def priced(reader: Session) -> str:
        terms = pricing.terms(reader, cast.acme.id, TODAY)
        assert terms is not None
        return pricing.offers(reader, terms, [ledger])[ledger.id].price().why

    for_staff = priced(session)
    with as_partner(cast.acme) as own:
        assert priced(own) == for_staff
        assert pricing.terms(own, cast.bolt.id, TODAY) is None


def test_the_catalogue_asks_little_of_the_database(
    sign_in: SignIn, ledger: Product, queries: Queries, session: Session
) -> None:
    """A budget, whatever the number of products."""
    for number in range(30):
        factories.product(session, f"P-{number}", list_price=Decimal(number), currency="USD")
    session.commit()
    alice = sign_in("alice")
    queries.clear()

    alice.get("/portal/catalogue")

    assert len(queries) <= CATALOGUE_QUERIES, "\n\n".join(queries)


def test_a_price_of_the_past_no_longer_holds(sign_in: SignIn, story: Story, session: Session) -> None:
    """R2"""
    product = factories.product(session, "OLD", name="Old", list_price=Decimal(50), currency="USD")
    base = factories.price_list(session, "BASE", PriceScope.BASE)
    factories.price(session, base, product, "44", valid_to=date(2026, 3, 1))
    session.commit()

    page = sign_in("alice").get("/portal/catalogue").text

    assert "44.00" not in page
    assert "50.00" in page
