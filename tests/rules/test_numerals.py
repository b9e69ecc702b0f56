"""M1: numbers are read by strict grammars, never guessed."""

from decimal import Decimal

import pytest

from app.rules import numerals
from app.rules.numerals import Grammar, NotANumber

EVIL = [
    "",
    " ",
    "1_000",
    "１２",
    "٣",
    "NaN",
    "sNaN",
    "inf",
    "-inf",
    "1,000",
    "1 000",
    "1.2.3",
    "--1",
    "0x10",
    "abc",
    "1\n",
    "1e999999",
]
GRAMMARS = [
    numerals.AMOUNT,
    numerals.PRICE,
    numerals.QUANTITY,
    numerals.RATE,
    numerals.MEASUREMENT,
    numerals.DISCOUNT,
    numerals.WHOLE,
]


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)
@pytest.mark.parametrize("text", EVIL)
def test_no_grammar_takes_what_only_looks_like_a_number(grammar: Grammar, text: str) -> None:
    """M1"""
    with pytest.raises(NotANumber) as refusal:
        grammar.parse(text, "amount")

    assert refusal.value.field == "amount"


@pytest.mark.parametrize("text", ["0", "-0.0001", "123456789012345.9999", "0012.5"])
def test_an_amount_has_at_most_four_places(text: str) -> None:
    """M1"""
    assert str(numerals.AMOUNT.parse(text)) == str(Decimal(text))


@pytest.mark.parametrize("text", ["1.00001", "1e3", "+1", "1.", ".5", "1234567890123456"])
def test_an_amount_allows_no_more(text: str) -> None:
    """M1"""
    assert not numerals.AMOUNT.allows(text)


@pytest.mark.parametrize("text", ["1", "5.0000000000000003E-2", ".5", "5.", "1.0825", "1e-10"])
def test_a_rate_is_kept_in_full(text: str) -> None:
    """M3"""
    assert numerals.RATE.parse(text) == Decimal(text)


@pytest.mark.parametrize("text", ["0", "-1", "0.000"])
def test_a_rate_is_above_zero_but_a_measurement_need_not_be(text: str) -> None:
    """M3"""
    assert not numerals.RATE.allows(text)
    assert numerals.MEASUREMENT.allows(text)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("0", True),
        ("1", True),
        ("1.000000", True),
        ("0.150000", True),
        ("1.1", False),
        ("-0.1", False),
        ("0.1234567", False),
        ("2", False),
    ],
)
def test_a_discount_is_between_none_and_all(text: str, allowed: bool) -> None:
    """M2"""
    assert numerals.DISCOUNT.allows(text) is allowed


def test_postgresql_reads_the_same_pattern() -> None:
    """M1"""
    assert numerals.AMOUNT.postgres == f"^(?:{numerals.AMOUNT.pattern})$"
