"""P9: how the tier held follows the tier earned."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.policies import decide
from app.rules.program import Downgrades, Policies, Upgrades

TODAY = date(2013, 6, 30)
GRACE = Policies(downgrades=Downgrades.AFTER_GRACE, grace_days=30)


@pytest.mark.parametrize(
    ("upgrades", "review", "rank", "waits"),
    [
        (Upgrades.AT_ONCE, False, 2, False),
        (Upgrades.AT_REVIEW, False, 1, False),
        (Upgrades.AT_REVIEW, True, 2, False),
        (Upgrades.WITH_APPROVAL, True, 1, True),
    ],
)
def test_a_partner_rises_at_once_at_the_review_or_with_approval(
    upgrades: Upgrades, review: bool, rank: int, waits: bool
) -> None:
    """P9"""
    decision = decide(1, 2, Policies(upgrades=upgrades), TODAY, review=review)

    assert (decision.rank, decision.awaits_approval) == (rank, waits)


@pytest.mark.parametrize(
    ("downgrades", "review", "rank"),
    [(Downgrades.NEVER, True, 2), (Downgrades.AT_REVIEW, False, 2), (Downgrades.AT_REVIEW, True, 1)],
)
def test_a_partner_falls_never_or_at_the_review(downgrades: Downgrades, review: bool, rank: int) -> None:
    """P9"""
    assert decide(2, 1, Policies(downgrades=downgrades), TODAY, review=review).rank == rank


def test_grace_begins_with_a_day_that_the_partner_sees() -> None:
    """P9"""
    decision = decide(2, 1, GRACE, TODAY)

    assert (decision.rank, decision.at_risk_until) == (2, date(2013, 7, 30))


def test_grace_lasts_through_its_last_day_and_the_tier_falls_on_the_next() -> None:
    """P9, M4"""
    last = date(2013, 7, 30)

    assert decide(2, 0, GRACE, last, at_risk_until=last).rank == 2
    assert decide(2, 0, GRACE, date(2013, 7, 31), at_risk_until=last).rank == 0


def test_grace_is_not_prolonged_by_being_looked_at() -> None:
    """P9"""
    decision = decide(2, 1, GRACE, date(2013, 7, 20), at_risk_until=date(2013, 7, 30))

    assert decision.at_risk_until == date(2013, 7, 30)


def test_earning_the_tier_again_ends_the_risk() -> None:
    """P9"""
    assert decide(2, 2, GRACE, TODAY, at_risk_until=date(2013, 7, 30)).at_risk_until is None
    assert decide(2, 3, GRACE, TODAY, at_risk_until=date(2013, 7, 30)).at_risk_until is None


@settings(max_examples=25, deadline=None)
@given(
    held=st.integers(0, 3),
    earned=st.integers(0, 3),
    upgrades=st.sampled_from(Upgrades),
    downgrades=st.sampled_from(Downgrades),
    review=st.booleans(),
)
def test_a_policy_moves_to_the_earned_tier_or_not_at_all(
    held: int, earned: int, upgrades: Upgrades, downgrades: Downgrades, review: bool
) -> None:
    """P9"""
    policies = Policies(upgrades=upgrades, downgrades=downgrades, grace_days=10)

    decision = decide(held, earned, policies, TODAY, review=review)

    assert decision.rank in (held, earned)
    assert decision.why
    assert (decision.at_risk_until is not None) <= (earned < held)
