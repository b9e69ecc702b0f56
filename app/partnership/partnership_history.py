"""The history of a partnership: the tiers it held, the days it was on, and how its parameters changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from app.access import Permission, requires
from app.extensions import db
from app.filters import first_upper, locale
from app.listing import Column, Listing, choice, day
from app.models import Category, ParameterChange, Person, partnership_questions
from app.models.assessing.words import kept
from app.partnership.partnerships import found

bp = Blueprint("partnership_history", __name__, url_prefix="/partnerships/<id:partnership_id>/history")


def _own() -> Any:
    return ParameterChange.partnership_id == (request.view_args or {})["partnership_id"]


def _changes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            ParameterChange,
            Category.name.label("category_name"),
            Category.value_type.label("value_type"),
            Person.name.label("by_name"),
            partnership_questions.currency_of_the_day(ParameterChange.day).label("currency"),
        )
        .outerjoin(Category, Category.id == ParameterChange.category_id)
        .outerjoin(Person, Person.id == ParameterChange.by_id)
        .where(_own())
    )


def _categories() -> list[tuple[int, str]]:
    known = (
        select(Category.id, Category.name)
        .where(Category.id.in_(select(ParameterChange.category_id).where(_own())))
        .order_by(Category.name)
    )
    return [(0, "Tier"), *((row.id, row.name) for row in db.session.execute(known))]


def _what(row: Any) -> str:
    return first_upper(": ".join(part for part in (row.category_name, row[0].what) if part))


def _shown(row: Any, text: str | None) -> str:
    return kept(text, row.value_type, row.currency or "", locale())


LIST = Listing(
    "changes",
    query=_changes,
    key=ParameterChange.id,
    columns=[
        Column("day", "Day", lambda row: row[0].day, sort=ParameterChange.day, kind="day"),
        Column("what", "What", _what),
        Column("old", "Was", lambda row: _shown(row, row[0].old), kind="num"),
        Column("new", "Became", lambda row: _shown(row, row[0].new), kind="num"),
        Column("why", "Why", lambda row: row[0].why),
        Column("by", "By", lambda row: row.by_name or "Accord"),
    ],
    filters=[
        choice(
            "category",
            "What",
            _categories,
            lambda given: func.coalesce(ParameterChange.category_id, 0) == int(given),
        ),
        day("since", "Since", lambda on: ParameterChange.day >= on),
    ],
    default="-day",
    empty=(
        "No changes yet",
        "Rows appear when an assessment differs from the one before, or staff set something.",
    ),
)
LIST.routes(bp, requires(Permission.PARTNERS_READ))


@bp.get("")
@requires(Permission.PARTNERS_READ)
def index(partnership_id: int) -> ResponseReturnValue:
    """Show the tiers held, the days it was on, and how its parameters changed."""
    partnership = found(partnership_id)
    return render_template(
        "partnership/partnerships/history.html",
        partnership=partnership,
        today=partnership.partner.today(),
        tiers=partnership_questions.tiers_held(db.session(), partnership.id),
        page=LIST.page(),
    )
