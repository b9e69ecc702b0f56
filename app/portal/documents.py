"""The partner's own files, as the vendor filed them."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from app import stored_files
from app.access import Permission, requires
from app.database import find
from app.listing import Column, Listing
from app.models import Category, Document

bp = Blueprint("documents", __name__, url_prefix="/documents")


@cache
def _documents() -> Select[*tuple[Any, ...]]:
    return select(Document, Category.name.label("category_name")).outerjoin(
        Category, Category.id == Document.category_id
    )


LIST = Listing(
    "files",
    query=_documents,
    key=Document.id,
    columns=[
        Column("name", "File", lambda row: row[0].name, sort=Document.name),
        Column("category", "Filed as", lambda row: row.category_name),
        Column("filed", "Filed on", lambda row: row[0].filed_on, sort=Document.filed_on, kind="day"),
    ],
    search=lambda words: Document.name.icontains(words, autoescape=True),
    default="-filed",
    href=lambda row: url_for("portal.documents.file", document_id=row[0].id),
    empty=(
        "No files yet",
        "A business plan or another file that the program asks for appears here once it is filed.",
    ),
)
LIST.routes(bp, requires(Permission.PORTAL_READ))


@bp.get("")
@requires(Permission.PORTAL_READ)
def index() -> ResponseReturnValue:
    """List the partner's files, the latest first."""
    return render_template("portal/documents/index.html", page=LIST.page())


@bp.get("/<id:document_id>")
@requires(Permission.PORTAL_READ)
def file(document_id: int) -> ResponseReturnValue:
    """Hand out one of the partner's own files."""
    return stored_files.send(find(Document, document_id))
