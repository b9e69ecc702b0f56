"""Bringing files in: choose and upload, see what would come of it, then bring it in as a job that can be left."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import islice
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, SelectField
from wtforms.validators import DataRequired, InputRequired

from app import stored_files
from app.access import Permission, current_person, may, requires, uploads
from app.database import find
from app.extensions import db
from app.forms import Form, render_form
from app.importing import files, runs
from app.importing.files import Unreadable
from app.importing.kind import Kind
from app.importing.kinds import KINDS
from app.importing.staging import columns_of
from app.listing import Column, Listing, choice
from app.models import ImportRun, ImportStatus, Person
from app.rules.refusals import RuleBroken

log = logging.getLogger(__name__)
bp = Blueprint("imports", __name__, url_prefix="/imports")

MEGABYTES = 100
PREVIEWED = 8
IMPORTS = (Permission.IMPORT_ALL, Permission.IMPORT_PIPELINE, Permission.IMPORT_FUNDS)
TONES = {ImportStatus.DONE: "good", ImportStatus.REFUSED: "bad", ImportStatus.FAILED: "bad"}


class UploadForm(Form):
    """A file and what its rows are."""

    kind = SelectField("What the rows are", [InputRequired("Choose what the rows are.")])
    file = FileField(
        "File",
        [DataRequired("Choose a file.")],
        description=f"UTF-8 CSV with a header, or .xlsx, up to {MEGABYTES} MB.",
    )


class BringInForm(Form):
    """How the file is brought in."""

    partial = BooleanField("Only the good rows")
    trust_amounts = BooleanField("Take the amounts of order lines as they are in the file")


def _allowed() -> list[Kind]:
    return [kind for kind in KINDS.values() if may(kind.permission)]


def title_of(name: str) -> str:
    """Say what rows of a kind are."""
    return KINDS[name].title if name in KINDS else name


def by_whom(person: Person | None) -> str:
    """Say who asked; without a person it was the command."""
    return "the command" if person is None else person.name


def state(run: ImportRun) -> str:
    """Say how far a run is, in a word or two."""
    match run.status:
        case ImportStatus.DONE:
            return "tried" if run.dry_run else "brought in"
        case ImportStatus.WAITING | ImportStatus.RUNNING if not run.is_under_way:
            return "interrupted"
        case _:
            return run.status.value


def _query() -> Select[Any]:
    return (
        select(ImportRun)
        .options(joinedload(ImportRun.by))
        .where(ImportRun.kind.in_([kind.name for kind in _allowed()]))
    )


LIST = Listing(
    "imports",
    query=_query,
    key=ImportRun.id,
    columns=[
        Column("asked", "Asked", lambda row: row.asked_at, sort=ImportRun.asked_at, kind="when"),
        Column("kind", "Rows are", lambda row: title_of(row.kind), sort=ImportRun.kind),
        Column("file", "File", lambda row: row.file_name, sort=ImportRun.file_name),
        Column("by", "By", lambda row: by_whom(row.by)),
        Column(
            "state",
            "State",
            state,
            kind="badge",
            tone=lambda row: TONES.get(row.status),
        ),
        Column("rows", "Rows", lambda row: row.total_rows, kind="number"),
        Column("created", "Created", lambda row: row.created, kind="number"),
        Column("changed", "Changed", lambda row: row.changed, kind="number"),
        Column("refused", "Refused", lambda row: row.refused, kind="number"),
    ],
    filters=[
        choice(
            "kind",
            "Rows are",
            lambda: [(kind.name, kind.title) for kind in _allowed()],
            lambda name: ImportRun.kind == name,
        ),
    ],
    search=lambda words: ImportRun.file_name.icontains(words, autoescape=True),
    default="-asked",
    href=lambda row: url_for("partnership.imports.show", run_id=row.id),
    empty=("No imports yet", "Bring a file in: partners first, then their partnerships, products and facts."),
    action=lambda: ("Bring a file in", url_for("partnership.imports.new")),
)
LIST.routes(bp, requires(*IMPORTS))


@bp.get("")
@requires(*IMPORTS)
def index() -> ResponseReturnValue:
    """List what was brought in, and what was tried."""
    return render_template("partnership/imports/index.html", page=LIST.page())


@bp.route("/new", methods=["GET", "POST"])
@requires(*IMPORTS)
@uploads(megabytes=MEGABYTES + 1)
def new() -> ResponseReturnValue:
    """Take a file; what would come of it is worked out at once, and nothing is written yet."""
    form = UploadForm(kind=request.args.get("kind"))
    form.kind.choices = [(kind.name, kind.title) for kind in _allowed()]
    if form.validate_on_submit():
        with form.refusals():
            run = _take(KINDS[form.kind.data], form.file.data)
            return redirect(url_for(".show", run_id=run.id))
    return render_form("partnership/imports/new.html", form, kinds=_allowed())


def _take(kind: Kind, upload: FileStorage | None) -> ImportRun:
    """Keep an upload when it can be read and has the columns of its kind, and ask for a try."""
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise RuleBroken("Choose a file.", "file")
    path = stored_files.keep_stream(db.session(), upload)
    try:
        source = files.inspect(path, stored_files.plain_name(upload.filename))
        columns_of(kind, source.header())
    except Unreadable as unreadable:
        raise RuleBroken(unreadable.sentence, "file") from unreadable
    return ImportRun.try_out(
        db.session(),
        by=current_person,
        kind=kind.name,
        file_name=source.name,
        stored_as=path.name,
        sha256=source.sha256,
        size=source.size,
        rows=source.rows,
    )


@bp.get("/<id:run_id>")
@requires(*IMPORTS)
def show(run_id: int) -> ResponseReturnValue:
    """Show how far it is, what would come or came of it, and what to mend by row."""
    run = _find(run_id)
    header, rows = _preview(run)
    return render_template(
        "partnership/imports/show.html",
        run=run,
        kind_title=title_of(run.kind),
        by=by_whom(run.by),
        state=state(run),
        tone=TONES.get(run.status, "info"),
        heads=[(name, "") for name in header],
        rows=rows,
        most_kept=runs.KEPT,
        form=BringInForm(partial=False, trust_amounts=run.trust_amounts),
    )


@bp.post("/<id:run_id>/start")
@requires(*IMPORTS)
def start(run_id: int) -> ResponseReturnValue:
    """Bring the file in for good, as a job."""
    form = BringInForm()
    _find(run_id).bring_in(
        db.session(), partial=form.partial.data, trust_amounts=form.trust_amounts.data, by=current_person
    )
    return redirect(url_for(".show", run_id=run_id))


@bp.post("/<id:run_id>/try")
@requires(*IMPORTS)
def try_again(run_id: int) -> ResponseReturnValue:
    """Work out once more what would come of the file."""
    _find(run_id).try_again(db.session(), trust_amounts=BringInForm().trust_amounts.data, by=current_person)
    return redirect(url_for(".show", run_id=run_id))


@bp.post("/<id:run_id>/removal")
@requires(*IMPORTS)
def discard(run_id: int) -> ResponseReturnValue:
    """Give the file up."""
    run = _find(run_id)
    stored_files.forget(db.session(), run.discard(db.session(), by=current_person))
    flash(f"“{run.file_name}” is given up; nothing of it was brought in.")
    return redirect(url_for(".index"))


@bp.get("/templates/<kind>.csv")
@requires(*IMPORTS)
def template(kind: str) -> ResponseReturnValue:
    """Give a file with the names of the columns and nothing else, to fill in."""
    known = _kind(kind)
    return Response(
        ",".join(known.header) + "\n",
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{known.name}.csv"'},
    )


def _kind(name: str) -> Kind:
    """Return a kind the reader may bring in."""
    kind = KINDS.get(name)
    if kind is None:
        abort(404)
    if not may(kind.permission):
        abort(403)
    return kind


def _find(run_id: int) -> ImportRun:
    run = find(ImportRun, run_id, joinedload(ImportRun.by))
    _kind(run.kind)
    return run


def _preview(run: ImportRun) -> tuple[list[str], Sequence[list[str]]]:
    """Give the header and the first rows of a file that is still kept."""
    if run.stored_as is None:
        return [], []
    path = stored_files.whereabouts(run.stored_as)
    if not path.is_file():
        return [], []
    source = files.Source(
        path, run.file_name, run.sha256, run.size, run.total_rows, run.file_name.endswith(".xlsx")
    )
    rows: list[list[str]] = []
    try:
        rows.extend(cells for _number, cells in islice(source.lines(), PREVIEWED))
    except RuleBroken:
        log.info("The first lines of import %s cannot all be read", run.id)  # the run says why
    return source.header(), rows
