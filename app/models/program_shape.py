"""A program version's rows as one plain value, `app.rules.program.Program`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models.ladder import Category, Ladder, Measure, Parameter, ParameterKind, Rung
from app.rules import measures
from app.rules.program import (
    BenefitShape,
    CategoryShape,
    ObligationShape,
    Policies,
    Program,
    Renewal,
    TierShape,
    TypeShape,
    Wins,
    YearStart,
    in_order,
)

if TYPE_CHECKING:
    from app.models.program import ProgramVersion


def program_of(session: Session, version: ProgramVersion) -> Program:
    """Return the whole program of a version, in the documented order; five queries, whatever its size."""
    ladders = session.scalars(
        select(Ladder)
        .where(Ladder.version_id == version.id)
        .options(
            joinedload(Ladder.partner_type),
            selectinload(Ladder.rungs).options(
                joinedload(Rung.tier),
                selectinload(Rung.parameters).options(
                    joinedload(Parameter.category), joinedload(Parameter.price_list)
                ),
            ),
        )
        .execution_options(populate_existing=True)
    ).all()
    measured = session.scalars(
        select(Measure).where(Measure.version_id == version.id).options(joinedload(Measure.category))
    ).all()
    month, day = version.year_starts.split("-")
    return in_order(
        Program(
            name=version.name,
            currency=version.currency,
            valid_from=version.valid_from,
            year_starts=YearStart(int(month), int(day)),
            categories=tuple(_categories(ladders, measured)),
            types=tuple(_type(ladder) for ladder in ladders),
        )
    )


def with_every_category(session: Session, program: Program) -> Program:
    """Return the program with the categories it does not use yet, so that an edit may begin to."""
    used = {one.name for one in program.categories}
    unused = session.scalars(select(Category).where(Category.name.not_in(used)))
    return replace(program, categories=(*program.categories, *(category_shape(one, None) for one in unused)))


def category_shape(category: Category, definition: Mapping[str, Any] | None) -> CategoryShape:
    """Return a category as the program knows it, with its measure in one version."""
    return CategoryShape(
        category.name,
        category.value_type,
        category.description or "",
        tuple(category.choices),
        None if definition is None else measures.from_dict(definition),
    )


def _categories(ladders: Sequence[Ladder], measured: Sequence[Measure]) -> Iterator[CategoryShape]:
    definitions = {one.category_id: one.definition for one in measured}
    used = {one.category_id: one.category for one in measured}
    for ladder in ladders:
        for rung in ladder.rungs:
            used |= {one.category_id: one.category for one in rung.parameters}
    for number, category in used.items():
        yield category_shape(category, definitions.get(number))


def _type(ladder: Ladder) -> TypeShape:
    rungs = {rung.rank: rung for rung in ladder.rungs}
    registered = rungs.pop(0, None)
    return TypeShape(
        name=ladder.partner_type.name,
        description=ladder.partner_type.description or "",
        information=ladder.partner_type.information,
        mode=ladder.mode,
        partial_credit=ladder.partial_credit,
        needs_lower_tiers=ladder.needs_lower_tiers,
        policies=Policies(
            upgrades=ladder.upgrades,
            downgrades=ladder.downgrades,
            grace_days=ladder.grace_days,
            review=ladder.review,
            renewal=Renewal.ONE_YEAR if ladder.renews else Renewal.BY_HAND,
            wins_count=Wins.AT_ONCE if ladder.wins_count_at_once else Wins.WHEN_CONFIRMED,
        ),
        registered=tuple(_benefits(registered)) if registered else (),
        tiers=tuple(
            TierShape(rung.tier.name, rung.target_score, tuple(_obligations(rung)), tuple(_benefits(rung)))
            for _, rung in sorted(rungs.items())
        ),
    )


def _obligations(rung: Rung) -> Iterator[ObligationShape]:
    for one in rung.parameters:
        if one.kind is ParameterKind.OBLIGATION:
            yield ObligationShape(
                category=one.category.name,
                target=_value(one),
                score=one.score,
                floor=one.floor,
                mandatory=one.mandatory,
                any_of=one.any_of,
                valid_from=one.valid_from,
                valid_to=one.valid_to,
            )


def _benefits(rung: Rung) -> Iterator[BenefitShape]:
    for one in rung.parameters:
        if one.kind is ParameterKind.BENEFIT:
            yield BenefitShape(one.category.name, _value(one), one.valid_from, one.valid_to)


def _value(parameter: Parameter) -> Decimal | str:
    if parameter.price_list is not None:
        return parameter.price_list.code
    return parameter.number if parameter.number is not None else parameter.text or ""
