"""Partner types: what kinds of partners there are, and the page of further information each has."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from wtforms import FileField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app import clock, stored_files
from app.access import Permission, current_person, may, requires, uploads
from app.database import find
from app.extensions import db
from app.forms import Form, VersionedForm, render_form
from app.listing import Column, Listing
from app.models import Ladder, Partner, PartnerType, ProgramVersion, TypeDocument
from app.partnership.ladder_reading import reading
from app.rules.program import Mode, TierShape, TypeShape

bp = Blueprint("types", __name__, url_prefix="/types")

HOW = [
    (Mode.THRESHOLDS.value, "Thresholds: everything asked for is met"),
    (Mode.POINTS.value, "Points: obligations earn scores"),
]


class NewTypeForm(Form):
    """A new kind of partner with its tiers."""

    name = StringField("Name", [DataRequired("Give the type a name, such as Reseller."), Length(max=100)])
    description = StringField(
        "Description", [Length(max=500)], description="One sentence; partners read it too."
    )
    tiers = StringField(
        "Tiers, from the lowest up",
        [DataRequired("Name at least one tier."), Length(max=500)],
        description="Separated by commas, such as Bronze, Silver, Gold. Below them everybody is Registered.",
    )
    mode = RadioField("A tier is met by", choices=HOW, default=Mode.THRESHOLDS.value)


class TypeForm(VersionedForm):
    """What a type says to its partners."""

    name = StringField("Name", [DataRequired("Give the type a name."), Length(max=100)])
    description = StringField(
        "Description", [Length(max=500)], description="One sentence; partners read it too."
    )
    information = TextAreaField(
        "Page of further information",
        description="Markdown: # headings, - lists, **bold**, [links](https://…), tables.",
        render_kw={"rows": 16},
    )


class DocumentForm(Form):
    """A file for the page."""

    file = FileField("File", description="PDF, pictures, Office files or text, up to 20 MB.")


def _query() -> Select[Any]:
    partners = (
        select(func.count(Partner.id)).where(Partner.partner_type_id == PartnerType.id).scalar_subquery()
    )
    mode = (
        select(Ladder.mode)
        .where(
            Ladder.partner_type_id == PartnerType.id,
            Ladder.version_id == ProgramVersion.holding_id(clock.today()),
        )
        .scalar_subquery()
    )
    return select(PartnerType, partners.label("partners"), mode.label("mode"))


LIST = Listing(
    "partner types",
    query=_query,
    key=PartnerType.id,
    columns=[
        Column("name", "Name", lambda row: row[0].name, sort=PartnerType.name),
        Column("description", "Description", lambda row: row[0].description),
        Column("mode", "Tiers are met by", lambda row: row.mode or "not in the program yet"),
        Column("partners", "Partners", lambda row: row.partners, kind="number"),
    ],
    search=lambda words: PartnerType.name.icontains(words, autoescape=True),
    href=lambda row: url_for("partnership.types.show", type_id=row[0].id),
    default="name",
    empty=(
        "No types yet",
        "A type is a kind of partner, such as Reseller or Consultant, with a ladder of tiers.",
    ),
    action=lambda: ("New type", url_for("partnership.types.new")) if may(Permission.PROGRAM_WRITE) else None,
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """List every kind of partner."""
    return render_template("partnership/types/index.html", page=LIST.page())


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def new() -> ResponseReturnValue:
    """Add a type to the draft with the names of its tiers; its ladder is filled in next."""
    if not ProgramVersion.exists(db.session()):
        flash("First say what the program is called and which currency it is in.")
        return redirect(url_for("partnership.program.new"))
    form = NewTypeForm()
    if form.validate_on_submit():
        with form.refusals():
            kind = _added(form.data)
            flash("The type is in the draft. Say what each tier asks for and gives.")
            return redirect(url_for("partnership.ladders.show", type_id=kind.id))
    return render_form("partnership/types/new.html", form)


def _added(said: dict[str, Any]) -> PartnerType:
    names = [name.strip() for name in said["tiers"].split(",") if name.strip()]
    tiers = tuple(TierShape(name) for name in names)
    shape = TypeShape(said["name"], said["description"] or "", mode=Mode(said["mode"]), tiers=tiers)
    return ProgramVersion.editable(db.session(), by=current_person).add_type(shape, by=current_person)


@bp.get("/<id:type_id>")
@requires(Permission.PROGRAM_READ)
def show(type_id: int) -> ResponseReturnValue:
    """Show a type: its page as partners read it, its files, and its ladder as it holds."""
    kind = find(PartnerType, type_id)
    version = ProgramVersion.holding(db.session(), clock.today())
    program = None if version is None else version.program()
    shape = None if program is None else program.type(kind.name)
    return render_template(
        "partnership/types/show.html",
        kind=kind,
        version=version,
        shape=shape,
        reading=None if program is None or shape is None else reading(shape, program),
        draft=ProgramVersion.draft(db.session()),
        files=_files(kind),
        form=DocumentForm(),
        partners=db.session.scalar(select(func.count(Partner.id)).where(Partner.partner_type_id == kind.id)),
    )


@bp.route("/<id:type_id>/edit", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def edit(type_id: int) -> ResponseReturnValue:
    """Change what a type says to its partners; “Preview” shows the page without saving it."""
    kind = find(PartnerType, type_id)
    form = TypeForm(obj=kind)
    wants_preview = "preview" in request.form
    if form.validate_on_submit() and not wants_preview:
        with form.refusals():
            said = form.data
            kind.describe(
                name=said["name"],
                description=said["description"] or "",
                information=said["information"] or "",
                by=current_person,
                version=form.seen_version(),
            )
            flash("Saved. Partners of this type read it from now on.")
            return redirect(url_for(".show", type_id=type_id))
    kind = find(PartnerType, type_id)
    if not wants_preview:
        form.show_version(kind)
    page = render_template("partnership/types/edit.html", form=form, kind=kind, wants_preview=wants_preview)
    return page, 422 if request.method == "POST" and (form.errors or not wants_preview) else 200


@bp.post("/<id:type_id>/files")
@requires(Permission.PROGRAM_WRITE)
@uploads(megabytes=stored_files.MEGABYTES + 1)
def add_file(type_id: int) -> ResponseReturnValue:
    """Put a file on a type's page."""
    kind = find(PartnerType, type_id)
    form = DocumentForm()
    if form.validate_on_submit():
        with form.refusals():
            received = stored_files.receive(form.file.data)
            kept = stored_files.keep(db.session(), received)
            TypeDocument.add(db.session(), kind, stored_as=kept, by=current_person, **received.columns())
            flash(f"“{received.name}” is on the page.")
            return redirect(url_for(".show", type_id=type_id, _anchor="files"))
    return render_form("partnership/types/file.html", form, kind=find(PartnerType, type_id))


@bp.get("/files/<id:file_id>")
@requires(Permission.PROGRAM_READ)
def file(file_id: int) -> ResponseReturnValue:
    """Give a file back."""
    return stored_files.send(find(TypeDocument, file_id))


@bp.post("/files/<id:file_id>/removal")
@requires(Permission.PROGRAM_WRITE)
def remove_file(file_id: int) -> ResponseReturnValue:
    """Take a file from a type's page."""
    document = find(TypeDocument, file_id)
    type_id = document.partner_type_id
    stored_files.forget(db.session(), document.stored_as)
    document.remove(by=current_person)
    flash(f"“{document.name}” is removed.")
    return redirect(url_for(".show", type_id=type_id, _anchor="files"))


@bp.post("/<id:type_id>/removal")
@requires(Permission.PROGRAM_WRITE)
def drop(type_id: int) -> ResponseReturnValue:
    """Take a type out of the draft; the type and its partners stay."""
    kind = find(PartnerType, type_id)
    ProgramVersion.editable(db.session(), by=current_person).drop_type(kind, by=current_person)
    flash(f"{kind.name} is no longer in the draft. To put it back, discard the draft or open its ladder.")
    return redirect(url_for("partnership.program.index"))


def _files(kind: PartnerType) -> list[TypeDocument]:
    query = select(TypeDocument).where(TypeDocument.partner_type_id == kind.id)
    return list(db.session.scalars(query.order_by(TypeDocument.name)))
