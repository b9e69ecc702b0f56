"""F3, M3: what a won deal credits, and how an entry says it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import accrual
from app.rules.accrual import Basis
from app.rules.entry_words import TITLES, said
from app.rules.money import minor_digits

KEPT = {"tier": "Bronze", "version": "2026-1"}
SOME = st.decimals(min_value="0", max_value="999999999999999", places=4)
PERCENT = st.decimals(min_value="0", max_value="100", places=4)
RATE = st.decimals(min_value="0.000000001", max_value="1000000", places=9)
CURRENCY = st.sampled_from(["JPY", "EUR", "USD", "KWD"])


def basis(amount: str, percent: str, currency: str = "USD", *, fund: str | None = None) -> Basis:
    """A deal in the fund's own currency."""
    return Basis(Decimal(amount), currency, Decimal(percent), fund or currency, "USD")


@pytest.mark.parametrize(
    ("amount", "percent", "currency", "units"),
    [
        ("50000", "1", "USD", 50000),
        ("0.99", "50", "USD", 50),
        ("0.2", "2.5", "USD", 1),
        ("0.1996", "2.5", "USD", 0),
        ("50", "1", "JPY", 1),
        ("49", "1", "JPY", 0),
        ("0.05", "1", "KWD", 1),
        ("0.04", "1", "KWD", 0),
        ("1000", "0", "USD", 0),
        ("-1000", "1", "USD", 0),
    ],
)
def test_a_credit_is_rounded_half_up_to_the_smallest_coin(
    amount: str, percent: str, currency: str, units: int
) -> None:
    """F3, M1: half a cent is a cent; yen have no cents, dinars have a thousand fils."""
    assert basis(amount, percent, currency).units() == units


@given(SOME, PERCENT, RATE, RATE, CURRENCY)
def test_a_converted_credit_equals_an_oracle_in_fractions(
    amount: Decimal, percent: Decimal, rate: Decimal, to_rate: Decimal, currency: str
) -> None:
    """F3, M3: amount × percent ÷ 100 × rate ÷ rate, unrounded until the one rounding at the end."""
    asked = Basis(amount, "CHF", percent, currency, "SEK", rate, to_rate)

    exact = Fraction(amount) * Fraction(percent) / 100 * Fraction(rate) / Fraction(to_rate)

    assert asked.units() == floor(exact * 10 ** minor_digits(currency) + Fraction(1, 2))


def test_a_credit_says_percent_amount_tier_and_program() -> None:
    """F3: the sentence of the issue, word for word."""
    assert (
        said("accrual", basis("50000", "1").facts() | KEPT) == "1 % of 50,000.00 USD, Bronze, program 2026-1"
    )


def test_a_converted_credit_says_the_rates_it_used() -> None:
    """F3, M3: at one rate where the program's currency is one side, at two where it is neither."""
    one = Basis(Decimal("50000.0000"), "USD", Decimal("2.5000"), "EUR", "USD", Decimal(1), Decimal("1.09230"))
    two = Basis(Decimal("10.125"), "GBP", Decimal(1), "EUR", "USD", Decimal("1.27"), Decimal("1.0923"))

    assert (
        accrual.sentence(one.facts() | KEPT)
        == "2.5 % of 50,000.00 USD, Bronze, program 2026-1 at 1 EUR = 1.0923 USD"
    )
    assert accrual.sentence(two.facts() | KEPT) == (
        "1 % of 10.125 GBP, Bronze, program 2026-1 at 1 GBP = 1.27 USD and 1 EUR = 1.0923 USD"
    )


@pytest.mark.parametrize(
    ("kind", "facts", "reason", "words"),
    [
        ("credit", {}, "Spring campaign", "Spring campaign"),
        ("debit", {}, None, "Debited by hand"),
        ("transfer in", {"fund": "Certification fund"}, "Agreed", "From Certification fund: Agreed"),
        ("transfer out", {"fund": "Marketing fund"}, None, "To Marketing fund"),
        ("reserve", {"activity": "Fair"}, None, "Reserved for “Fair”"),
        ("release", {}, None, "Not needed for a marketing activity"),
        ("settle", {"activity": "Fair"}, "Invoice 7", "Spent on “Fair”: Invoice 7"),
        ("expire", {"until": "2026-06-30"}, None, "Not used until 30 Jun 2026"),
        ("reversal", {}, "Posted to the wrong fund", "Reversed: Posted to the wrong fund"),
    ],
)
def test_every_kind_of_entry_says_why_it_is_there(
    kind: str, facts: dict[str, str], reason: str | None, words: str
) -> None:
    """F2, F8: each entry has its why."""
    assert said(kind, facts, reason) == words
    assert kind in TITLES
