"""Price lists: for everybody, for a type, granted by tiers, or personal to some partners (R1)."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import Form, render_form
from app.listing import Column, Listing, choice
from app.models import Partner, PartnerType, Price, PriceList, PriceListPartner, PriceScope, price_questions
from app.partnership import choices
from app.rules.refusals import RuleBroken

bp = Blueprint("price_lists", __name__, url_prefix="/price-lists")

SCOPES = [
    SelectChoice(PriceScope.BASE.value, "Base: for everybody"),
    SelectChoice(PriceScope.TYPE.value, "Type: for the partners of one type"),
    SelectChoice(PriceScope.GRANTED.value, "Granted: for tiers that grant it as a benefit"),
    SelectChoice(PriceScope.PERSONAL.value, "Personal: for the partners it is assigned to"),
]
TONES = {
    PriceScope.BASE: "neutral",
    PriceScope.TYPE: "info",
    PriceScope.GRANTED: "good",
    PriceScope.PERSONAL: "warn",
}


class PriceListForm(Form):
    """A list of prices and whom it is for."""

    name = StringField("Name", [DataRequired("Name the list."), Length(max=100)])
    code = StringField(
        "Code", [DataRequired("Give the list a code."), Length(max=60)], description="What files call it."
    )
    scope = SelectField("For", choices=SCOPES, description="It cannot change afterwards.")
    partner_type_id = SelectField(
        "Partner type", coerce=choices.number, description="Only for the list of a type."
    )


class NameForm(Form):
    """Another name or code."""

    name = StringField("Name", [DataRequired("Name the list."), Length(max=100)])
    code = StringField(
        "Code", [DataRequired("Give the list a code."), Length(max=60)], description="What files call it."
    )


class AssignmentForm(Form):
    """A personal list, for a partner, for a period."""

    partner = StringField("Partner code", [DataRequired("Say which partner, by its code."), Length(max=60)])
    valid_from = DateField("From", [Optional()], description="Empty means since ever.")
    valid_to = DateField("Until", [Optional()], description="The last day; empty means without end.")


class EndForm(Form):
    """The last day of something."""

    valid_to = DateField("Last day", [InputRequired("Choose the last day.")])


@cache
def _lists() -> Select[*tuple[Any, ...]]:
    prices = select(func.count(Price.id)).where(Price.price_list_id == PriceList.id).scalar_subquery()
    return select(PriceList, PartnerType.name.label("type_name"), prices.label("prices")).outerjoin(
        PartnerType, PartnerType.id == PriceList.partner_type_id
    )


LIST = Listing(
    "price lists",
    query=_lists,
    key=PriceList.id,
    columns=[
        Column("name", "Name", lambda row: row[0].name, sort=PriceList.name),
        Column("code", "Code", lambda row: row[0].code, sort=PriceList.code),
        Column(
            "scope", "For", lambda row: row[0].scope.words, kind="badge", tone=lambda row: TONES[row[0].scope]
        ),
        Column("type", "Type", lambda row: row.type_name),
        Column("prices", "Prices", lambda row: row.prices, kind="number"),
    ],
    filters=[
        choice(
            "scope",
            "For",
            [(one.value, one.words) for one in PriceScope],
            lambda given: PriceList.scope == PriceScope(given),
        )
    ],
    search=lambda words: (
        PriceList.name.icontains(words, autoescape=True) | PriceList.code.icontains(words, autoescape=True)
    ),
    default="name",
    href=lambda row: url_for("partnership.prices.index", price_list_id=row[0].id),
    empty=(
        "No price lists yet",
        "Begin with a base list; lists of types, tiers and partners come before it.",
    ),
    action=lambda: (
        ("New list", url_for("partnership.price_lists.new")) if may(Permission.PROGRAM_WRITE) else None
    ),
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """List the price lists."""
    return render_template("partnership/price_lists/index.html", page=LIST.page())


@bp.get("/<id:price_list_id>/partners")
@requires(Permission.PROGRAM_READ)
def partners(price_list_id: int) -> ResponseReturnValue:
    """Show whom a list is for: the partners it is assigned to, or the tiers that grant it."""
    price_list = find(PriceList, price_list_id, joinedload(PriceList.partner_type))
    session = db.session()
    return render_template(
        "partnership/price_lists/partners.html",
        price_list=price_list,
        assigned=price_questions.partners_of(session, price_list.id),
        granted=price_questions.granted_by(session, price_list.id),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def new() -> ResponseReturnValue:
    """Draw up a list."""
    form = PriceListForm()
    form.partner_type_id.choices = [choices.NONE, *choices.types()]
    if form.validate_on_submit():
        with form.refusals():
            drawn = PriceList.draw_up(
                db.session(),
                code=form.code.data or "",
                name=form.name.data or "",
                scope=PriceScope(form.scope.data),
                partner_type_id=form.partner_type_id.data,
                by=current_person,
            )
            flash(f"{drawn.name} is drawn up. Add its prices, or import them.")
            return redirect(url_for("partnership.prices.index", price_list_id=drawn.id))
    return render_form("partnership/price_lists/form.html", form, price_list=None)


@bp.route("/<id:price_list_id>/edit", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def edit(price_list_id: int) -> ResponseReturnValue:
    """Give a list another name or code."""
    price_list = find(PriceList, price_list_id)
    form = NameForm(obj=price_list)
    if form.validate_on_submit():
        with form.refusals():
            price_list.rename(code=form.code.data or "", name=form.name.data or "", by=current_person)
            flash("Saved.")
            return redirect(url_for("partnership.prices.index", price_list_id=price_list.id))
    return render_form("partnership/price_lists/form.html", form, price_list=find(PriceList, price_list_id))


@bp.route("/<id:price_list_id>/partners/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def assign(price_list_id: int) -> ResponseReturnValue:
    """Let a personal list hold for a partner, for a period."""
    price_list = find(PriceList, price_list_id)
    form = AssignmentForm()
    if form.validate_on_submit():
        with form.refusals():
            partner = _by_code(form.partner.data or "")
            price_list.assign(
                partner, valid_from=form.valid_from.data, valid_to=form.valid_to.data, by=current_person
            )
            flash(f"{partner.name} has this list now.")
            return redirect(url_for(".partners", price_list_id=price_list_id))
    return render_form("partnership/price_lists/assign.html", form, price_list=find(PriceList, price_list_id))


@bp.route("/assignments/<id:assignment_id>/end", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def end_assignment(assignment_id: int) -> ResponseReturnValue:
    """Let a personal list hold for a partner until a day."""
    both = joinedload(PriceListPartner.price_list), joinedload(PriceListPartner.partner)
    given = find(PriceListPartner, assignment_id, *both)
    form = EndForm()
    if form.validate_on_submit():
        with form.refusals():
            given.end(form.valid_to.data, by=current_person)
            flash("The last day is set.")
            return redirect(url_for(".partners", price_list_id=given.price_list_id))
    given = find(PriceListPartner, assignment_id, *both)
    return render_form("partnership/price_lists/end.html", form, given=given)


def _by_code(code: str) -> Partner:
    partner = db.session.scalars(
        select(Partner).where(func.lower(Partner.code) == code.lower())
    ).one_or_none()
    if partner is None:
        raise RuleBroken("There is no partner with this code. Look it up in the list of partners.", "partner")
    return partner
