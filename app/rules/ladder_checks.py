"""What a partner type and its ladder may not say (P6, P7, P9), as sentences for the person who wrote it."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from app.rules.measures.facts import HUNDRED
from app.rules.mistakes import Mistake, Path, of_name, twice
from app.rules.pricing import DISCOUNT
from app.rules.program import (
    REGISTERED,
    BenefitShape,
    Downgrades,
    Mode,
    ObligationShape,
    Policies,
    Program,
    TierShape,
    TypeShape,
)
from app.rules.program_values import NUMERIC, plain

INFORMATION_LENGTH = 50_000
TIERS = 20
MOST_GRACE_DAYS = 3650
MEASURABLE = NUMERIC
"""The value types that can be a target: what is measured is a number."""


def of_type(kind: TypeShape, program: Program, path: Path = ()) -> Iterator[Mistake]:
    """Find what is wrong with one type and its ladder; the program says what the categories are."""
    yield from of_names(kind, path)
    if len(kind.information) > INFORMATION_LENGTH:
        yield Mistake(
            (*path, "information"),
            f"The information page has more than {INFORMATION_LENGTH} characters; shorten it.",
        )
    yield from _of_policies(kind.policies, (*path, "downgrades"))
    yield from _of_parameters(
        kind.registered, program, (*path, "registered"), f"{kind.name}, {REGISTERED}", "benefit"
    )
    for place, tier in enumerate(kind.tiers):
        yield from of_tier(tier, kind, program, (*path, "tiers", place))


def of_names(kind: TypeShape, path: Path = ()) -> Iterator[Mistake]:
    """Find what is wrong with the names of a type and of its tiers."""
    yield from of_name(kind.name, (*path, "name"), "partner type")
    yield from twice([tier.name for tier in kind.tiers], (*path, "tiers"), f"tier of {kind.name}")
    if len(kind.tiers) > TIERS:
        yield Mistake(
            (*path, "tiers"), f"{kind.name} has {len(kind.tiers)} tiers; a ladder has at most {TIERS}."
        )
    for place, tier in enumerate(kind.tiers):
        at = (*path, "tiers", place, "name")
        yield from of_name(tier.name, at, "tier")
        if tier.name.casefold() == REGISTERED.casefold():
            yield Mistake(
                at,
                f"“{REGISTERED}” is the rank below every tier; give its benefits under “registered”.",
            )


def of_tier(tier: TierShape, kind: TypeShape, program: Program, path: Path = ()) -> Iterator[Mistake]:
    """Find what is wrong with one tier of a type."""
    where = f"{kind.name}, {tier.name}"
    for place, obligation in enumerate(tier.obligations):
        yield from _of_obligation(obligation, kind, program, (*path, "obligations", place), where)
    yield from _of_parameters(tier.obligations, program, (*path, "obligations"), where, "obligation")
    yield from _of_parameters(tier.benefits, program, (*path, "benefits"), where, "benefit")
    yield from _of_reach(tier, kind, path, where)


def _of_policies(policies: Policies, path: Path) -> Iterator[Mistake]:
    asks_for_days = policies.downgrades is Downgrades.AFTER_GRACE
    if asks_for_days and not (policies.grace_days and 1 <= policies.grace_days <= MOST_GRACE_DAYS):
        yield Mistake(path, f"The days of grace are between 1 and {MOST_GRACE_DAYS}; write for example 30.")
    if policies.grace_days is not None and not asks_for_days:
        yield Mistake(path, "Days of grace belong to downgrades after grace; leave them out.")


def _of_obligation(
    obligation: ObligationShape, kind: TypeShape, program: Program, path: Path, where: str
) -> Iterator[Mistake]:
    named = f"{where}: “{obligation.category}”"
    category = program.category(obligation.category)
    if category is not None and category.value_type not in MEASURABLE:
        yield Mistake(
            (*path, "category"),
            f"{named} is a {category.value_type.value}; it can be given as a benefit, but not asked for.",
        )
    elif category is not None and category.measure is None:
        yield Mistake(
            (*path, "category"),
            f"{named} has no measure, so nothing could ever count for it; give the category a measure.",
        )
    if kind.mode is Mode.POINTS:
        yield from _of_points(obligation, path, named)
    else:
        yield from _of_thresholds(obligation, path, named)


def _of_points(obligation: ObligationShape, path: Path, named: str) -> Iterator[Mistake]:
    if obligation.score is None:
        yield Mistake((*path, "score"), f"{named} needs a score: the points its target earns.")
    elif obligation.score < 0:
        yield Mistake((*path, "score"), f"{named} has a score below zero; write zero or more.")
    if obligation.any_of is not None:
        yield Mistake(
            (*path, "any_of"),
            f"{named} is in a group “any of”, which has no meaning where points are counted; leave it out.",
        )
    if not obligation.mandatory:
        yield Mistake(
            (*path, "mandatory"),
            f"{named} says it is not mandatory, which has no meaning where points are counted; leave it out.",
        )
    target, floor = obligation.target, obligation.floor
    if floor is not None and isinstance(target, Decimal) and floor > target:
        yield Mistake(
            (*path, "floor"),
            f"{named} has a floor of {plain(floor)} above its target of {plain(target)}; lower one.",
        )


def _of_thresholds(obligation: ObligationShape, path: Path, named: str) -> Iterator[Mistake]:
    if obligation.score is not None:
        yield Mistake(
            (*path, "score"),
            f"{named} has a score, but this type counts thresholds, not points; leave it out.",
        )
    if obligation.floor is not None:
        yield Mistake(
            (*path, "floor"),
            f"{named} has a floor, but this type counts thresholds, not points; leave it out.",
        )


def _of_parameters(
    parameters: Sequence[ObligationShape | BenefitShape],
    program: Program,
    path: Path,
    where: str,
    what: str,
) -> Iterator[Mistake]:
    for place, one in enumerate(parameters):
        named = f"{where}: “{one.category}”"
        if program.category(one.category) is None:
            yield Mistake(
                (*path, place, "category"),
                f"{named} is not a category of this program; add it under categories or correct the name.",
            )
        if one.valid_from and one.valid_to and one.valid_to < one.valid_from:
            yield Mistake(
                (*path, place, "valid_to"),
                f"{named} ends on {one.valid_to}, before it begins on {one.valid_from}.",
            )
        if isinstance(one, BenefitShape) and one.category == DISCOUNT and not _is_a_part(one.value):
            yield Mistake(
                (*path, place, "value"), f"{named} comes off prices; write a percentage from 0 to 100."
            )
    for (_, first), (place, second) in combinations(enumerate(parameters), 2):
        if first.category == second.category and _overlap(first, second):
            yield Mistake(
                (*path, place, "category"),
                f"{where}: the {what} “{second.category}” is there twice on the same days; remove one or give each its days.",
            )


def _is_a_part(value: Decimal | str) -> bool:
    """Whether a percentage leaves a price that is not below zero; words are refused for what they are."""
    return not isinstance(value, Decimal) or 0 <= value <= HUNDRED


def _overlap(one: ObligationShape | BenefitShape, other: ObligationShape | BenefitShape) -> bool:
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)


def _of_reach(tier: TierShape, kind: TypeShape, path: Path, where: str) -> Iterator[Mistake]:
    """P6, P7: a tier must ask for something, and what it asks for must be possible."""
    if not tier.obligations:
        yield Mistake(
            (*path, "obligations"),
            f"{where} has no obligation, so there is no way to reach it; add at least one.",
        )
    elif kind.mode is Mode.POINTS:
        yield from _of_target_score(tier, path, where)
    else:
        yield from _of_groups(tier, path, where)
    if kind.mode is Mode.THRESHOLDS and tier.target_score is not None:
        yield Mistake(
            (*path, "target_score"),
            f"{where} has a target score, but this type counts thresholds, not points; leave it out.",
        )


def _of_target_score(tier: TierShape, path: Path, where: str) -> Iterator[Mistake]:
    possible = sum((one.score or Decimal(0) for one in tier.obligations), Decimal(0))
    if possible <= 0 or (tier.target_score is not None and tier.target_score <= 0):
        yield Mistake(
            (*path, "target_score"),
            f"{where} could be reached without a single point; give it scores and a target score above zero.",
        )
    elif tier.target_score is not None and tier.target_score > possible:
        yield Mistake(
            (*path, "target_score"),
            f"{where} asks for {plain(tier.target_score)} points, but its obligations give at most {plain(possible)}, so there is no way to reach it.",
        )


def _of_groups(tier: TierShape, path: Path, where: str) -> Iterator[Mistake]:
    if not any(one.mandatory for one in tier.obligations):
        yield Mistake(
            (*path, "obligations"),
            f"{where} has no mandatory obligation, so there is no way to reach it; make one mandatory.",
        )
    groups = [one.any_of for one in tier.obligations if one.any_of]
    for place, one in enumerate(tier.obligations):
        if one.any_of and groups.count(one.any_of) == 1:
            yield Mistake(
                (*path, "obligations", place, "any_of"),
                f"{where}: the group “{one.any_of}” has one obligation only; add another or leave the group out.",
            )
