"""P6, P7: what it takes to earn a tier."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.measures import NotComputable
from app.rules.program import Mode
from app.rules.tiers import Ladder, Requirement, Rung, judge, points, unreachable

D = Decimal


def thresholds(*rungs: Rung, **options: bool) -> Ladder:
    return Ladder(tuple(rungs), Mode.THRESHOLDS, **options)


BRONZE = Rung("Bronze", 1, (Requirement("Orders", D(5000)),))
SILVER = Rung("Silver", 2, (Requirement("Orders", D(50000)),))
GOLD = Rung("Gold", 3, (Requirement("Orders", D(200000)), Requirement("Certified", D(2))))
METALS = thresholds(BRONZE, SILVER, GOLD)


@pytest.mark.parametrize(
    ("amount", "tier"),
    [
        ("0", "Registered"),
        ("-7", "Registered"),
        ("4999.9999999999999999999999999999999", "Registered"),
        ("5000", "Bronze"),
        ("200000", "Silver"),
    ],
)
def test_the_highest_tier_met_is_earned_and_a_target_reached_exactly_counts(amount: str, tier: str) -> None:
    """P6, P7"""
    verdict = judge(METALS, {"Orders": D(amount), "Certified": D(1)})

    assert verdict.tier == tier


def test_a_verdict_says_what_is_missing_to_the_next_tier() -> None:
    """P6"""
    verdict = judge(METALS, {"Orders": D(60000), "Certified": D(1)})

    gold = verdict.above(verdict.rank)
    assert gold is not None
    assert [one.missing for one in gold.requirements] == [D(140000), D(1)]
    assert gold.why == "Missing: Orders and Certified."
    assert gold.requirements[1].why == "1 of 2, 1 missing"


def test_results_are_compared_with_the_next_tier_and_at_the_top_with_the_top() -> None:
    """P6"""
    lowest, top = judge(METALS, {"Orders": D(0)}), judge(METALS, {"Orders": D(10**6), "Certified": D(9)})

    assert lowest.measured_against == lowest.rungs[0]
    assert top.measured_against == top.rungs[2]


def test_what_cannot_be_computed_is_not_met_and_says_so() -> None:
    """P8"""
    verdict = judge(
        thresholds(BRONZE), {"Orders": NotComputable("The period before has nothing to grow from.")}
    )

    assert verdict.tier == "Registered"
    assert verdict.rungs[0].requirements[0].why == "The period before has nothing to grow from."
    assert verdict.rungs[0].requirements[0].missing is None


def test_what_was_never_measured_is_not_met() -> None:
    """P6"""
    assert judge(thresholds(BRONZE), {}).tier == "Registered"


def test_a_higher_tier_also_needs_the_lower_ones_unless_the_type_says_no() -> None:
    """P7"""
    low = Rung("Low", 1, (Requirement("Plan", D(1)),))
    high = Rung("High", 2, (Requirement("Orders", D(10)),))
    currents = {"Plan": D(0), "Orders": D(10)}

    assert judge(thresholds(low, high), currents).tier == "Registered"
    assert judge(thresholds(low, high, needs_lower_tiers=False), currents).tier == "High"


def test_of_an_any_of_group_one_is_enough_and_optional_ones_are_not_needed() -> None:
    """P6"""
    rung = Rung(
        "Bronze",
        1,
        (
            Requirement("Leads", D(3), any_of="sales"),
            Requirement("Deals", D(1), any_of="sales"),
            Requirement("Plan", D(1), mandatory=False),
            Requirement("Certified", D(1)),
        ),
    )

    assert (
        judge(thresholds(rung), {"Leads": D(0), "Deals": D(1), "Plan": D(0), "Certified": D(1)}).tier
        == "Bronze"
    )
    unmet = judge(thresholds(rung), {"Leads": D(2), "Deals": D(0), "Plan": D(1), "Certified": D(0)})
    assert unmet.rungs[0].why == "Missing: Certified and one of Leads or Deals."


CREATIO = Rung(
    "Bronze",
    1,
    (Requirement("Leads", D(10), score=D(40)), Requirement("Deals", D(100000), score=D(60))),
    D(80),
)


def test_points_in_full_or_nothing() -> None:
    """P6"""
    ladder = Ladder((CREATIO,), Mode.POINTS)

    assert judge(ladder, {"Leads": D(10), "Deals": D(99999)}).rungs[0].score == 40
    assert judge(ladder, {"Leads": D(9), "Deals": D(100000)}).tier == "Registered"
    assert judge(ladder, {"Leads": D(10), "Deals": D(100000)}).tier == "Bronze"


def test_partial_credit_reaches_the_target_score_exactly() -> None:
    """P6"""
    ladder = Ladder((CREATIO,), Mode.POINTS, partial_credit=True)

    verdict = judge(ladder, {"Leads": D(5), "Deals": D(250000)})

    assert verdict.rungs[0].score == 80
    assert verdict.tier == "Bronze"


def test_thirds_add_up_to_a_whole() -> None:
    """P6"""
    rung = Rung("One", 1, tuple(Requirement(name, D(3), score=D(1)) for name in "abc"), D(1))

    verdict = judge(Ladder((rung,), Mode.POINTS, partial_credit=True), dict.fromkeys("abc", D(1)))

    assert verdict.rungs[0].score == 1
    assert verdict.tier == "One"


def test_a_floor_holds_whatever_the_points_say() -> None:
    """P6"""
    rung = Rung(
        "Bronze",
        1,
        (Requirement("Leads", D(10), D(50), floor=D(4)), Requirement("Deals", D(1), D(50))),
        D(50),
    )
    ladder = Ladder((rung,), Mode.POINTS)

    below = judge(ladder, {"Leads": D(3), "Deals": D(1)})
    assert below.tier == "Registered"
    assert below.rungs[0].why == "Bronze is not met: Leads below the floor."
    assert judge(ladder, {"Leads": D(4), "Deals": D(1)}).tier == "Bronze"


def test_a_target_of_zero_is_met_by_zero() -> None:
    """P6"""
    rung = Rung("Ready", 1, (Requirement("Users", D(0)),))

    assert judge(thresholds(rung), {"Users": D(0)}).tier == "Ready"
    assert judge(thresholds(rung), {"Users": D(-1)}).tier == "Registered"


def test_a_tier_that_nobody_can_reach_is_named() -> None:
    """P6"""
    greedy = Rung("Gold", 1, CREATIO.requirements, D(101))
    empty = Rung("Friend", 1)

    assert unreachable(Ladder((greedy,), Mode.POINTS)) == [
        "Gold asks for 101 points, but its obligations give only 100."
    ]
    assert unreachable(thresholds(empty)) == [
        "Friend asks for nothing, so nobody can earn it. Give it a mandatory obligation."
    ]
    assert unreachable(METALS) == []
    assert judge(thresholds(empty), {}).tier == "Registered"


def test_points_in_words() -> None:
    """P6"""
    assert points(Fraction(80)) == "80"
    assert points(Fraction(1, 4)) == "0.25"
    assert points(Fraction(200, 3)) == "about 66.67"


values = st.decimals(min_value=0, max_value=1000, places=2)
scores = st.decimals(min_value=0, max_value=100, places=1)
requirements = st.lists(
    st.builds(Requirement, st.sampled_from("abcd"), values, scores),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.category,
)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    rungs = tuple(
        Rung(f"T{rank}", rank, tuple(draw(requirements)), draw(scores))
        for rank in range(1, draw(st.integers(1, 3)) + 1)
    )
    return Ladder(rungs, draw(st.sampled_from(Mode)), draw(st.booleans()), draw(st.booleans()))


currents = st.fixed_dictionaries(dict.fromkeys("abcd", values))


@settings(max_examples=25, deadline=None)
@given(ladder=ladders(), now=currents, more=st.sampled_from("abcd"), extra=values)
def test_more_never_lowers_the_tier(
    ladder: Ladder, now: dict[str, Decimal], more: str, extra: Decimal
) -> None:
    """P6, P7"""
    better = {**now, more: now[more] + extra}

    assert judge(ladder, better).rank >= judge(ladder, now).rank


@settings(max_examples=25, deadline=None)
@given(ladder=ladders(), now=currents, data=st.data())
def test_the_order_of_obligations_does_not_matter(
    ladder: Ladder, now: dict[str, Decimal], data: st.DataObject
) -> None:
    """P6"""
    shuffled = Ladder(
        tuple(
            Rung(one.name, one.rank, tuple(data.draw(st.permutations(one.requirements))), one.target_score)
            for one in ladder.rungs
        ),
        ladder.mode,
        ladder.partial_credit,
        ladder.needs_lower_tiers,
    )

    assert judge(shuffled, now).tier == judge(ladder, now).tier
    assert [one.score for one in judge(shuffled, now).rungs] == [
        one.score for one in judge(ladder, now).rungs
    ]


@settings(max_examples=25, deadline=None)
@given(ladder=ladders(), now=currents)
def test_points_are_exactly_the_fractions_they_should_be(ladder: Ladder, now: dict[str, Decimal]) -> None:
    """P6"""
    for verdict in judge(ladder, now).rungs:
        expected = Fraction(0)
        for one in verdict.rung.requirements:
            current, target = Fraction(now[one.category]), Fraction(one.target)
            if current >= target:
                expected += Fraction(one.score)
            elif ladder.partial_credit:
                expected += Fraction(one.score) * current / target
        assert verdict.score == (expected if ladder.mode is Mode.POINTS else 0)
