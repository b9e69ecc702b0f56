"""Parameter categories: what is measured or granted, and how."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, Text, cast, select
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange
from wtforms.validators import Optional as MayBeEmpty

from app import clock
from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import CountField, Form, render_form
from app.listing import Column, Listing, choice
from app.models import Category, Measure, ProgramVersion, ValueType
from app.models.program_shape import category_shape
from app.partnership.measure_form import answers_of, measure_of, what_can_be_counted, windows
from app.rules import measures
from app.rules.mistakes import ProgramRefused
from app.rules.program import CategoryShape
from app.rules.refusals import RuleBroken

bp = Blueprint("categories", __name__, url_prefix="/categories")

KINDS = [(one.value, one.value.capitalize()) for one in ValueType]


class CategoryForm(Form):
    """A category and how it is measured."""

    name = StringField(
        "Name", [DataRequired("Give the category a name, such as Won amount."), Length(max=100)]
    )
    value_type = SelectField("Its values are", choices=KINDS)
    choices = StringField(
        "Choices", [Length(max=1000)], description="For a choice: the words, separated by commas."
    )
    description = StringField(
        "Description", [Length(max=500)], description="One sentence; partners read it too."
    )
    counted = SelectField("What is counted", choices=what_can_be_counted())
    over = SelectField("Over which days", choices=windows())
    months = CountField("How many months", [MayBeEmpty(), NumberRange(1, 120)])
    where = TextAreaField(
        "Only those with",
        [Length(max=2000)],
        description="One filter on a line, such as category: Bikes, Clothing. Left empty, everything counts.",
        render_kw={"rows": 3},
    )
    growth = BooleanField("Its growth against the whole period before, in percent")
    fresh_days = CountField(
        "A file is fresh for so many days", [MayBeEmpty(), NumberRange(1, 99999)], default=365
    )
    written = TextAreaField(
        "As a program file writes it",
        [Length(max=5000)],
        description="For a ratio, share or net count; docs/program-file.md shows how.",
        render_kw={"rows": 8, "spellcheck": "false"},
    )


def _measured() -> Select[Any]:
    """The measure of a category in the version that holds."""
    return select(cast(Measure.definition, Text)).where(
        Measure.category_id == Category.id, Measure.version_id == ProgramVersion.holding_id(clock.today())
    )


def _query() -> Select[Any]:
    return select(Category, _measured().scalar_subquery().label("definition"))


def _sentence(definition: str | None) -> str:
    return measures.from_dict(json.loads(definition)).sentence() if definition else ""


LIST = Listing(
    "categories",
    query=_query,
    key=Category.id,
    columns=[
        Column("name", "Name", lambda row: row[0].name, sort=Category.name),
        Column("values", "Values", lambda row: row[0].value_type.value, sort=Category.value_type),
        Column("measure", "Measured as", lambda row: _sentence(row.definition)),
        Column("description", "Description", lambda row: row[0].description),
    ],
    filters=[
        choice("values", "Values", KINDS, lambda given: Category.value_type == ValueType(given)),
        choice(
            "measured",
            "Measured",
            [("yes", "Measured"), ("no", "Granted only")],
            lambda given: _measured().exists() if given == "yes" else ~_measured().exists(),
        ),
    ],
    search=lambda words: Category.name.icontains(words, autoescape=True),
    href=lambda row: url_for("partnership.categories.edit", category_id=row[0].id),
    default="name",
    empty=(
        "No categories yet",
        "A category is something a tier asks for or gives: won amount, certified people, a discount.",
    ),
    action=lambda: (
        ("New category", url_for("partnership.categories.new")) if may(Permission.PROGRAM_WRITE) else None
    ),
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """List what can be measured or granted."""
    return render_template("partnership/categories/index.html", page=LIST.page())


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def new() -> ResponseReturnValue:
    """Add a category; how it is measured goes into the draft."""
    if not ProgramVersion.exists(db.session()):
        flash("First say what the program is called and which currency it is in.")
        return redirect(url_for("partnership.program.new"))
    form = CategoryForm()
    if form.validate_on_submit():
        with form.refusals():
            if db.session.scalar(select(Category.id).where(Category.name == form.name.data)) is not None:
                raise RuleBroken(f"There is a category “{form.name.data}” already; open it instead.", "name")
            _keep(form)
            flash(f"“{form.name.data}” can be used in ladders now.")
            return redirect(url_for(".index"))
    return render_form("partnership/categories/new.html", form)


@bp.get("/<id:category_id>")
@requires(Permission.PROGRAM_READ)
def edit(category_id: int) -> ResponseReturnValue:
    """Show a category and how the draft, or else the version that holds, measures it."""
    category = find(Category, category_id)
    session = db.session()
    version = ProgramVersion.draft(session) or ProgramVersion.newest(session)
    definition = session.scalar(
        select(Measure.definition).where(
            Measure.category_id == category.id, Measure.version_id == (version.id if version else 0)
        )
    )
    shape = category_shape(category, definition)
    form = CategoryForm(
        data={
            "name": shape.name,
            "value_type": shape.value_type.value,
            "choices": ", ".join(shape.choices),
            "description": shape.description,
            **answers_of(shape.measure),
        }
    )
    return render_template(
        "partnership/categories/edit.html", form=form, category=category, shape=shape, version=version
    )


@bp.post("/<id:category_id>")
@requires(Permission.PROGRAM_WRITE)
def keep(category_id: int) -> ResponseReturnValue:
    """Change a category; how it is measured changes in the draft only."""
    category = find(Category, category_id)
    form = CategoryForm()
    form.name.data = category.name
    if form.validate():
        with form.refusals():
            _keep(form)
            flash("Saved. How it is measured changes once the draft is published.")
            return redirect(url_for(".index"))
    return render_form("partnership/categories/edit.html", form, category=find(Category, category_id))


def _keep(form: CategoryForm) -> None:
    said = form.data
    choices = [one.strip() for one in (said["choices"] or "").split(",") if one.strip()]
    shape = CategoryShape(
        said["name"],
        ValueType(said["value_type"]),
        said["description"] or "",
        tuple(choices),
        measure_of(said),
    )
    try:
        ProgramVersion.editable(db.session(), by=current_person).keep_category(shape, by=current_person)
    except ProgramRefused as refusal:
        first = refusal.mistakes[0]
        field = {"value": "value_type", "measure": "counted"}.get(str(first.path[-1]), str(first.path[2]))
        raise RuleBroken(first.sentence, field) from None
