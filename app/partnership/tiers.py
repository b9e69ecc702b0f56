"""Tiers of all types: their names, their rank as it holds, and who holds them today."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app import clock
from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import Form, render_form
from app.listing import Column, Listing, choice
from app.models import REGISTERED, ActivePeriod, Ladder, PartnerType, ProgramVersion, Rung, Tier, TierPeriod

bp = Blueprint("tiers", __name__, url_prefix="/tiers")

NOT_THERE = 10_000
"""Sorts tiers that are in no version after all others."""


class TierForm(Form):
    """A tier's name."""

    name = StringField("Name", [DataRequired("Give the tier a name."), Length(max=100)])


def _query() -> Select[Any]:
    today = clock.today()
    rank = (
        select(Rung.rank)
        .join(Ladder)
        .where(Rung.tier_id == Tier.id, Ladder.version_id == ProgramVersion.holding_id(today))
        .scalar_subquery()
    )
    holders = (
        select(func.count(TierPeriod.id))
        .join(ActivePeriod, ActivePeriod.partnership_id == TierPeriod.partnership_id)
        .where(
            TierPeriod.tier_id == Tier.id,
            TierPeriod.during.op("@>")(today),
            ActivePeriod.during.op("@>")(today),
        )
        .scalar_subquery()
    )
    return (
        select(Tier, PartnerType, rank.label("rank"), holders.label("holders"))
        .join(PartnerType, PartnerType.id == Tier.partner_type_id)
        .options(joinedload(Tier.partner_type))
    )


def _types() -> list[tuple[int, str]]:
    return [
        (number, name)
        for number, name in db.session.execute(
            select(PartnerType.id, PartnerType.name).order_by(PartnerType.name)
        )
    ]


def _opens(tier: Tier) -> str:
    """A tier opens to be renamed, for those who may; Registered and everybody else's lead to its ladder."""
    if may(Permission.PROGRAM_WRITE) and tier.name != REGISTERED:
        return url_for("partnership.tiers.edit", tier_id=tier.id)
    return url_for("partnership.types.show", type_id=tier.partner_type_id, _anchor="ladder")


LIST = Listing(
    "tiers",
    query=_query,
    key=Tier.id,
    columns=[
        Column("name", "Tier", lambda row: row[0].name, sort=Tier.name),
        Column(
            "type",
            "Type",
            lambda row: row[1].name,
            sort=PartnerType.name,
            href=lambda row: url_for("partnership.types.show", type_id=row[1].id),
        ),
        Column("rank", "Rank", lambda row: row.rank, kind="number"),
        Column("holders", "Partners hold it today", lambda row: row.holders, kind="number"),
    ],
    filters=[choice("type", "Type", _types, lambda given: Tier.partner_type_id == int(given))],
    search=lambda words: Tier.name.icontains(words, autoescape=True),
    href=lambda row: _opens(row[0]),
    default="type",
    empty=("No tiers yet", "Tiers come with their type: add a type and name its tiers."),
    action=lambda: ("New type", url_for("partnership.types.new")) if may(Permission.PROGRAM_WRITE) else None,
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """List every tier of every type."""
    return render_template("partnership/tiers/index.html", page=LIST.page())


@bp.route("/<id:tier_id>/edit", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def edit(tier_id: int) -> ResponseReturnValue:
    """Rename a tier; partners keep holding it."""
    tier = find(Tier, tier_id, joinedload(Tier.partner_type))
    form = TierForm(obj=tier)
    if form.validate_on_submit():
        with form.refusals():
            tier.rename(form.data["name"], by=current_person)
            flash("The tier is renamed, in every version.")
            return redirect(url_for(".index"))
    return render_form(
        "partnership/tiers/edit.html", form, tier=find(Tier, tier_id, joinedload(Tier.partner_type))
    )
