"""The parameter history of the partner: what changed, from what to what, and why (P10)."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, Select, select

from app.access import Permission, requires
from app.filters import first_upper, locale
from app.listing import Column, Listing, day
from app.models import Category, ParameterChange
from app.models.assessing.words import kept

bp = Blueprint("history", __name__, url_prefix="/program/history")


@cache
def _changes() -> Select[*tuple[Any, ...]]:
    return select(ParameterChange, Category.name.label("category_name"), Category.value_type).outerjoin(
        Category, Category.id == ParameterChange.category_id
    )


def _shown(row: Row[Any], text: str | None) -> str:
    """A value the history kept, by its category's type; the currency is the program's."""
    return kept(text, row.value_type, locale=locale())


LIST = Listing(
    "changes",
    query=_changes,
    key=ParameterChange.id,
    columns=[
        Column("day", "Day", lambda row: row[0].day, sort=ParameterChange.day, kind="day"),
        Column("parameter", "Parameter", lambda row: row.category_name or "Tier"),
        Column("what", "What", lambda row: first_upper(row[0].what)),
        Column("old", "From", lambda row: _shown(row, row[0].old), kind="num"),
        Column("new", "To", lambda row: _shown(row, row[0].new), kind="num"),
        Column("why", "Why", lambda row: row[0].why),
    ],
    filters=[day("since", "Since", lambda on: ParameterChange.day >= on)],
    default="-day",
    empty=(
        "Nothing has changed yet",
        "When a figure or your tier changes at an assessment, it is kept here.",
    ),
)
LIST.routes(bp, requires(Permission.PORTAL_READ))


@bp.get("")
@requires(Permission.PORTAL_READ)
def index() -> ResponseReturnValue:
    """List every change of a parameter or of the tier, the latest first."""
    return render_template("portal/program/history.html", page=LIST.page())
