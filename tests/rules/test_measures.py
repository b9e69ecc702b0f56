"""P8: measures say what counts, in a shape that can be written down, and in words."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.measures import (
    SOURCES,
    Aggregate,
    Function,
    Growth,
    NotComputable,
    Source,
    Unit,
    from_dict,
    window_names,
)
from app.rules.refusals import RuleBroken

BIKES = {"sum": "order lines", "of": "amount", "where": {"category": ["Bikes"]}, "over": "calendar year"}
ALL = {"sum": "order lines", "of": "amount", "over": "calendar year"}
LEADS = {"count": "leads", "counting": "converted", "over": "program year"}

CANONICAL = [
    BIKES,
    LEADS,
    {"count": "opportunities", "counting": "won", "over": "rolling 12 months"},
    {"count": "orders", "where": {"status": ["confirmed"]}, "over": "quarter"},
    {"sum": "order lines", "of": "quantity", "over": "partnership year"},
    {"distinct": "certificates", "of": "people", "where": {"subject": ["Sales", "Service"]}, "over": "ever"},
    {"value": "latest", "over": "program year"},
    {"value": "sum", "of": "Net users", "over": "since the last tier change"},
    {"artefact": "Business plan", "fresh for": "365 days"},
    {"count": "leads", "counting": "satisfied", "over": "quarter"},
    {"net count": {"plus": LEADS, "minus": {**LEADS, "counting": "registered"}}},
    {"ratio": BIKES, "to": ALL, "as": "number"},
    {"growth": ALL},
    {"share": BIKES, "of": ALL},
]

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4)


@pytest.mark.parametrize("shape", CANONICAL, ids=lambda shape: next(iter(shape)))
def test_a_measure_is_written_as_it_was_read(shape: Any) -> None:
    """P8"""
    measure = from_dict(shape)

    assert measure.to_dict() == shape
    assert list(measure.to_dict()) == list(shape)
    assert from_dict(measure.to_dict()) == measure


@pytest.mark.parametrize("shape", CANONICAL, ids=lambda shape: next(iter(shape)))
def test_a_measure_names_what_it_needs_and_says_itself_in_words(shape: Any) -> None:
    """P8"""
    measure = from_dict(shape)

    assert measure.needs()
    assert measure.sentence()[0].isupper()
    assert not measure.sentence().endswith(".")


def test_lead_parameters_count_converted_leads_unless_they_say_otherwise() -> None:
    """L2"""
    assert from_dict({"count": "leads"}).needs()[0].counting == "converted"
    assert from_dict({"count": "leads", "counting": "registered"}).needs()[0].counting == "registered"
    satisfied = from_dict({"count": "leads", "counting": "satisfied"})
    assert satisfied.sentence() == "Number of satisfied leads, per program year"


def test_what_is_left_out_has_its_default() -> None:
    """P8"""
    assert from_dict({"sum": "opportunities"}).to_dict() == {
        "sum": "opportunities",
        "of": "amount",
        "counting": "won",
        "over": "program year",
    }
    assert from_dict({"distinct": "certificates"}).to_dict()["over"] == "ever"


def test_money_is_money_and_people_are_a_number() -> None:
    """P8"""
    assert from_dict(BIKES).unit is Unit.MONEY
    assert from_dict({"distinct": "certificates"}).unit is Unit.NUMBER
    assert from_dict({"artefact": "Plan"}).unit is Unit.YES_NO
    assert from_dict({"growth": ALL}).unit is Unit.PERCENT


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ({"count": "leeds"}, "leads, opportunities"),
        ({"sum": "leads"}, "“leads” is not a noun with a sum"),
        ({"median": "leads"}, "exactly one of: count, sum"),
        ({"count": "leads", "sum": "orders"}, "Found: count, sum"),
        ({"count": "leads", "during": "quarter"}, "Allowed: count, counting, where, over"),
        ({"count": "leads", "over": "last week"}, "rolling N months"),
        ({"count": "leads", "over": "rolling 0 months"}, "is not a window"),
        ({"count": "leads", "over": "rolling"}, "is not a window"),
        ({"count": "leads", "where": {"product": "X"}}, "Allowed: stage, source, country, region"),
        ({"count": "leads", "where": {"stage": []}}, "needs one text or a list"),
        ({"count": "leads", "where": {"stage": [5]}}, "needs one text or a list"),
        ({"count": "leads", "where": "Bikes"}, "list of filters"),
        ({"sum": "order lines", "of": "colour"}, "amount, quantity"),
        ({"count": "orders", "of": "amount"}, "Allowed: count, counting, where, over"),
        ({"count": "orders", "counting": "won"}, "has no meaning here"),
        ({"value": "first"}, "latest, sum"),
        ({"artefact": ""}, "is not a name"),
        ({"artefact": "Plan", "fresh for": 365}, "365 days"),
        ({"growth": {"value": "sum"}}, "Growth needs a count"),
        ({"growth": {"count": "leads", "over": "ever"}}, "has no period before it"),
        ({"ratio": LEADS}, "needs “to”"),
        ({"share": LEADS}, "needs “of”"),
        ({"net count": LEADS}, "plus and minus"),
        ("leads", "is not a measure"),
        (None, "is not a measure"),
    ],
)
def test_a_wrong_measure_is_refused_with_what_is_allowed(shape: Any, says: str) -> None:
    """P8"""
    with pytest.raises(RuleBroken) as refusal:
        from_dict(shape)

    assert says in refusal.value.sentence


def test_every_window_can_be_written() -> None:
    """P8"""
    for name in window_names():
        written = name.replace("N", "3")
        assert from_dict({"count": "leads", "over": written}).to_dict()["over"] == written


def test_growth_looks_at_the_period_before() -> None:
    """P8"""
    growth = from_dict({"growth": ALL})
    now, before = growth.needs()

    assert growth.value({now: Decimal(150), before: Decimal(100)}) == Decimal(50)
    assert before.before


def test_growth_from_zero_and_a_ratio_over_zero_are_not_computable() -> None:
    """P8"""
    growth = from_dict({"growth": ALL})
    ratio = from_dict({"ratio": BIKES, "to": ALL})
    share = from_dict({"share": BIKES, "of": ALL})

    for measure in (growth, ratio, share):
        value = measure.value({need: Decimal(0) for need in measure.needs()})
        assert isinstance(value, NotComputable)
        assert value.why.endswith(".")


def test_nothing_entered_is_not_computable_but_a_sum_of_nothing_is_zero() -> None:
    """P8"""
    assert isinstance(from_dict({"value": "latest"}).value({}), NotComputable)
    assert from_dict({"value": "sum"}).value({}) == 0
    assert from_dict(LEADS).value({}) == 0


def test_what_is_not_computable_inside_is_not_computable_outside() -> None:
    """P8"""
    net = from_dict({"net count": {"plus": {"ratio": BIKES, "to": ALL}, "minus": LEADS}})

    assert isinstance(net.value({}), NotComputable)


def test_an_artefact_is_there_or_not() -> None:
    """P8"""
    plan = from_dict({"artefact": "Business plan"})
    (need,) = plan.needs()

    assert need == Aggregate(
        Source.DOCUMENTS, Function.EXISTS, over=need.over, category="Business plan", fresh_days=365
    )
    assert plan.value({need: Decimal(1)}) == 1
    assert plan.value({need: Decimal(0)}) == 0


@settings(max_examples=25, deadline=None)
@given(part=amounts, whole=amounts.filter(bool))
def test_ratio_and_share_are_as_exact_as_fractions(part: Decimal, whole: Decimal) -> None:
    """P8"""
    ratio = from_dict({"ratio": BIKES, "to": ALL, "as": "percent"})
    share = from_dict({"share": BIKES, "of": ALL})
    figures = dict(zip(ratio.needs(), (part, whole), strict=True))
    exact = Fraction(part) * 100 / Fraction(whole)

    for value in (ratio.value(figures), share.value(figures)):
        assert isinstance(value, Decimal)
        assert abs(Fraction(value) - exact) <= abs(exact) / 10**150


@settings(max_examples=25, deadline=None)
@given(now=amounts, before=amounts.filter(lambda amount: amount > 0))
def test_growth_is_up_when_more_and_down_when_less(now: Decimal, before: Decimal) -> None:
    """P8"""
    growth = from_dict({"growth": ALL})
    assert isinstance(growth, Growth)

    value = growth.value({growth.part.aggregate: now, growth.before: before})

    assert isinstance(value, Decimal)
    assert (value > 0) == (now > before)
    assert (value == 0) == (now == before)


def test_every_noun_says_what_it_allows() -> None:
    """P8"""
    for source, allowed in SOURCES.items():
        for function, takes in allowed.of.items():
            for of in takes or (None,):
                shape = {function.value: source.value} | ({"of": of} if of else {})
                assert from_dict(shape).needs()[0].source is source


def test_a_measure_can_name_the_category_that_it_meant_by_itself() -> None:
    """P8"""
    net = from_dict({"net count": {"plus": {"value": "sum"}, "minus": {"value": "sum", "of": "Lost users"}}})

    assert [need.category for need in net.bound_to("Users").needs()] == ["Users", "Lost users"]
    assert from_dict(LEADS).bound_to("Users") == from_dict(LEADS)
