"""One parameter of the partner's program: its value, and the records that make it and that do not (P5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission, requires
from app.extensions import db
from app.listing.records import records_as_csv
from app.models.assessing import Obligation, Standing
from app.models.assessing.records import Record, all_behind, behind, titles
from app.portal.standing import own_standing
from app.rules.measures import Source

bp = Blueprint("parameters", __name__, url_prefix="/program/parameters")
SIZE = 25

_OPENS = {
    Source.LEADS: ("leads.show", "lead_id"),
    Source.OPPORTUNITIES: ("opportunities.show", "opportunity_id"),
    Source.ORDERS: ("orders.show", "order_id"),
    Source.ORDER_LINES: ("orders.show", "order_id"),
}


@bp.get("/<id:category_id>")
@requires(Permission.PORTAL_READ)
def show(category_id: int) -> ResponseReturnValue:
    """Show the records behind a number, or those that were not counted with the reason of each."""
    standing, trouble = own_standing()
    if standing is None:
        return render_template("portal/program/off.html", trouble=trouble)
    obligations = _obligations(standing, category_id)
    if not obligations:
        abort(404)
    counting = request.args.get("show") != "left-out"
    found = behind(
        db.session(),
        standing,
        obligations[0].category,
        part=_number(request.args.get("part")),
        counting=counting,
        after=_place(request.args.get("after")),
        limit=SIZE,
    )
    return render_template(
        "portal/program/parameter.html",
        standing=standing,
        obligation=obligations[0],
        targets=[(step, one) for step in standing.steps for one in step.obligations if one in obligations],
        behind=found,
        rows=[(record, _href(record)) for record in found.records] if found else [],
        parts=titles(standing, obligations[0].category),
        part=_number(request.args.get("part")),
        counting=counting,
    )


@bp.get("/<id:category_id>.csv")
@requires(Permission.PORTAL_READ)
def file(category_id: int) -> ResponseReturnValue:
    """Give the records behind a number, or those left out, as a file."""
    standing, _ = own_standing()
    obligations = [] if standing is None else _obligations(standing, category_id)
    if standing is None or not obligations:
        abort(404)
    part, counting = _number(request.args.get("part")), request.args.get("show") != "left-out"
    rows = all_behind(db.session(), standing, obligations[0].category, part=part, counting=counting)
    return records_as_csv(rows, "records")


def _obligations(standing: Standing, category_id: int) -> list[Obligation]:
    return [one for step in standing.steps for one in step.obligations if one.category_id == category_id]


def _href(record: Record) -> str | None:
    """Return where a record opens; measurements, files and certificates have no page of their own."""
    if record.source not in _OPENS:
        return None
    endpoint, argument = _OPENS[record.source]
    values: dict[str, Any] = {argument: record.opens}
    return url_for(endpoint, **values)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) == 1 else 0


def _place(text: str | None) -> tuple[date, int] | None:
    """Return the place a list goes on after; an address that cannot be read begins at the start."""
    day, _, number = (text or "").partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - fits a bigint
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None
