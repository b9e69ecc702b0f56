"""F5: what may be planned, what the fund's part is, and how many steps approve it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import activities as rule
from app.rules.activities import Act, MoreThanReserved, NotNow, Plan, Rung, Standing
from app.rules.refusals import RuleBroken

D = Decimal
DAY = date(2026, 6, 15)
THREE = [Rung(D(0), "channel manager", 10), Rung(D(1000), "marketing", 5), Rung(D(5000), "marketing", 5)]


def a_plan(**more: Any) -> Plan:
    known = {
        "title": "Fair",
        "plan": "A stand",
        "starts_on": DAY,
        "ends_on": DAY,
        "budget": D(100),
        "currency": "USD",
    }
    return Plan(**{**known, **more})


@given(
    st.decimals("0.01", "1000000000", places=2, allow_nan=False),
    st.decimals("0.0001", "100", places=4, allow_nan=False),
)
def test_the_funds_part_is_the_nearest_cent_and_a_half_goes_up(budget: D, percent: D) -> None:
    """F5, M2: against fractions."""
    exact = Fraction(budget) * Fraction(percent)  # in cents: × 100 ÷ 100
    assert rule.share(budget, percent, "USD") == (exact + Fraction(1, 2)).__floor__()


@pytest.mark.parametrize(("currency", "share"), [("USD", 3334), ("JPY", 33), ("KWD", 33_337)])
def test_the_funds_part_has_the_places_of_its_currency(currency: str, share: int) -> None:
    """M1: 33.3333 % of 100.01."""
    assert rule.share(D("100.01"), D("33.3333"), currency) == share


@pytest.mark.parametrize(
    ("amount", "currency", "sentence"),
    [
        (D("0.001"), "USD", "USD has 2 places"),
        (D("1.0001"), "KWD", "KWD has 3 places"),
        (D("1.5"), "JPY", "JPY has no places"),
        (D("-0.01"), "USD", "zero or more"),
        (D("NaN"), "USD", "zero or more"),
        (D("sNaN"), "USD", "zero or more"),
        (D("Infinity"), "USD", "zero or more"),
        (D("1e999"), "USD", "too large"),
        (D(1), "XXY", "not a currency"),
    ],
)
def test_an_amount_is_made_of_its_currencys_coins(amount: D, currency: str, sentence: str) -> None:
    """M1: bad input of the issue, three decimals in a two-decimal currency."""
    with pytest.raises(RuleBroken, match=sentence):
        rule.check_money(amount, currency, "amount")


@pytest.mark.parametrize(
    ("amount", "currency"), [("1.10", "USD"), ("1.1000", "USD"), ("0", "JPY"), ("5.001", "KWD")]
)
def test_zeros_at_the_end_are_no_places(amount: str, currency: str) -> None:
    """M1"""
    rule.check_money(D(amount), currency, "amount")


def test_a_plan_that_is_right_is_kept() -> None:
    rule.check_plan(a_plan())
    rule.check_plan(a_plan(title="x" * 200, plan="y" * 8000, expected_leads=0, expected_amount=D(0)))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": "x" * 201}, "title"),
        ({"plan": "x" * 8001}, "plan"),
        ({"place": "x" * 201}, "place"),
        ({"ends_on": date(2026, 6, 14)}, "ends_on"),
        ({"budget": D("1e13") + D("0.01")}, "budget"),
        ({"expected_leads": 1_000_001}, "expected_leads"),
    ],
)
def test_a_plan_that_is_wrong_names_the_field(more: dict[str, Any], field: str) -> None:
    """F5"""
    with pytest.raises(RuleBroken) as refusal:
        rule.check_plan(a_plan(**more))

    assert refusal.value.field == field


# ---------------------------------------------------------------- steps


@pytest.mark.parametrize(
    ("amount", "many"),
    [(D(0), 1), (D("999.99"), 1), (D(1000), 2), (D("4999.9999"), 2), (D(5000), 3), (None, 3)],
)
def test_the_amount_says_how_many_steps(amount: D | None, many: int) -> None:
    """F5: from its amount on; an amount nobody can convert takes all (M3)."""
    assert rule.steps(THREE, amount) == THREE[:many]


@pytest.mark.parametrize(
    ("rungs", "sentence"),
    [
        ([], "one to 3 steps"),
        ([*THREE, Rung(D(9000), "marketing", 1)], "one to 3 steps"),
        (THREE[1:], "begins at 0"),
        ([THREE[0], Rung(D(0), "marketing", 1)], "higher amount"),
        ([THREE[0], THREE[2], THREE[1]], "higher amount"),
        ([Rung(D(0), "marketing", 0)], "1 to 365 days"),
        ([Rung(D(0), "marketing", 366)], "1 to 365 days"),
    ],
)
def test_steps_begin_at_zero_and_rise(rungs: list[Rung], sentence: str) -> None:
    """F5"""
    with pytest.raises(RuleBroken, match=sentence):
        rule.check_rungs(rungs)


@pytest.mark.parametrize(
    ("above", "amount", "two"),
    [
        (None, D(10**9), False),
        (D(100), D(100), False),
        (D(100), D("100.01"), True),
        (D(100), None, True),
        (D(0), D("0.01"), True),
    ],
)
def test_above_the_setting_two_people_are_needed(above: D | None, amount: D | None, two: bool) -> None:
    """A2: unknown amounts are careful."""
    assert rule.needs_two(above, amount) is two


# ---------------------------------------------------------------- proofs and payments


def test_what_is_missing_stands_in_the_order_of_the_checklist() -> None:
    """F5"""
    assert rule.missing(["List", "Photo", "Invoice"], ["Photo", "Photo"]) == ["List", "Invoice"]
    assert rule.missing([], []) == []


def test_a_settlement_at_the_reservation_is_its_last() -> None:
    """F5"""
    rule.check_settlement(100, 100, "USD", is_final=True)
    rule.check_settlement(0, 100, "USD", is_final=True)
    with pytest.raises(MoreThanReserved):
        rule.check_settlement(101, 100, "USD", is_final=True)
    with pytest.raises(RuleBroken, match="greater than zero"):
        rule.check_settlement(0, 100, "USD", is_final=False)


@given(
    st.sampled_from(sorted({status for of_act in rule.OPEN.values() for status in of_act} | {"cancelled"})),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(list(Act)),
)
def test_what_is_allowed_is_never_refused_and_the_other_way_round(
    status: str, asks: bool, paid: bool, holds: bool, act: Act
) -> None:
    """F5: the buttons and the verbs answer alike."""
    standing = Standing(status, asks_for_more=asks, is_paid=paid, is_reserved=holds)
    if standing.allows(act):
        standing.check(act, "Fair")
    else:
        with pytest.raises(NotNow):
            standing.check(act, "Fair")
