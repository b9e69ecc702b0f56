"""Files of partners and their partnerships: filed by staff, as artefacts where a program asks for one, handed out as attachments."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from wtforms import DateField, FileField, SelectField
from wtforms.validators import InputRequired

from app import stored_files
from app.access import Permission, current_person, requires, uploads
from app.database import find
from app.extensions import db
from app.forms import Form, render_form
from app.listing import Column, Listing, choice, text
from app.models import Category, Document, Partner, Partnership, Person
from app.partnership import choices
from app.partnership.partnerships import found

bp = Blueprint("documents", __name__, url_prefix="/documents")


class DocumentForm(Form):
    """A file to be filed with a partner."""

    file = FileField(
        "File",
        [InputRequired("Choose a file.")],
        description=f"PDF, pictures, Office files or text, up to {stored_files.MEGABYTES} MB.",
    )
    category_id = SelectField(
        "Filed as",
        coerce=choices.number,
        description="What the program asks for, such as a business plan; it counts at once.",
    )
    filed_on = DateField("Filed on", [InputRequired("Choose the day it was handed in.")])


@cache
def _documents() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Document,
            Partner.name.label("partner_name"),
            Category.name.label("category_name"),
            Person.name.label("by_name"),
        )
        .join(Partner, Partner.id == Document.partner_id)
        .outerjoin(Category, Category.id == Document.category_id)
        .outerjoin(Person, Person.id == Document.uploaded_by_id)
    )


def size(size: int) -> str:
    """Return how large a file is, in words."""
    return f"{size / 1024:,.0f} kB" if size < 1024 * 1024 else f"{size / 1024 / 1024:,.1f} MB"


LIST = Listing(
    "files",
    query=_documents,
    key=Document.id,
    columns=[
        Column("name", "File", lambda row: row[0].name, sort=Document.name),
        Column(
            "partner",
            "Partner",
            lambda row: row.partner_name,
            sort=Partner.sort_name,
            href=lambda row: url_for("partnership.partners.show", partner_id=row[0].partner_id),
        ),
        Column("category", "Filed as", lambda row: row.category_name),
        Column("filed", "Filed on", lambda row: row[0].filed_on, sort=Document.filed_on, kind="day"),
        Column("size", "Size", lambda row: size(row[0].size), kind="num"),
        Column("by", "By", lambda row: row.by_name),
    ],
    filters=[
        text("partner", "Partner code", lambda given: Partner.code == given),
        choice("category", "Filed as", choices.artefacts, lambda given: Document.category_id == int(given)),
    ],
    search=lambda words: Document.name.icontains(words, autoescape=True),
    default="-filed",
    href=lambda row: url_for("partnership.documents.show", document_id=row[0].id),
    empty=("No files yet", "File a partner's business plan or contract on the partner's page."),
)
LIST.routes(bp, requires(Permission.PARTNERS_READ))


@bp.get("")
@requires(Permission.PARTNERS_READ)
def index() -> ResponseReturnValue:
    """List the files of all partners, the latest first."""
    page = LIST.page()
    code = request.args.get("partner", "")
    partner = db.session.scalars(select(Partner).where(Partner.code == code)).one_or_none() if code else None
    return render_template("partnership/documents/index.html", page=page, partner=partner)


@bp.get("/of/<id:partnership_id>")
@requires(Permission.PARTNERS_READ)
def of_partnership(partnership_id: int) -> ResponseReturnValue:
    """Show the files of a partnership, and those of its partner that belong to no partnership."""
    partnership = found(partnership_id)
    own = _documents().where(
        Document.partner_id == partnership.partner_id,
        (Document.partnership_id == partnership.id) | Document.partnership_id.is_(None),
    )
    return render_template(
        "partnership/documents/of_partnership.html",
        partnership=partnership,
        today=partnership.partner.today(),
        documents=[
            (row, size(row[0].size))
            for row in db.session.execute(own.order_by(Document.filed_on.desc(), Document.id.desc()))
        ],
    )


@bp.get("/<id:document_id>")
@requires(Permission.PARTNERS_READ)
def show(document_id: int) -> ResponseReturnValue:
    """Show what is known of a file, with its check sum."""
    row = db.session.execute(_documents().where(Document.id == document_id)).one_or_none()
    if row is None:
        abort(404)
    return render_template(
        "partnership/documents/show.html", row=row, document=row[0], size=size(row[0].size)
    )


@bp.get("/<id:document_id>/file")
@requires(Permission.PARTNERS_READ)
def file(document_id: int) -> ResponseReturnValue:
    """Hand the file out, as an attachment that no browser runs."""
    return stored_files.send(find(Document, document_id))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS_WRITE)
@uploads(megabytes=stored_files.MEGABYTES + 1)
def new() -> ResponseReturnValue:
    """File what was handed in by the partner, or for the partnership, named in the address."""
    partner = find(Partner, _asked("partner"))
    partnership_id = _asked("partnership") or None
    if partnership_id is not None and find(Partnership, partnership_id).partner_id != partner.id:
        abort(404)
    form = DocumentForm(data={"filed_on": partner.today()})
    form.category_id.choices = [("", "A file like any other"), *choices.artefacts()]
    back = _back(partner, partnership_id)
    if form.validate_on_submit():
        with form.refusals():
            received = stored_files.receive(form.file.data)
            Document.file(
                db.session(),
                partner,
                stored_as=stored_files.keep(db.session(), received),
                by=current_person,
                partnership_id=partnership_id,
                category_id=form.category_id.data,
                filed_on=form.filed_on.data,
                **received.columns(),
            )
            flash(f"“{received.name}” is filed.")
            return redirect(back)
    return render_form("partnership/documents/new.html", form, partner=find(Partner, partner.id), back=back)


@bp.post("/<id:document_id>/removal")
@requires(Permission.PARTNERS_WRITE)
def remove(document_id: int) -> ResponseReturnValue:
    """Take a file away; what it was stays in the events."""
    document = find(Document, document_id)
    partner = find(Partner, document.partner_id)
    stored_files.forget(db.session(), document.stored_as)
    document.remove(by=current_person)
    flash(f"“{document.name}” is removed.")
    return redirect(_back(partner, document.partnership_id))


def _asked(name: str) -> int:
    number = request.args.get(name, "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0  # noqa: PLR2004 - a bigint


def _back(partner: Partner, partnership_id: int | None) -> str:
    if partnership_id is not None:
        return url_for(".of_partnership", partnership_id=partnership_id)
    return url_for(".index", partner=partner.code)
