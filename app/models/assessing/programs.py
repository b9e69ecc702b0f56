"""The program that holds on a day, as the rules want it: ladders, measures, benefits (P6, P8, P11)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, Row, Select, Text, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from app import scope
from app.models.assessing.steps import Benefit
from app.models.ladder import Category, Ladder, Measure, Parameter, ParameterKind, Rung
from app.models.partner_type import Tier
from app.models.price_list import PriceList
from app.models.program import ProgramVersion
from app.rules import measures, tiers
from app.rules.measures import Aggregate
from app.rules.program import Policies, Renewal, ValueType

PARAMETER = frozenset({"kind", "number", "text", "score", "floor", "mandatory", "any_of", "price_list_id"})


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
    measured = list(session.execute(_version_and_measures(), {"day": on}))
    if not measured:
        return None
    version = measured[0]
    month, day = version.year_starts.split("-")
    defined = {row.category: _measure(row.definition, row.category) for row in measured if row.category}
    known = {"version_id": version.id, "day": on}
    if type_ids is None:
        rows = list(session.execute(_rungs_and_parameters(), known))
    else:
        rows = list(session.execute(_of_types(), known | {"types": list(type_ids)}))
    categories = {
        row.category: CategoryFacts(row.category_id, row.category, row.value_type)
        for row in rows
        if row.category
    }
    return HeldProgram(
        version.id,
        version.currency,
        (int(month), int(day)),
        _ladders(tuple(rows), version.currency),
        defined,
        categories | _categories_named(session, defined.values(), set(categories)),
    )


@cache
def _version_and_measures() -> Select[*tuple[Any, ...]]:
    """A row for each measure of the version that holds on `day`, or one row without a measure."""
    return (
        select(
            ProgramVersion.id,
            ProgramVersion.currency,
            ProgramVersion.year_starts,
            Category.name.label("category"),
            cast(Measure.definition, Text).label("definition"),
        )
        .outerjoin(Measure, Measure.version_id == ProgramVersion.id)
        .outerjoin(Category, Category.id == Measure.category_id)
        .where(ProgramVersion.id == ProgramVersion.holding_id(bindparam("day", type_=Date())))
    )


@cache
def _of_types() -> Select[*tuple[Any, ...]]:
    """The same rows, of the `types` asked for only."""
    asked = bindparam("types", type_=ARRAY(BigInteger))
    return _rungs_and_parameters().where(Ladder.partner_type_id == func.any(asked))


@cache
def _rungs_and_parameters() -> Select[*tuple[Any, ...]]:
    """A row for each parameter of `version_id` valid on `day`, or one for a rung without any; rungs from below."""
    on = bindparam("day", type_=Date())
    return (
        select(
            *(column for column in Ladder.__table__.c if column.name not in {"id", "version_id"}),
            Rung.id.label("rung_id"),
            Rung.rank,
            Rung.target_score,
            Tier.id.label("tier_id"),
            Tier.name.label("tier"),
            *(column for column in Parameter.__table__.c if column.name in PARAMETER),
            Category.id.label("category_id"),
            Category.name.label("category"),
            Category.value_type,
            PriceList.code,
        )
        .join(Rung, Rung.ladder_id == Ladder.id)
        .join(Tier, Tier.id == Rung.tier_id)
        .outerjoin(
            Parameter,
            and_(
                Parameter.rung_id == Rung.id,
                or_(Parameter.valid_from.is_(None), Parameter.valid_from <= on),
                or_(Parameter.valid_to.is_(None), Parameter.valid_to >= on),
            ),
        )
        .outerjoin(Category, Category.id == Parameter.category_id)
        .outerjoin(PriceList, PriceList.id == Parameter.price_list_id)
        .where(Ladder.version_id == bindparam("version_id"))
        .order_by(Ladder.id, Rung.rank, Parameter.position, Parameter.id)
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


@lru_cache(maxsize=1024)
def _measure(definition: str, category: str) -> measures.Measure:
    """A measure from the whole text of its definition: the same text says the same measure."""
    return measures.from_dict(json.loads(definition)).bound_to(category)


@lru_cache(maxsize=256)
def _ladders(rows: tuple[Row[Any], ...], currency: str) -> Mapping[int, TypeLadder]:
    """The ladders that these rows make; the same rows, to the last value, make the same ladders."""
    by_type: dict[int, dict[int, list[Row[Any]]]] = {}
    for row in rows:
        by_type.setdefault(row.partner_type_id, {}).setdefault(row.rank, []).append(row)
    return {type_id: _ladder(by_rank, currency) for type_id, by_rank in by_type.items()}


def _ladder(by_rank: dict[int, list[Row[Any]]], currency: str) -> TypeLadder:
    """One type's ladder from the rows of its rungs."""
    rungs = {rank: rows[0] for rank, rows in by_rank.items()}
    one = next(iter(rungs.values()))
    return TypeLadder(
        one.partner_type_id,
        tiers.Ladder(
            tuple(_rung(rows) for rank, rows in by_rank.items() if rank > 0),
            one.mode,
            one.partial_credit,
            one.needs_lower_tiers,
        ),
        Policies(
            one.upgrades,
            one.downgrades,
            one.grace_days,
            one.review,
            Renewal.ONE_YEAR if one.renews else Renewal.BY_HAND,
        ),
        one.wins_count_at_once,
        {rank: row.tier_id for rank, row in rungs.items()},
        {rank: row.tier for rank, row in rungs.items()},
        {rank: _benefits(rows, currency) for rank, rows in by_rank.items()},
    )


def _rung(rows: list[Row[Any]]) -> tiers.Rung:
    asked = tuple(
        tiers.Requirement(
            one.category, one.number, one.score or Decimal(0), one.floor, one.mandatory, one.any_of
        )
        for one in rows
        if one.kind is ParameterKind.OBLIGATION and one.number is not None
    )
    return tiers.Rung(rows[0].tier, rows[0].rank, asked, rows[0].target_score)


def _benefits(rows: list[Row[Any]], currency: str) -> tuple[Benefit, ...]:
    return tuple(
        Benefit(
            one.category_id,
            one.category,
            one.value_type,
            one.number if one.number is not None else one.text or one.code or "",
            currency,
            one.price_list_id,
        )
        for one in rows
        if one.kind is ParameterKind.BENEFIT
    )
