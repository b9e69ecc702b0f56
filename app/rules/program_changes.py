"""What changed between two versions of a program, as sentences a channel manager reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.rules.program import (
    REGISTERED,
    BenefitShape,
    CategoryShape,
    Downgrades,
    ObligationShape,
    Program,
    TierShape,
    TypeShape,
    Value,
)
from app.rules.program_values import plain, show

YES_NO = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of which part (the version, a category, a type or a tier), what, and from what to what.

    `before` is empty for what is new, `after` for what is gone.
    """

    part: str
    what: str
    before: str = ""
    after: str = ""

    @property
    def kind(self) -> str:
        """Added, removed or changed."""
        return "changed" if self.before and self.after else "added" if self.after else "removed"


def changes(before: Program, after: Program) -> list[Change]:
    """Return every difference that a partner or a channel manager would notice, in the order of the program."""
    return list(_changes(before, after))


def _changes(before: Program, after: Program) -> Iterator[Change]:
    yield from _fields("The version", _of_version(before), _of_version(after))
    old_kinds = {one.name: one for one in before.categories}
    new_kinds = {one.name: one for one in after.categories}
    for name in _either(old_kinds, new_kinds):
        yield from _fields(
            f"Category {name}", _of_category(old_kinds.get(name)), _of_category(new_kinds.get(name))
        )
    for name in _either({one.name: one for one in before.types}, {one.name: one for one in after.types}):
        yield from _of_types(before.type(name), after.type(name), old_kinds, new_kinds)


def _of_types(
    old: TypeShape | None,
    new: TypeShape | None,
    old_kinds: Mapping[str, CategoryShape],
    new_kinds: Mapping[str, CategoryShape],
) -> Iterator[Change]:
    name = (old or new or TypeShape("")).name
    yield from _fields(name, _of_type(old), _of_type(new))
    before = {REGISTERED: _of_benefits(old.registered, old_kinds)} if old else {}
    after = {REGISTERED: _of_benefits(new.registered, new_kinds)} if new else {}
    before |= {
        tier.name: _of_tier(tier, rank, old_kinds) for rank, tier in enumerate(old.tiers if old else (), 1)
    }
    after |= {
        tier.name: _of_tier(tier, rank, new_kinds) for rank, tier in enumerate(new.tiers if new else (), 1)
    }
    for tier in _either(before, after):
        yield from _fields(f"{name}, {tier}", before.get(tier, {}), after.get(tier, {}))


def _fields(part: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for what in _either(before, after):
        old, new = before.get(what, ""), after.get(what, "")
        if old != new:
            yield Change(part, what, old, new)


def _of_version(program: Program) -> dict[str, str]:
    return {
        "currency": program.currency,
        "holds from": program.valid_from.isoformat() if program.valid_from else "not said yet",
        "program year begins on": str(program.year_starts),
    }


def _of_category(category: CategoryShape | None) -> dict[str, str]:
    if category is None:
        return {}
    return {
        "values": category.value_type.value,
        "choices": ", ".join(category.choices),
        "measured as": category.measure.sentence() if category.measure else "",
    }


def _of_type(kind: TypeShape | None) -> dict[str, str]:
    if kind is None:
        return {}
    policies = kind.policies
    falls = (
        f"after {policies.grace_days} days"
        if policies.downgrades is Downgrades.AFTER_GRACE
        else policies.downgrades.value
    )
    return {
        "tiers are met by": kind.mode.value,
        "partial credit": YES_NO[kind.partial_credit],
        "needs lower tiers": YES_NO[kind.needs_lower_tiers],
        "upgrades": policies.upgrades.value,
        "downgrades": falls,
        "review": policies.review.value,
        "renewal": policies.renewal.value,
        "wins count": policies.wins_count.value,
    }


def _of_tier(tier: TierShape, rank: int, kinds: Mapping[str, CategoryShape]) -> dict[str, str]:
    score = "" if tier.target_score is None else f"{plain(tier.target_score)} points"
    return {
        "rank": str(rank),
        "target score": score,
        **_joined((f"asks for {one.category}", _obligation(one, kinds)) for one in tier.obligations),
        **_of_benefits(tier.benefits, kinds),
    }


def _of_benefits(benefits: tuple[BenefitShape, ...], kinds: Mapping[str, CategoryShape]) -> dict[str, str]:
    return _joined(
        (f"gives {one.category}", _value(one.category, one.value, kinds) + _days(one)) for one in benefits
    )


def _obligation(one: ObligationShape, kinds: Mapping[str, CategoryShape]) -> str:
    words = [_value(one.category, one.target, kinds)]
    if one.score is not None:
        words.append(f"for {plain(one.score)} points")
    if one.floor is not None:
        words.append(f"at least {plain(one.floor)}")
    if one.any_of:
        words.append(f"one of the group {one.any_of}")
    if not one.mandatory:
        words.append("not mandatory")
    return ", ".join(words) + _days(one)


def _value(category: str, value: Value, kinds: Mapping[str, CategoryShape]) -> str:
    return show(kinds[category].value_type, value) if category in kinds else str(value)


def _days(one: ObligationShape | BenefitShape) -> str:
    begins = f" from {one.valid_from}" if one.valid_from else ""
    return begins + (f" to {one.valid_to}" if one.valid_to else "")


def _joined(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    """A category may be there several times, each for its days."""
    words: dict[str, str] = {}
    for what, said in pairs:
        words[what] = f"{words[what]}; {said}" if what in words else said
    return words


def _either(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return list(dict.fromkeys([*before, *after]))
