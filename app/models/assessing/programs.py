"""The program that holds on a day, as the rules want it: ladders, measures, benefits (P6, P8, P11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from app import scope
from app.models.assessing.steps import Benefit
from app.models.ladder import Category, Ladder, Measure, Parameter, ParameterKind, Rung
from app.models.partner_type import Tier
from app.models.price_list import PriceList
from app.models.program import ProgramVersion
from app.rules import measures, tiers
from app.rules.measures import Aggregate
from app.rules.program import Downgrades, Mode, Policies, Renewal, Review, Upgrades, ValueType


@dataclass(frozen=True)
class CategoryFacts:
    """A category as an assessment needs it."""

    id: int
    name: str
    value_type: ValueType


@dataclass(frozen=True)
class TypeLadder:
    """One type's ladder on a day: the rule, and what in the database its parts are."""

    partner_type_id: int
    rule: tiers.Ladder
    policies: Policies
    wins_count_at_once: bool
    tier_ids: Mapping[int, int]
    """By rank; Registered is rank 0."""
    names: Mapping[int, str]
    benefits: Mapping[int, tuple[Benefit, ...]]

    @cached_property
    def ranks(self) -> dict[int, int]:
        """By tier id."""
        return {tier_id: rank for rank, tier_id in self.tier_ids.items()}

    @cached_property
    def asked_for(self) -> tuple[str, ...]:
        """The names of all categories some tier asks for, in order."""
        return tuple(dict.fromkeys(one.category for rung in self.rule.rungs for one in rung.requirements))


@dataclass(frozen=True)
class HeldProgram:
    """A published version as it holds on a day."""

    version_id: int
    currency: str
    year_starts: tuple[int, int]
    ladders: Mapping[int, TypeLadder]
    measures: Mapping[str, measures.Measure]
    categories: Mapping[str, CategoryFacts]

    def needs(self, ladders: Iterable[TypeLadder]) -> list[Aggregate]:
        """Every figure these ladders need, once."""
        names = dict.fromkeys(name for ladder in ladders for name in ladder.asked_for)
        asked = (self.measures[name] for name in names if name in self.measures)
        return list(dict.fromkeys(need for measure in asked for need in measure.needs()))

    @cached_property
    def category_ids(self) -> dict[str, int]:
        """By name."""
        return {name: one.id for name, one in self.categories.items()}


def holding(session: Session, on: date, type_ids: Iterable[int] | None = None) -> HeldProgram | None:
    """The program that holds on a day, with the ladders of these types (None: of all); None before the first."""
    version = ProgramVersion.holding(session, on)
    if version is None:
        return None
    month, day = version.year_starts.split("-")
    defined = _measures(session, version.id)
    rungs = _rungs(session, version.id, type_ids)
    parameters = _parameters(session, [row.rung_id for row in rungs], on)
    categories = {
        row.category: CategoryFacts(row.category_id, row.category, ValueType(row.value_type))
        for row in parameters
    }
    return HeldProgram(
        version.id,
        version.currency,
        (int(month), int(day)),
        _ladders(rungs, parameters, version.currency),
        defined,
        categories | _categories_named(session, defined.values(), set(categories)),
    )


def _measures(session: Session, version_id: int) -> dict[str, measures.Measure]:
    rows = session.execute(
        select(Category.name, Measure.definition)
        .join(Category, Category.id == Measure.category_id)
        .where(Measure.version_id == version_id)
    )
    return {name: measures.from_dict(definition).bound_to(name) for name, definition in rows}


def _rungs(session: Session, version_id: int, type_ids: Iterable[int] | None) -> list[Row[Any]]:
    found = (
        select(
            Ladder,
            Rung.id.label("rung_id"),
            Rung.rank,
            Rung.target_score,
            Tier.id.label("tier_id"),
            Tier.name,
        )
        .join(Rung, Rung.ladder_id == Ladder.id)
        .join(Tier, Tier.id == Rung.tier_id)
        .where(Ladder.version_id == version_id)
        .order_by(Ladder.id, Rung.rank)
    )
    if type_ids is not None:
        found = found.where(Ladder.partner_type_id.in_(list(type_ids)))
    return list(session.execute(found))


def _parameters(session: Session, rung_ids: list[int], on: date) -> list[Row[Any]]:
    return list(
        session.execute(
            select(
                Parameter,
                Category.name.label("category"),
                Category.id.label("category_id"),
                Category.value_type,
                PriceList.code,
            )
            .join(Category, Category.id == Parameter.category_id)
            .outerjoin(PriceList, PriceList.id == Parameter.price_list_id)
            .where(
                Parameter.rung_id.in_(rung_ids),
                or_(Parameter.valid_from.is_(None), Parameter.valid_from <= on),
                or_(Parameter.valid_to.is_(None), Parameter.valid_to >= on),
            )
            .order_by(Parameter.rung_id, Parameter.position, Parameter.id)
        )
    )


def _categories_named(
    session: Session, defined: Iterable[measures.Measure], known: set[str]
) -> dict[str, CategoryFacts]:
    """The categories a measure names although no tier asks for them; a partner may not see these by itself."""
    names = {need.category for measure in defined for need in measure.needs() if need.category} - known
    if not names:
        return {}
    query = select(Category.id, Category.name, Category.value_type).where(Category.name.in_(names))
    opened = scope.current()
    if opened is not None and opened.role is scope.Role.PARTNER:
        with scope.books(session) as connection:
            rows = list(connection.execute(query))
    else:
        rows = list(session.execute(query))
    return {row.name: CategoryFacts(row.id, row.name, ValueType(row.value_type)) for row in rows}


def _ladders(rungs: list[Row[Any]], parameters: list[Row[Any]], currency: str) -> dict[int, TypeLadder]:
    by_rung: dict[int, list[Row[Any]]] = {}
    for row in parameters:
        by_rung.setdefault(row.Parameter.rung_id, []).append(row)
    by_type: dict[int, list[Row[Any]]] = {}
    for row in rungs:
        by_type.setdefault(row.Ladder.partner_type_id, []).append(row)
    return {type_id: _ladder(of_type, by_rung, currency) for type_id, of_type in by_type.items()}


def _ladder(rungs: list[Row[Any]], by_rung: dict[int, list[Row[Any]]], currency: str) -> TypeLadder:
    ladder: Ladder = rungs[0].Ladder
    return TypeLadder(
        ladder.partner_type_id,
        tiers.Ladder(
            tuple(_rung(row, by_rung.get(row.rung_id, [])) for row in rungs if row.rank > 0),
            Mode(ladder.mode.value),
            ladder.partial_credit,
            ladder.needs_lower_tiers,
        ),
        Policies(
            Upgrades(ladder.upgrades.value),
            Downgrades(ladder.downgrades.value),
            ladder.grace_days,
            Review(ladder.review.value),
            Renewal.ONE_YEAR if ladder.renews else Renewal.BY_HAND,
        ),
        ladder.wins_count_at_once,
        {row.rank: row.tier_id for row in rungs},
        {row.rank: row.name for row in rungs},
        {row.rank: _benefits(by_rung.get(row.rung_id, []), currency) for row in rungs},
    )


def _rung(row: Row[Any], parameters: list[Row[Any]]) -> tiers.Rung:
    asked = tuple(
        tiers.Requirement(
            one.category,
            one.Parameter.number,
            one.Parameter.score or Decimal(0),
            one.Parameter.floor,
            one.Parameter.mandatory,
            one.Parameter.any_of,
        )
        for one in parameters
        if one.Parameter.kind is ParameterKind.OBLIGATION and one.Parameter.number is not None
    )
    return tiers.Rung(row.name, row.rank, asked, row.target_score)


def _benefits(parameters: list[Row[Any]], currency: str) -> tuple[Benefit, ...]:
    return tuple(
        Benefit(
            one.category_id,
            one.category,
            ValueType(one.value_type),
            one.Parameter.number
            if one.Parameter.number is not None
            else one.Parameter.text or one.code or "",
            currency,
            one.Parameter.price_list_id,
        )
        for one in parameters
        if one.Parameter.kind is ParameterKind.BENEFIT
    )
