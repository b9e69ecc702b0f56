"""Products, price lists, prices, and “Price for…” with its why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Price,
    PriceList,
    PriceListPartner,
    PriceScope,
    Product,
    ValueType,
    pricing,
)
from app.rules.pricing import DISCOUNT, Standing
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries

SignIn = Callable[[str], FlaskClient]
DAY = date(2026, 3, 2)
D = Decimal


@pytest.fixture(autouse=True)
def march() -> object:
    with time_machine.travel("2026-03-02 10:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def lamp(session: Session) -> Product:
    return factories.product(session, "LAMP", name="Desk lamp", list_price=D(100), currency="USD")


@pytest.fixture
def base(session: Session, lamp: Product) -> PriceList:
    base = factories.price_list(session, "BASE", PriceScope.BASE)
    factories.price(session, base, lamp, "90")
    factories.price(session, base, lamp, "85", min_quantity=D(10))
    session.commit()
    return base


def gold_gives(session: Session, cast: Cast, discount: str, granted: PriceList | None = None) -> None:
    """Acme holds Gold, which gives a discount and perhaps a list."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Gold")
    rung = factories.rung(session, ladder, "Gold")
    reduction = factories.category(session, DISCOUNT, ValueType.PERCENT)
    factories.benefit(session, rung, reduction, number=D(discount))
    if granted is not None:
        prices = factories.category(session, "Price list", ValueType.PRICE_LIST)
        factories.benefit(session, rung, prices, price_list_id=granted.id)
    factories.published(session, version, date(2026, 1, 1))
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2026, 12, 31), "Gold")
    session.commit()


def test_the_nearest_list_wins_one_after_another(
    session: Session, cast: Cast, lamp: Product, base: PriceList
) -> None:
    """R1"""
    won = []

    def ask() -> None:
        answer = pricing.price_for(session, cast.acme, lamp, DAY)
        assert answer.price is not None
        won.append((answer.price.chosen.standing, answer.price.chosen.unit_price))

    ask()
    kind = factories.price_list(session, "RESELLERS", PriceScope.TYPE, cast.reseller)
    factories.price(session, kind, lamp, "95")
    ask()
    granted = factories.price_list(session, "GOLD", PriceScope.GRANTED)
    factories.price(session, granted, lamp, "97")
    gold_gives(session, cast, "10", granted)
    ask()
    own = factories.price_list(session, "ACME", PriceScope.PERSONAL)
    factories.price(session, own, lamp, "99")
    own.assign(cast.acme, by=cast.anna)
    ask()

    assert won == [
        (Standing.BASE, D(90)),
        (Standing.TYPE, D(95)),
        (Standing.TIER, D(97)),
        (Standing.PERSONAL, D(99)),
    ]


def test_the_discount_comes_off_base_prices_only_and_apart(
    session: Session, cast: Cast, lamp: Product, base: PriceList
) -> None:
    """R3"""
    gold_gives(session, cast, "10")
    answer = pricing.price_for(session, cast.acme, lamp, DAY, D(10))
    assert answer.price is not None

    assert (answer.price.chosen.unit_price, answer.price.discount, answer.price.net) == (
        D(85),
        D(10),
        D("76.5"),
    )
    assert answer.amount == D("765.0000")


def test_a_partner_reads_the_same_prices_as_staff_and_nobody_elses(
    session: Session, cast: Cast, lamp: Product, base: PriceList, as_partner: Callable[..., object]
) -> None:
    """R1, A6"""
    own = factories.price_list(session, "BOLT", PriceScope.PERSONAL)
    factories.price(session, own, lamp, "1")
    own.assign(cast.bolt, by=cast.anna)
    session.commit()
    said = pricing.prices_for(session, cast.acme, [lamp], DAY)
    with as_partner(cast.acme) as mine:  # type: ignore[attr-defined]
        read = pricing.prices_for(mine, cast.acme, [lamp], DAY)
        lists = set(mine.scalars(select(PriceList.code)))

    assert read[lamp.id] == said[lamp.id]
    assert lists == {"BASE"}


def test_a_page_of_prices_takes_two_questions(
    session: Session, cast: Cast, base: PriceList, queries: Queries
) -> None:
    products = [factories.product(session, f"P{n}", list_price=D(n), currency="USD") for n in range(1, 26)]
    session.commit()
    session.refresh(cast.acme)
    queries.clear()
    pricing.prices_for(session, cast.acme, products, DAY)

    assert len(queries) == 2


def test_the_page_says_which_row_won_and_why(sign_in: SignIn, base: PriceList) -> None:
    """R1"""
    page = (
        sign_in("sam")
        .get("/partnership/price-for?partner=acme&sku=lamp&on=2026-03-02&quantity=12&currency=")
        .text
    )

    assert "From the base list “List BASE”, row from 10, for a quantity of 12." in page
    assert "1,020.00" in page
    assert "The row from 10 is nearer to the quantity." in page
    assert "The base list comes first." in page


def test_no_price_is_said_and_never_zero(sign_in: SignIn, base: PriceList) -> None:
    """R4"""
    page = (
        sign_in("sam")
        .get("/partnership/price-for?partner=acme&sku=lamp&on=2026-03-02&quantity=1&currency=CHF")
        .text
    )

    assert "There is no price in CHF" in page


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("partner=NOBODY&sku=LAMP&quantity=1", "There is no partner with this code"),
        ("partner=ACME&sku=NOTHING&quantity=1", "There is no product with this SKU"),
        ("partner=ACME&sku=LAMP&quantity=1e3", "is not a quantity"),
        ("partner=ACME&sku=LAMP&quantity=1,000", "is not a quantity"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    sign_in: SignIn, base: PriceList, asked: str, sentence: str
) -> None:
    answer = sign_in("sam").get(f"/partnership/price-for?{asked}&on=2026-03-02&currency=")

    assert answer.status_code == 422
    assert sentence in answer.text


def test_an_overlap_is_refused_at_the_field(sign_in: SignIn, base: PriceList) -> None:
    """R2"""
    given = {
        "sku": "LAMP",
        "currency": "USD",
        "unit_price": "80",
        "min_quantity": "",
        "valid_from": "2026-06-01",
    }
    answer = sign_in("anna").post(f"/partnership/price-lists/{base.id}/prices/new", data=given)

    assert answer.status_code == 422
    assert "has a price for this product, currency and quantity already: 90 USD, all time" in answer.text
    assert 'id="valid_from-error"' in answer.text


@pytest.mark.parametrize("amount", ["1.234,50", "NaN", "1e5", "１２", "-", "1.00001"])
def test_an_amount_that_is_not_one_is_refused_by_field(sign_in: SignIn, base: PriceList, amount: str) -> None:
    """M1"""
    given = {"sku": "LAMP", "currency": "EUR", "unit_price": amount, "min_quantity": ""}
    answer = sign_in("anna").post(f"/partnership/price-lists/{base.id}/prices/new", data=given)

    assert answer.status_code == 422
    assert 'id="unit_price-error"' in answer.text


def test_a_price_is_added_changed_and_ended(
    sign_in: SignIn, session: Session, base: PriceList, lamp: Product
) -> None:
    """R2"""
    anna, prices = sign_in("anna"), f"/partnership/price-lists/{base.id}/prices"
    given = {
        "sku": "lamp",
        "currency": "EUR",
        "unit_price": "80.5",
        "min_quantity": "",
        "valid_from": "2026-01-01",
    }
    assert anna.post(f"{prices}/new", data=given).status_code == 303
    price = session.scalars(select(Price).where(Price.currency == "EUR")).one()
    form = anna.get(f"{prices}/{price.id}/edit").text
    assert 'value="80.5"' in form
    assert 'value="2026-01-01"' in form
    changed = {**given, "unit_price": "81"}
    assert anna.post(f"{prices}/{price.id}/edit", data=changed).status_code == 303
    assert anna.post(f"{prices}/{price.id}/end", data={"valid_to": "2025-12-31"}).status_code == 422
    assert anna.post(f"{prices}/{price.id}/end", data={"valid_to": "2026-06-30"}).status_code == 303
    session.expire_all()

    assert (price.unit_price, price.valid_to) == (D(81), date(2026, 6, 30))
    assert "LAMP" in anna.get(f"{prices}.csv").text
    assert anna.get(f"/partnership/price-lists/{base.id + 1000}/prices").status_code == 404


def test_a_price_is_not_found_under_another_list(sign_in: SignIn, session: Session, base: PriceList) -> None:
    other = factories.price_list(session, "OTHER", PriceScope.PERSONAL)
    session.commit()
    price = session.scalars(select(Price)).first()
    assert price is not None

    assert sign_in("anna").get(f"/partnership/price-lists/{other.id}/prices/{price.id}").status_code == 404


def test_a_personal_list_is_assigned_and_ended(sign_in: SignIn, session: Session, cast: Cast) -> None:
    """R1"""
    own = factories.price_list(session, "FRIENDS", PriceScope.PERSONAL)
    session.commit()
    anna, lists = sign_in("anna"), "/partnership/price-lists"
    unknown = anna.post(f"{lists}/{own.id}/partners/new", data={"partner": "NOBODY"})
    assert unknown.status_code == 422
    assert "no partner with this code" in unknown.text
    assert anna.post(f"{lists}/{own.id}/partners/new", data={"partner": "acme"}).status_code == 303
    assert anna.post(f"{lists}/{own.id}/partners/new", data={"partner": "acme"}).status_code == 422
    given = session.scalars(select(PriceListPartner)).one()
    page = anna.get(f"/partnership/partners/{cast.acme.id}/prices").text
    assert "List FRIENDS" in page
    assert (
        anna.post(f"{lists}/assignments/{given.id}/end", data={"valid_to": "2026-03-31"}).status_code == 303
    )
    assert "31 Mar 2026" in anna.get(f"{lists}/{own.id}/partners").text


def test_lists_and_products_are_made_and_changed(sign_in: SignIn, session: Session, cast: Cast) -> None:
    anna = sign_in("anna")
    new_list = {"code": "R", "name": "Resellers", "scope": "type", "partner_type_id": str(cast.reseller.id)}
    assert anna.post("/partnership/price-lists/new", data=new_list).status_code == 303
    assert anna.post("/partnership/price-lists/new", data={**new_list, "code": "R2"}).status_code == 422
    product = {"sku": "CHAIR", "name": "Chair", "list_price": "12.50", "currency": "", "active": "y"}
    refused = anna.post("/partnership/products/new", data=product)
    assert refused.status_code == 422
    assert "in which currency" in refused.text
    assert anna.post("/partnership/products/new", data={**product, "currency": "EUR"}).status_code == 303
    chair = session.scalars(select(Product).where(Product.sku == "CHAIR")).one()
    assert (
        anna.post(
            f"/partnership/products/{chair.id}/edit", data={**product, "name": "Stool", "currency": "EUR"}
        ).status_code
        == 303
    )
    assert "Stool" in anna.get(f"/partnership/products/{chair.id}").text
    assert "Stool" in anna.get("/partnership/products?q=chai").text


@pytest.mark.parametrize("who", ["mona", "sam", "audrey"])
def test_only_those_who_configure_change_prices(sign_in: SignIn, base: PriceList, who: str) -> None:
    """A2"""
    person = sign_in(who)

    assert person.get("/partnership/price-lists").status_code == 200
    assert person.post("/partnership/price-lists/new").status_code == 403
    assert person.post(f"/partnership/price-lists/{base.id}/prices/new").status_code == 403
    assert person.post("/partnership/products/new").status_code == 403


def test_pages_of_prices_take_a_handful_of_queries(
    sign_in: SignIn, base: PriceList, queries: Queries, lamp: Product
) -> None:
    anna = sign_in("anna")
    pages = (
        "/partnership/products",
        f"/partnership/products/{lamp.id}",
        "/partnership/price-lists",
        f"/partnership/price-lists/{base.id}/prices",
        "/partnership/price-for?partner=ACME&sku=LAMP&on=2026-03-02&quantity=1&currency=",
    )
    for page in pages:
        queries.clear()
        assert anna.get(page).status_code == 200
        assert len(queries) <= 7, (page, queries)
