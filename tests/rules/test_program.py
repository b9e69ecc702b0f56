"""The shape of a program: what it may not say, and what changed between two versions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import program_checks, program_values
from app.rules.measures import from_dict
from app.rules.program import (
    BenefitShape,
    CategoryShape,
    Downgrades,
    Mode,
    ObligationShape,
    Policies,
    Program,
    TierShape,
    TypeShape,
    ValueType,
    in_order,
)
from app.rules.program_changes import Change, changes
from app.rules.program_values import NotAValue

LEADS = CategoryShape("Leads", ValueType.INTEGER, measure=from_dict({"count": "leads"}))
WON = CategoryShape("Won amount", ValueType.MONEY, measure=from_dict({"sum": "opportunities"}))
DISCOUNT = CategoryShape("Discount", ValueType.PERCENT)
SILVER = TierShape(
    "Silver",
    obligations=(ObligationShape("Leads", Decimal(10)), ObligationShape("Won amount", Decimal(5000))),
)
RESELLER = TypeShape("Reseller", tiers=(SILVER,), registered=(BenefitShape("Discount", Decimal(5)),))
PROGRAM = Program("2026", "EUR", date(2026, 1, 1), categories=(LEADS, WON, DISCOUNT), types=(RESELLER,))


def with_silver(silver: TierShape, mode: Mode = Mode.THRESHOLDS) -> Program:
    return replace(PROGRAM, types=(replace(RESELLER, mode=mode, tiers=(silver,)),))


def said(program: Program) -> list[tuple[object, str]]:
    return [(one.path[-1], one.sentence) for one in program_checks.mistakes(program)]


def test_a_sound_program_has_no_mistakes() -> None:
    assert said(PROGRAM) == []


@pytest.mark.parametrize(
    ("obligation", "at", "sentence"),
    [
        (
            ObligationShape("Leads", Decimal(10), score=Decimal(5)),
            "score",
            "has a score, but this type counts thresholds",
        ),
        (
            ObligationShape("Leads", Decimal(10), floor=Decimal(5)),
            "floor",
            "has a floor, but this type counts thresholds",
        ),
        (
            ObligationShape("Leads", Decimal(10), any_of="growth"),
            "any_of",
            "the group “growth” has one obligation only",
        ),
        (
            ObligationShape("Leads", Decimal(10), mandatory=False),
            "obligations",
            "has no mandatory obligation",
        ),
    ],
)
def test_thresholds_know_no_scores_and_groups_have_members(
    obligation: ObligationShape, at: str, sentence: str
) -> None:
    """P6"""
    found = said(with_silver(TierShape("Silver", obligations=(obligation,))))

    assert any(place == at and sentence in words for place, words in found), found


def test_points_need_scores_and_know_no_groups() -> None:
    """P6"""
    tier = TierShape(
        "Silver", Decimal(80), (ObligationShape("Leads", Decimal(10), any_of="growth", mandatory=False),)
    )

    places = {place for place, _ in said(with_silver(tier, Mode.POINTS))}

    assert places == {"score", "any_of", "mandatory", "target_score"}


def test_a_target_score_above_all_scores_is_no_way_to_reach_a_tier() -> None:
    """P6"""
    tier = TierShape("Silver", Decimal("80.5"), (ObligationShape("Leads", Decimal(10), score=Decimal(80)),))

    (mistake,) = program_checks.mistakes(with_silver(tier, Mode.POINTS))

    assert mistake.path == ("types", 0, "tiers", 0, "target_score")
    assert mistake.sentence.endswith(
        "asks for 80.5 points, but its obligations give at most 80, so there is no way to reach it."
    )


@pytest.mark.parametrize(
    ("discount", "is_taken"), [("0", True), ("100", True), ("100.5", False), ("-1", False)]
)
def test_a_discount_leaves_a_price_that_is_not_below_zero(discount: str, is_taken: bool) -> None:
    """R3"""
    tier = replace(SILVER, benefits=(BenefitShape("Discount", Decimal(discount)),))

    assert (said(with_silver(tier)) == []) is is_taken


def test_the_same_obligation_may_hold_twice_on_different_days_only() -> None:
    first = ObligationShape("Leads", Decimal(10), valid_to=date(2026, 6, 30))
    later = ObligationShape("Leads", Decimal(12), valid_from=date(2026, 7, 1))

    assert said(with_silver(replace(SILVER, obligations=(first, later)))) == []
    assert (
        said(with_silver(replace(SILVER, obligations=(first, replace(later, valid_from=date(2026, 6, 30))))))[
            0
        ][0]
        == "category"
    )


def test_a_measure_gives_what_its_category_holds() -> None:
    """P8"""
    wrong = replace(WON, value_type=ValueType.PERCENT)
    entered = replace(WON, value_type=ValueType.PERCENT, measure=from_dict({"value": "latest"}))

    assert (
        "gives a money, so its values are money, not percent"
        in said(replace(PROGRAM, categories=(LEADS, wrong, DISCOUNT)))[0][1]
    )
    assert said(replace(PROGRAM, categories=(LEADS, entered, DISCOUNT))) == []


def test_a_measure_may_name_only_categories_of_the_program() -> None:
    """P8"""
    plan = CategoryShape("Plan", ValueType.YES_NO, measure=from_dict({"artefact": "Business plan"}))

    found = said(replace(PROGRAM, categories=(*PROGRAM.categories, plan)))

    assert found == [
        (
            "measure",
            "The measure of “Plan” names the category “Business plan”, which the program does not have.",
        )
    ]


def test_words_cannot_be_asked_for() -> None:
    text = CategoryShape("Motto", ValueType.TEXT)
    asked = with_silver(TierShape("Silver", obligations=(ObligationShape("Motto", "Onwards"),)))

    found = said(replace(asked, categories=(*PROGRAM.categories, text)))

    assert "it can be given as a benefit, but not asked for" in found[0][1]


def test_grace_needs_its_days() -> None:
    """P9"""
    graceless = replace(RESELLER, policies=Policies(downgrades=Downgrades.AFTER_GRACE))
    idle = replace(RESELLER, policies=Policies(grace_days=30))

    assert said(replace(PROGRAM, types=(graceless,)))[0][0] == "downgrades"
    assert said(replace(PROGRAM, types=(idle,)))[0][0] == "downgrades"


@pytest.mark.parametrize(
    ("value_type", "words", "value"),
    [
        (ValueType.INTEGER, " 10 ", Decimal(10)),
        (ValueType.INTEGER, "10.0", Decimal(10)),
        (ValueType.DECIMAL, "-2.5", Decimal("-2.5")),
        (ValueType.MONEY, "12.50", Decimal("12.5")),
        (ValueType.PERCENT, "10 %", Decimal(10)),
        (ValueType.PERCENT, "2.5%", Decimal("2.5")),
        (ValueType.PERCENT, "-3", Decimal(-3)),
        (ValueType.YES_NO, "Yes", Decimal(1)),
        (ValueType.YES_NO, "no", Decimal(0)),
        (ValueType.CHOICE, "GOLD", "Gold"),
        (ValueType.TEXT, " A partner's own logo ", "A partner's own logo"),
    ],
)
def test_values_are_read_as_people_write_them(
    value_type: ValueType, words: str, value: Decimal | str
) -> None:
    read = program_values.read(value_type, words, ("Gold", "Silver"))

    assert read == value
    assert program_values.read(value_type, program_values.show(value_type, read), ("Gold", "Silver")) == read


@pytest.mark.parametrize(
    ("value_type", "words"),
    [
        *(
            (ValueType.INTEGER, words)
            for words in ("", "ten", "1.5", "-1", "1,000", "1_000", "１２", "1e3", "NaN", "10 %", "9" * 16)
        ),
        *((ValueType.MONEY, words) for words in ("-1", "1.00001", "sNaN", "$5", "5 EUR", "0x10")),
        *((ValueType.PERCENT, words) for words in ("%", "10 %%", "ten %")),
        *((ValueType.YES_NO, words) for words in ("1", "perhaps", "ja")),
        (ValueType.CHOICE, "Bronze"),
        (ValueType.TEXT, "x" * 501),
    ],
)
def test_nothing_is_guessed(value_type: ValueType, words: str) -> None:
    with pytest.raises(NotAValue):
        program_values.read(value_type, words, ("Gold", "Silver"))


@given(st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=4))
def test_every_number_is_written_in_one_way_and_read_back(number: Decimal) -> None:
    assert program_values.number(program_values.plain(number)) == number
    assert "E" not in program_values.plain(number)


def test_what_changed_is_named_part_by_part() -> None:
    """P12"""
    gold = TierShape("Gold", obligations=(ObligationShape("Leads", Decimal(50)),))
    higher = replace(
        SILVER,
        obligations=(ObligationShape("Leads", Decimal(12)),),
        benefits=(BenefitShape("Discount", Decimal("7.5")),),
    )
    reseller = replace(
        RESELLER, policies=Policies(downgrades=Downgrades.AFTER_GRACE, grace_days=30), tiers=(higher, gold)
    )
    after = replace(PROGRAM, name="2027", valid_from=date(2027, 1, 1), types=(reseller,))

    assert changes(PROGRAM, PROGRAM) == []
    assert changes(PROGRAM, after) == [
        Change("The version", "holds from", "2026-01-01", "2027-01-01"),
        Change("Reseller", "downgrades", "at review", "after 30 days"),
        Change("Reseller, Silver", "asks for Leads", "10", "12"),
        Change("Reseller, Silver", "asks for Won amount", "5000", ""),
        Change("Reseller, Silver", "gives Discount", "", "7.5 %"),
        Change("Reseller, Gold", "rank", "", "2"),
        Change("Reseller, Gold", "asks for Leads", "", "50"),
    ]
    assert [one.kind for one in changes(PROGRAM, after)][-3:] == ["added", "added", "added"]


def test_order_of_writing_makes_no_difference() -> None:
    turned = replace(
        PROGRAM,
        categories=PROGRAM.categories[::-1],
        types=(replace(RESELLER, tiers=(replace(SILVER, obligations=SILVER.obligations[::-1]),)),),
    )

    assert in_order(turned) == in_order(PROGRAM)
