"""The partner's own program: tier, what is missing, rewards, history, analytics, information. Read only (P11)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, Select, func, select

from app import stored_files
from app.access import Permission, requires
from app.database import find
from app.extensions import db
from app.listing import Column, Listing, day
from app.models import Category, Certificate, ParameterChange, PartnerType, PriceList, TypeDocument
from app.models.assessing import Standing
from app.portal.analytics import own_analytics
from app.portal.standing import own_standing

bp = Blueprint("program", __name__, url_prefix="/program")
LATEST = 6


@bp.get("")
@requires(Permission.PORTAL_READ)
def show() -> ResponseReturnValue:
    """Show the whole program of the partner; P3: while its partnership is off, say so instead."""
    standing, trouble = own_standing()
    if standing is None:
        return render_template("portal/program/off.html", trouble=trouble)
    return render_template(
        "portal/program/show.html",
        standing=standing,
        rewards=_rewards(standing),
        history=_latest_changes(),
        certificates=_certified_by_subject(),
        analytics=own_analytics(standing.currency, standing.on) if standing.currency else None,
        information=_information(standing),
        files=_files(),
    )


@bp.get("/files/<id:type_document_id>")
@requires(Permission.PORTAL_READ)
def file(type_document_id: int) -> ResponseReturnValue:
    """Hand out a file of the type's information page."""
    return stored_files.send(find(TypeDocument, type_document_id))


def _rewards(standing: Standing) -> list[tuple[str, str]]:
    """Return what the tier held gives, a price list by its name."""
    lists = [one.price_list_id for one in standing.rewards if one.price_list_id]
    names: dict[int, str] = {}
    if lists:
        found = db.session.execute(select(PriceList.id, PriceList.name).where(PriceList.id.in_(lists)))
        names = {row.id: row.name for row in found}
    return [(one.category, names.get(one.price_list_id or 0) or one.in_words()) for one in standing.rewards]


def _latest_changes() -> list[Row[Any]]:
    return list(db.session.execute(_changes().order_by(ParameterChange.id.desc()).limit(LATEST)))


def _changes() -> Select[*tuple[Any, ...]]:
    return select(ParameterChange, Category.name.label("category_name")).outerjoin(
        Category, Category.id == ParameterChange.category_id
    )


def _certified_by_subject() -> list[Row[Any]]:
    """Return how many people hold a valid certificate, by subject."""
    people = func.count(func.distinct(func.lower(Certificate.person_email))).label("people")
    valid = (
        select(Certificate.subject, people, func.min(Certificate.expires_on).label("first_expiry"))
        .where(Certificate.is_in("valid"))
        .group_by(Certificate.subject)
        .order_by(people.desc(), Certificate.subject)
        .limit(LATEST)
    )
    return list(db.session.execute(valid))


def _information(standing: Standing) -> str:
    page = select(PartnerType.information).where(PartnerType.id == standing.subject.partner_type_id)
    return db.session.scalar(page) or ""


def _files() -> list[TypeDocument]:
    return list(db.session.scalars(select(TypeDocument).order_by(TypeDocument.name)))


HISTORY = Listing(
    "changes",
    query=_changes,
    key=ParameterChange.id,
    columns=[
        Column("day", "Day", lambda row: row[0].day, sort=ParameterChange.day, kind="day"),
        Column("parameter", "Parameter", lambda row: row.category_name or "Tier"),
        Column("what", "What", lambda row: row[0].what.capitalize()),
        Column("old", "From", lambda row: row[0].old),
        Column("new", "To", lambda row: row[0].new),
        Column("why", "Why", lambda row: row[0].why),
    ],
    filters=[day("since", "Since", lambda on: ParameterChange.day >= on)],
    default="-day",
    empty=(
        "Nothing has changed yet",
        "When a figure or your tier changes at an assessment, it is kept here.",
    ),
)
history_bp = Blueprint("history", __name__, url_prefix="/program/history")
HISTORY.routes(history_bp, requires(Permission.PORTAL_READ))


@history_bp.get("")
@requires(Permission.PORTAL_READ)
def index() -> ResponseReturnValue:
    """List every change of a parameter or of the tier, the latest first."""
    return render_template("portal/program/history.html", page=HISTORY.page())
