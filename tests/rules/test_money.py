"""M1, M2, M3: amounts are exact, and rounded in two places only."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules import money

D = Decimal
amounts = st.decimals(min_value=-(10**14), max_value=10**14, places=4)


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("EUR", 2)])
def test_a_currency_has_its_smallest_coin(currency: str, digits: int) -> None:
    """M1"""
    assert money.minor_digits(currency) == digits


def test_an_unknown_currency_is_refused() -> None:
    """M1"""
    with pytest.raises(money.UnknownCurrency) as refusal:
        money.minor_digits("BITCOIN")

    assert refusal.value.field == "currency"


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount"),
    [
        ("3", "2024.9940", "0", "6074.9820"),
        ("1", "0.00005", "0", "0.0001"),
        ("-1", "0.00005", "0", "-0.0001"),
        ("2", "10", "0.15", "17.0000"),
        ("5", "0", "0", "0.0000"),
    ],
)
def test_a_line_is_rounded_to_four_places_half_away_from_zero(
    quantity: str, price: str, discount: str, amount: str
) -> None:
    """M2"""
    assert money.line_amount(D(quantity), D(price), D(discount)) == D(amount)


@settings(max_examples=25, deadline=None)
@given(quantity=amounts, price=amounts, discount=st.decimals(0, 1, places=6))
def test_a_credit_note_mirrors_its_invoice(quantity: Decimal, price: Decimal, discount: Decimal) -> None:
    """M2, M5"""
    invoice = money.line_amount(quantity, price, discount)

    assert money.line_amount(-quantity, price, discount) == invoice.copy_negate()
    assert abs(
        Fraction(invoice) - Fraction(quantity) * Fraction(price) * (1 - Fraction(discount))
    ) <= Fraction(1, 20000)


@settings(max_examples=25, deadline=None)
@given(amount=amounts, currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_minor_units_there_and_back(amount: Decimal, currency: str) -> None:
    """M1, M2"""
    units = money.to_minor(amount, currency)

    assert money.from_minor(units, currency) == money.rounded(amount, currency)


def test_half_a_cent_goes_away_from_zero() -> None:
    """M2"""
    assert money.to_minor(D("0.005"), "USD") == 1
    assert money.to_minor(D("-0.005"), "USD") == -1
    assert money.to_minor(D("0.5"), "JPY") == 1


@settings(max_examples=25, deadline=None)
@given(amount=amounts, rate=st.decimals("0.000001", 1000, places=20))
def test_conversion_into_the_programs_currency_is_exact(amount: Decimal, rate: Decimal) -> None:
    """M3"""
    assert Fraction(money.convert(amount, rate)) == Fraction(amount) * Fraction(rate)


def test_conversion_between_two_others_goes_through_the_programs_currency() -> None:
    """M3"""
    assert money.convert(D(100), D("1.5"), D("0.75")) == D(200)
