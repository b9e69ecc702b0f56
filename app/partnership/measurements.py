"""Measurements: values from outside that a parameter may measure, entered here or imported (P8, P10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app import clock
from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.filters import day as shown_day
from app.forms import AmountField, Form, render_form, shortest
from app.listing import Column, Listing, choice, day, matches, text
from app.models import Category, Measurement, Partner
from app.models.measurement import measured_categories
from app.partnership.choices import Choices
from app.rules.numerals import MEASUREMENT

bp = Blueprint("measurements", __name__, url_prefix="/measurements")


class ValueForm(Form):
    """A value and where it comes from."""

    value = AmountField(
        "Value",
        [InputRequired("Write the value.")],
        grammar=MEASUREMENT,
        description="A number; for yes or no write 1 or 0.",
    )
    source = StringField(
        "Source",
        [Length(max=200, message="Use at most 200 characters.")],
        description="Where the value comes from.",
    )


class MeasurementForm(ValueForm):
    """A value of a category for a partner on a day."""

    partner = StringField(
        "Partner", [DataRequired("Write the partner's code.")], description="Its code, such as ACME."
    )
    category_id = SelectField("Category", coerce=int, validators=[InputRequired("Choose what was measured.")])
    day = DateField("Day", [InputRequired("Choose a day.")])

    FIRST = ("partner", "category_id", "day", "value", "source")


def _measurements() -> Select[*tuple[Any, ...]]:
    return (
        select(Measurement, Partner.name.label("partner_name"), Category.name.label("category_name"))
        .outerjoin(Partner, Partner.id == Measurement.partner_id)
        .outerjoin(Category, Category.id == Measurement.category_id)
    )


def _categories() -> Choices:
    return [(str(one.id), one.name) for one in measured_categories(db.session())]


def _of_partner(given: str) -> Any:
    exact = select(Partner.id).where(func.lower(Partner.code) == given.lower())
    named = select(Partner.id).where(matches(Partner.search, given)).limit(500)
    found = list(db.session.scalars(exact)) or list(db.session.scalars(named))
    return Measurement.partner_id.in_(found)


LIST = Listing(
    "measurements",
    query=_measurements,
    key=Measurement.id,
    columns=[
        Column("category", "Category", lambda row: row.category_name),
        Column(
            "partner",
            "Partner",
            lambda row: row.partner_name,
            href=lambda row: url_for("partnership.partners.show", partner_id=row[0].partner_id),
        ),
        Column("day", "Day", lambda row: row[0].day, sort=Measurement.day, kind="day"),
        Column("value", "Value", lambda row: shortest(row[0].value), kind="num"),
        Column("source", "Source", lambda row: row[0].source),
    ],
    filters=[
        choice("category", "Category", _categories, lambda given: Measurement.category_id == int(given)),
        text("partner", "Partner", _of_partner),
        day("from", "From", lambda on: Measurement.day >= on),
        day("to", "To", lambda on: Measurement.day <= on),
    ],
    default="-day",
    href=lambda row: (
        url_for("partnership.measurements.edit", measurement_id=row[0].id)
        if may(Permission.PARTNERS_WRITE)
        else None
    ),
    empty=(
        "No measurements yet",
        "Values that no record here can give, such as a customer survey, are entered or imported.",
    ),
    action=lambda: (
        ("Enter a value", url_for("partnership.measurements.new")) if may(Permission.PARTNERS_WRITE) else None
    ),
)
LIST.routes(bp, requires(Permission.PARTNERS_READ))


@bp.get("")
@requires(Permission.PARTNERS_READ)
def index() -> ResponseReturnValue:
    """List measured values, the latest day first."""
    return render_template("partnership/measurements/index.html", page=LIST.page())


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS_WRITE)
def new() -> ResponseReturnValue:
    """Enter a value for a partner."""
    form = MeasurementForm(partner=request.args.get("partner", ""), day=clock.today())
    form.category_id.choices = _categories()
    if form.validate_on_submit():
        with form.refusals():
            partner = Partner.by_code(db.session(), form.partner.data or "")
            Measurement.enter(
                db.session(),
                partner=partner,
                category=find(Category, form.category_id.data),
                day=form.day.data,
                value=form.value.data or Decimal(0),
                source=form.source.data,
                by=current_person,
            )
            flash(f"The value of {partner.name} is kept.")
            return redirect(url_for(".index", partner=partner.code))
    return render_form("partnership/measurements/new.html", form)


@bp.route("/<id:measurement_id>/edit", methods=["GET", "POST"])
@requires(Permission.PARTNERS_WRITE)
def edit(measurement_id: int) -> ResponseReturnValue:
    """Correct a value; the partner's history keeps what it was."""
    wanted = (joinedload(Measurement.partner), joinedload(Measurement.category))
    measured = find(Measurement, measurement_id, *wanted)
    now = f"{measured.category.name} of {measured.partner.name} on {shown_day(measured.day)}"
    form = ValueForm(obj=measured)
    if form.validate_on_submit():
        with form.refusals():
            measured.change(
                partner=measured.partner,
                category=measured.category,
                value=form.value.data or Decimal(0),
                source=form.source.data,
                by=current_person,
            )
            flash("Saved.")
            return redirect(url_for(".index", category=measured.category_id))
    return render_form("partnership/measurements/edit.html", form, now=now)
