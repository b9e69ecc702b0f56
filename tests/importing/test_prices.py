"""Price lists and prices from files (R1, R2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Price
from tests import factories
from tests.cast import Cast
from tests.importing.conftest import BringIn

LISTS = "code,name,scope,partner_type"
PRICES = "price_list,sku,currency,min_quantity,valid_from,valid_to,unit_price"


@pytest.fixture(autouse=True)
def lists(session: Session, cast: Cast, bring_in: BringIn) -> None:
    factories.product(session, "BIKE")
    session.commit()
    bring_in("price-lists", LISTS, "BASE,Base,base,", "OWN,Personal,personal,")


def test_a_key_left_empty_has_a_value(
    session: Session, bring_in: BringIn, exported: Callable[..., list[str]]
) -> None:
    bring_in("prices", PRICES, "BASE,BIKE,USD,,,,10")

    again = bring_in("prices", PRICES, "BASE,BIKE,USD,1,,,10.0000")

    assert again.counts == (0, 0, 1)
    assert exported("prices")[1:] == ["BASE,BIKE,USD,1.0000,,,10.0000"]


@pytest.mark.parametrize(
    "rows",
    [
        ["BASE,BIKE,USD,1,2026-01-01,,10", "BASE,BIKE,USD,1,2026-06-01,,11"],
        ["BASE,BIKE,USD,1,2026-06-01,,11", "BASE,BIKE,USD,1,,2026-06-01,10"],
    ],
)
def test_two_prices_of_one_key_may_not_overlap(session: Session, bring_in: BringIn, rows: list[str]) -> None:
    """R2"""
    assert "holds on some of these days" in bring_in("prices", PRICES, *rows).whys
    assert session.scalar(select(Price)) is None


def test_a_price_may_not_overlap_a_stored_one_either(bring_in: BringIn) -> None:
    """R2"""
    bring_in("prices", PRICES, "BASE,BIKE,USD,1,2026-06-01,,11")

    earlier = bring_in("prices", PRICES, "BASE,BIKE,USD,1,2026-01-01,,10")
    later = bring_in("prices", PRICES, "BASE,BIKE,USD,1,2026-07-01,,12")
    beside = bring_in("prices", PRICES, "BASE,BIKE,EUR,1,2026-07-01,,12", "BASE,BIKE,USD,10,2026-07-01,,12")

    assert (earlier.outcome.refused, later.outcome.refused, beside.counts) == (1, 1, (2, 0, 0))


def test_a_price_ends_where_the_next_begins_whatever_their_order_in_the_file(bring_in: BringIn) -> None:
    """R2"""
    bring_in("prices", PRICES, "BASE,BIKE,USD,1,2026-01-01,,10")

    brought = bring_in(
        "prices", PRICES, "BASE,BIKE,USD,1,2026-06-01,,11", "BASE,BIKE,USD,1,2026-01-01,2026-05-31,10"
    )

    assert brought.counts == (1, 1, 0)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("NONE,BIKE,USD,1,,,10", "no price list"),
        ("BASE,CAR,USD,1,,,10", "no product"),
        ("BASE,BIKE,USD,0,,,10", "not above 0"),
        ("BASE,BIKE,USD,1,,,-1", "less than 0"),
        ("BASE,BIKE,USD,1,2026-02-01,2026-01-31,10", "before valid_from"),
    ],
)
def test_a_price_that_cannot_be_is_refused(bring_in: BringIn, row: str, words: str) -> None:
    assert words in bring_in("prices", PRICES, row).whys


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["B2,Second base,base,"], "one base list only"),
        (["T1,Type,type,"], "names its partner type"),
        (["T1,Type,granted,Reseller"], "names its partner type"),
        (["T1,One,type,Reseller", "T2,Two,type,Reseller"], "one list only"),
        (["X,Strange,secret,"], "not one of base, type, granted, personal"),
    ],
)
def test_a_list_that_cannot_be_is_refused(bring_in: BringIn, rows: list[str], words: str) -> None:
    """R1"""
    assert words in bring_in("price-lists", LISTS, *rows).whys


def test_a_personal_list_is_given_to_partners_for_a_time(
    bring_in: BringIn, exported: Callable[..., list[str]]
) -> None:
    """R1"""
    header = "price_list,partner_code,valid_from,valid_to"

    given = bring_in(
        "price-list-partners", header, "OWN,ACME,,2026-05-31", "OWN,ACME,2026-06-01,", "OWN,BOLT,,"
    )
    overlapping = bring_in("price-list-partners", header, "OWN,ACME,2026-05-01,2026-05-02")
    base = bring_in("price-list-partners", header, "BASE,ACME,,")

    assert given.counts == (3, 0, 0)
    assert "has this list already" in overlapping.whys
    assert "Only a personal list" in base.whys
    assert exported("price-list-partners", "BOLT")[1:] == ["OWN,BOLT,,"]
