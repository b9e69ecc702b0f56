"""Writes a program as the rows of a draft: categories, types and tiers are kept or made, ladders are written anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.models.ladder import Category, Ladder, Measure, Parameter, ParameterKind, Rung
from app.models.measurement import Measurement
from app.models.partner_type import PartnerType, Tier
from app.models.price_list import PriceList, PriceScope
from app.rules.mistakes import Mistake, Path, ProgramRefused
from app.rules.program import (
    REGISTERED,
    BenefitShape,
    CategoryShape,
    ObligationShape,
    Program,
    Renewal,
    TierShape,
    TypeShape,
    ValueType,
    Wins,
)

if TYPE_CHECKING:
    from app.models.program import ProgramVersion


def write_program(session: Session, version: ProgramVersion, program: Program) -> None:
    """Make the rows of a draft say exactly this program; its categories and types are made where they are new."""
    write_categories(session, version, program.categories)
    kept = {one.name: one for one in _types(session, program.types)}
    gone = select(PartnerType.id).where(PartnerType.name.not_in(list(kept)))
    session.execute(delete(Ladder).where(Ladder.version_id == version.id, Ladder.partner_type_id.in_(gone)))
    write_ladders(session, version, program, program.types)


def write_categories(session: Session, version: ProgramVersion, categories: Sequence[CategoryShape]) -> None:
    """Make or keep these categories and say how this version measures them."""
    known = _kept_categories(session, categories)
    session.execute(delete(Measure).where(Measure.version_id == version.id))
    rows = [
        {"version_id": version.id, "category_id": known[one.name].id, "definition": one.measure.to_dict()}
        for one in categories
        if one.measure is not None
    ]
    if rows:
        session.execute(insert(Measure), rows)


def write_words(session: Session, program: Program) -> None:
    """Bring the descriptions of types and categories up to date, and the types' pages."""
    _kept_categories(session, program.categories)
    _types(session, program.types)


def write_ladders(
    session: Session, version: ProgramVersion, program: Program, types: Sequence[TypeShape]
) -> None:
    """Replace the ladders of these types in a draft; the program says what their categories are."""
    kinds = {one.name: one for one in _types(session, types)}
    categories = {one.name: one for one in session.scalars(select(Category))}
    lists = _granted_lists(session, program, types)
    session.execute(
        delete(Ladder).where(
            Ladder.version_id == version.id, Ladder.partner_type_id.in_([one.id for one in kinds.values()])
        )
    )
    tiers = _tiers(session, kinds, types)
    ladders = _inserted(session, Ladder, [_ladder_row(version, kinds[one.name], one) for one in types])
    rungs: list[dict[str, Any]] = []
    shapes: list[TierShape] = []
    for kind, ladder_id in zip(types, ladders, strict=True):
        for rank, tier in enumerate((TierShape(REGISTERED, benefits=kind.registered), *kind.tiers)):
            tier_id = tiers[kinds[kind.name].id, tier.name]
            rungs.append(
                {"ladder_id": ladder_id, "tier_id": tier_id, "rank": rank, "target_score": tier.target_score}
            )
            shapes.append(tier)
    rows = [
        row
        for rung_id, tier in zip(_inserted(session, Rung, rungs), shapes, strict=True)
        for row in _parameter_rows(rung_id, tier, categories, lists)
    ]
    if rows:
        session.execute(insert(Parameter), rows)


def _kept_categories(session: Session, categories: Sequence[CategoryShape]) -> dict[str, Category]:
    known = {one.name: one for one in session.scalars(select(Category))}
    folded = {name.casefold(): name for name in known}
    wrong: list[Mistake] = []
    for place, one in enumerate(categories):
        path: Path = ("categories", place)
        if one.name in known:
            wrong.extend(_of_kept(session, known[one.name], one, path))
        elif one.name.casefold() in folded:
            other = folded[one.name.casefold()]
            wrong.append(
                Mistake(
                    (*path, "name"), f"There is a category “{other}” already; write its name the same way."
                )
            )
        else:
            known[one.name] = Category(name=one.name, value_type=one.value_type)
            session.add(known[one.name])
        if one.name in known:
            known[one.name].choices = list(one.choices)
            known[one.name].description = one.description or None
    if wrong:
        raise ProgramRefused(wrong)
    session.flush()
    return known


def _of_kept(session: Session, category: Category, shape: CategoryShape, path: Path) -> Iterator[Mistake]:
    """A category's values keep their kind from the first published version or measurement on."""
    if category.value_type is shape.value_type:
        return
    if _is_in_use(session, category):
        yield Mistake(
            (*path, "value"),
            f"“{category.name}” holds {category.value_type.value} values already; give the new meaning a new name.",
        )
    else:
        category.value_type = shape.value_type


def _is_in_use(session: Session, category: Category) -> bool:
    """Say whether a published version or a fact holds values of this category."""
    from app.models.program import VersionStatus  # noqa: PLC0415 - the noun asks us

    held = Ladder.version.has(status=VersionStatus.PUBLISHED)
    asked = (
        select(Parameter.id).join(Rung).join(Ladder).where(Parameter.category_id == category.id, held),
        select(Measure.id).where(
            Measure.category_id == category.id, Measure.version.has(status=VersionStatus.PUBLISHED)
        ),
        select(Measurement.id).where(Measurement.category_id == category.id),
    )
    return any(session.scalar(one.limit(1)) is not None for one in asked)


def _types(session: Session, types: Sequence[TypeShape]) -> list[PartnerType]:
    known = {one.name: one for one in session.scalars(select(PartnerType))}
    folded = {name.casefold(): name for name in known}
    kept: list[PartnerType] = []
    for place, one in enumerate(types):
        if one.name not in known and one.name.casefold() in folded:
            other = folded[one.name.casefold()]
            raise ProgramRefused(
                [
                    Mistake(
                        ("types", place, "name"),
                        f"There is a partner type “{other}” already; write its name the same way.",
                    )
                ]
            )
        kind = known.get(one.name) or PartnerType(name=one.name)
        kind.description, kind.information = one.description or None, one.information
        session.add(kind)
        kept.append(kind)
    session.flush()
    return kept


def _tiers(
    session: Session, kinds: Mapping[str, PartnerType], types: Sequence[TypeShape]
) -> dict[tuple[int, str], int]:
    numbers = [one.id for one in kinds.values()]
    found = session.execute(
        select(Tier.partner_type_id, Tier.name, Tier.id).where(Tier.partner_type_id.in_(numbers))
    )
    tiers: dict[tuple[int, str], int] = {(kind_id, name): number for kind_id, name, number in found}
    wanted = [
        (kinds[kind.name].id, name)
        for kind in types
        for name in (REGISTERED, *(tier.name for tier in kind.tiers))
    ]
    new = [pair for pair in wanted if pair not in tiers]
    rows = [{"partner_type_id": kind_id, "name": name} for kind_id, name in new]
    return tiers | dict(zip(new, _inserted(session, Tier, rows), strict=True))


def _inserted(session: Session, noun: type[Any], rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows and return their numbers in the same order."""
    if not rows:
        return []
    return list(session.scalars(insert(noun).returning(noun.id, sort_by_parameter_order=True), rows))


def _ladder_row(version: ProgramVersion, kind: PartnerType, shape: TypeShape) -> dict[str, Any]:
    return {
        "version_id": version.id,
        "partner_type_id": kind.id,
        "mode": shape.mode,
        "partial_credit": shape.partial_credit,
        "needs_lower_tiers": shape.needs_lower_tiers,
        "upgrades": shape.policies.upgrades,
        "downgrades": shape.policies.downgrades,
        "grace_days": shape.policies.grace_days,
        "review": shape.policies.review,
        "renews": shape.policies.renewal is Renewal.ONE_YEAR,
        "wins_count_at_once": shape.policies.wins_count is Wins.AT_ONCE,
    }


def _parameter_rows(
    rung_id: int, tier: TierShape, categories: Mapping[str, Category], lists: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    for place, one in enumerate(tier.obligations):
        yield {
            **_shared(rung_id, ParameterKind.OBLIGATION, place, one, categories),
            **_stored(one.target, categories[one.category], lists),
            "score": one.score,
            "floor": one.floor,
            "mandatory": one.mandatory,
            "any_of": one.any_of,
        }
    for place, given in enumerate(tier.benefits):
        yield {
            **_shared(rung_id, ParameterKind.BENEFIT, place, given, categories),
            **_stored(given.value, categories[given.category], lists),
            "score": None,
            "floor": None,
            "mandatory": True,
            "any_of": None,
        }


def _shared(
    rung_id: int,
    kind: ParameterKind,
    place: int,
    one: ObligationShape | BenefitShape,
    categories: Mapping[str, Category],
) -> dict[str, Any]:
    return {
        "rung_id": rung_id,
        "category_id": categories[one.category].id,
        "kind": kind,
        "position": place,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
    }


def _stored(value: Decimal | str, category: Category, lists: Mapping[str, int]) -> dict[str, Any]:
    columns: dict[str, Any] = {"number": None, "text": None, "price_list_id": None}
    if isinstance(value, Decimal):
        return {**columns, "number": value}
    if category.value_type is ValueType.PRICE_LIST:
        return {**columns, "price_list_id": lists[value]}
    return {**columns, "text": value}


def _granted_lists(session: Session, program: Program, types: Sequence[TypeShape]) -> dict[str, int]:
    """The price lists these types grant, by code; one that cannot be granted is refused at its place (R1)."""
    named = [(path, one.value) for path, one in _benefits_with_places(types) if _is_list(program, one)]
    found = select(PriceList.code, PriceList.id).where(
        PriceList.scope == PriceScope.GRANTED, PriceList.code.in_([code for _, code in named])
    )
    lists: dict[str, int] = {}
    if named:
        lists = {code: number for code, number in session.execute(found)}  # noqa: C416 - rows, not pairs
    wrong = [
        Mistake(
            (*path, "value"),
            f"There is no price list “{code}” that a tier can grant; make it, or correct its code.",
        )
        for path, code in named
        if code not in lists
    ]
    if wrong:
        raise ProgramRefused(wrong)
    return lists


def _benefits_with_places(types: Sequence[TypeShape]) -> Iterator[tuple[Path, BenefitShape]]:
    for place, kind in enumerate(types):
        for row, one in enumerate(kind.registered):
            yield ("types", place, "registered", row), one
        for rung, tier in enumerate(kind.tiers):
            for row, one in enumerate(tier.benefits):
                yield ("types", place, "tiers", rung, "benefits", row), one


def _is_list(program: Program, benefit: BenefitShape) -> bool:
    category = program.category(benefit.category)
    return category is not None and category.value_type is ValueType.PRICE_LIST
