"""R1, R3: which price wins, and why."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.periods import Days
from app.rules.pricing import Candidate, NoPrice, Standing, choose

DAY = date(2013, 6, 30)
D = Decimal


def row(
    standing: Standing,
    price: str,
    minimum: int = 1,
    source: str = "",
    currency: str = "USD",
    valid: Days | None = None,
) -> Candidate:
    return Candidate(
        standing, D(price), currency, D(minimum), valid or Days(None, None), source or standing.name
    )


OWN = Candidate(Standing.PRODUCT, D(100), "USD")
BASE = row(Standing.BASE, "90")
TYPE = row(Standing.TYPE, "95")
TIER = row(Standing.TIER, "97")
PERSONAL = row(Standing.PERSONAL, "99")


@pytest.mark.parametrize(
    ("there", "wins"),
    [
        ([OWN], OWN),
        ([OWN, BASE], BASE),
        ([OWN, BASE, TYPE], TYPE),
        ([OWN, BASE, TYPE, TIER], TIER),
        ([OWN, BASE, TYPE, TIER, PERSONAL], PERSONAL),
    ],
)
def test_the_list_nearest_to_the_partner_wins_even_if_it_is_dearer(
    there: list[Candidate], wins: Candidate
) -> None:
    """R1"""
    price = choose(there, D(1), "USD", DAY)

    assert price.chosen is wins
    assert len(price.runners_up) == len(there) - 1
    assert all(one.why for one in price.runners_up)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("1", "60"), ("10", "60"), ("11", "58"), ("14.9999", "58"), ("40", "50"), ("-11", "58")],
)
def test_within_a_list_the_largest_minimum_not_above_the_quantity_wins(quantity: str, expected: str) -> None:
    """R1"""
    rows = [
        row(Standing.BASE, price, minimum, "Dealer")
        for minimum, price in ((1, "60"), (11, "58"), (15, "55"), (25, "50"))
    ]

    assert choose(rows, D(quantity), "USD", DAY).chosen.unit_price == D(expected)


def test_a_break_above_the_quantity_in_a_personal_list_leaves_the_next_list() -> None:
    """R1"""
    price = choose([row(Standing.PERSONAL, "1", 100), BASE], D(5), "USD", DAY)

    assert price.chosen is BASE
    assert price.runners_up[0].why == "It begins at 100."


def test_the_discount_comes_off_base_prices_and_the_products_own_only() -> None:
    """R3"""
    assert choose([BASE], D(1), "USD", DAY, D(10)).net == D(81)
    assert choose([OWN], D(1), "USD", DAY, D("2.5")).net == D("97.5")
    typed = choose([TYPE, BASE], D(1), "USD", DAY, D(10))
    assert (typed.discount, typed.net) == (D(0), D(95))
    assert "does not apply" in typed.why


def test_other_currencies_and_other_days_do_not_count() -> None:
    """R1, R2"""
    euro = row(Standing.PERSONAL, "80", currency="EUR")
    past = row(Standing.TYPE, "80", valid=Days(None, date(2013, 6, 29)))

    price = choose([euro, past, BASE], D(1), "USD", DAY)

    assert price.chosen is BASE
    assert [one.why for one in price.runners_up] == ["It is in EUR.", "It holds up to 2013-06-29."]


def test_a_missing_price_is_an_error_and_never_zero() -> None:
    """R4"""
    with pytest.raises(NoPrice) as refusal:
        choose([BASE], D(1), "GBP", DAY)

    assert refusal.value.code == "no_price"
    assert "GBP" in refusal.value.sentence


def test_of_two_personal_lists_the_cheaper_wins() -> None:
    """R1"""
    dear, cheap = row(Standing.PERSONAL, "70", source="A"), row(Standing.PERSONAL, "60", source="B")

    assert choose([dear, cheap], D(1), "USD", DAY).chosen is cheap


candidates = st.lists(
    st.builds(
        row,
        st.sampled_from(Standing),
        st.integers(1, 99).map(str),
        st.integers(1, 30),
        st.sampled_from("AB"),
        st.sampled_from(["USD", "EUR"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: (one.standing, one.source, one.min_quantity, one.currency),
)


@settings(max_examples=25, deadline=None)
@given(there=candidates, data=st.data(), quantity=st.integers(1, 40))
def test_the_order_of_rows_does_not_matter(
    there: list[Candidate], data: st.DataObject, quantity: int
) -> None:
    """R1"""
    shuffled = data.draw(st.permutations(there))
    try:
        expected = choose(there, D(quantity), "USD", DAY).chosen
    except NoPrice:
        with pytest.raises(NoPrice):
            choose(shuffled, D(quantity), "USD", DAY)
    else:
        assert choose(shuffled, D(quantity), "USD", DAY).chosen == expected
