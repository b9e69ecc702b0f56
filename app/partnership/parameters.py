"""Parameters: everything the tiers of all types ask for and give, in one list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from app import clock
from app.access import Permission, may, requires
from app.extensions import db
from app.listing import Column, Listing, choice
from app.models import (
    Category,
    Ladder,
    Parameter,
    ParameterKind,
    PartnerType,
    ProgramVersion,
    Rung,
    Tier,
    VersionStatus,
)
from app.models.program_shape import category_shape
from app.partnership.ladder_reading import in_words

bp = Blueprint("parameters", __name__, url_prefix="/parameters")


def _query() -> Select[Any]:
    return (
        select(  # type: ignore[return-value]  # a list takes rows of any columns
            Parameter, Category, Tier.name.label("tier"), PartnerType, Rung.rank, ProgramVersion
        )
        .join(Category, Category.id == Parameter.category_id)
        .join(Rung, Rung.id == Parameter.rung_id)
        .join(Tier, Tier.id == Rung.tier_id)
        .join(Ladder, Ladder.id == Rung.ladder_id)
        .join(PartnerType, PartnerType.id == Ladder.partner_type_id)
        .join(ProgramVersion, ProgramVersion.id == Ladder.version_id)
        .options(joinedload(Parameter.price_list))
    )


def _value(row: Any) -> str:
    parameter: Parameter = row[0]
    value = parameter.number if parameter.number is not None else parameter.text or ""
    stored: Decimal | str = parameter.price_list.code if parameter.price_list else value
    return in_words(stored, category_shape(row.Category, None), row.ProgramVersion.currency)


def _types() -> list[tuple[int, str]]:
    return [
        (number, name)
        for number, name in db.session.execute(
            select(PartnerType.id, PartnerType.name).order_by(PartnerType.name)
        )
    ]


def _of_version(given: str) -> ColumnElement[bool]:
    if given == "draft":
        return ProgramVersion.status == VersionStatus.DRAFT
    return Ladder.version_id == ProgramVersion.holding_id(clock.today())


def _conditions(row: Any) -> str:
    parameter: Parameter = row[0]
    words = [f"one of “{parameter.any_of}”"] if parameter.any_of else []
    if parameter.kind is ParameterKind.OBLIGATION and not parameter.mandatory:
        words.append("not needed")
    if parameter.floor is not None:
        words.append(f"at least {parameter.floor.normalize():f}")
    return ", ".join(words)


LIST = Listing(
    "parameters",
    query=_query,
    key=Parameter.id,
    columns=[
        Column("category", "Category", lambda row: row.Category.name, sort=Category.name),
        Column("type", "Type", lambda row: row.PartnerType.name, sort=PartnerType.name),
        Column("tier", "Tier", lambda row: row.tier, sort=Tier.name),
        Column(
            "kind",
            "Kind",
            lambda row: row[0].kind.value,
            sort=Parameter.kind,
            kind="badge",
            tone=lambda row: "info" if row[0].kind is ParameterKind.OBLIGATION else "good",
        ),
        Column("value", "Target or value", _value, kind="num"),
        Column("score", "Score", lambda row: row[0].score, kind="number"),
        Column("conditions", "Conditions", _conditions),
        Column("from", "From", lambda row: row[0].valid_from, kind="day"),
        Column("to", "To", lambda row: row[0].valid_to, kind="day"),
    ],
    filters=[
        choice("version", "Version", [("now", "Holds now"), ("draft", "Draft")], _of_version),
        choice("type", "Type", _types, lambda given: Ladder.partner_type_id == int(given)),
        choice(
            "kind",
            "Kind",
            [(one.value, one.value.capitalize()) for one in ParameterKind],
            lambda given: Parameter.kind == ParameterKind(given),
        ),
    ],
    search=lambda words: (
        Category.name.icontains(words, autoescape=True) | Tier.name.icontains(words, autoescape=True)
    ),
    href=lambda row: (
        url_for("partnership.ladders.show", type_id=row.PartnerType.id)
        if row.ProgramVersion.is_draft
        else url_for(
            "partnership.program.ladder", version_id=row.ProgramVersion.id, type_id=row.PartnerType.id
        )
    ),
    default="type",
    empty=(
        "No parameters yet",
        "A parameter is a category at a tier: a target to reach or a benefit. They are set on a type's ladder.",
    ),
    action=lambda: (
        ("Open the types", url_for("partnership.types.index")) if may(Permission.PROGRAM_READ) else None
    ),
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """List what tiers ask for and give; at first by the version that holds, or the draft before there is one."""
    if "version" not in request.args:
        holds = ProgramVersion.holding(db.session(), clock.today()) is not None
        asked = request.args.to_dict() | {"version": "now" if holds else "draft"}
        return redirect(f"{url_for('.index')}?{urlencode(asked)}")
    return render_template("partnership/parameters/index.html", page=LIST.page())
