"""The program's versions: what holds, the draft, publishing it, and what changed between two."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from babel.dates import format_date
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import DateField, FileField, HiddenField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app import clock, filters
from app.access import Permission, current_person, requires, uploads
from app.database import find
from app.extensions import db
from app.forms import Form, render_form
from app.importing import program_file, program_text
from app.importing.program_file import ProgramFileRefused
from app.importing.yaml_reader import Wrong
from app.models import Ladder, PartnerType, ProgramVersion, Rung
from app.partnership.ladder_reading import reading
from app.rules import program_checks
from app.rules.mistakes import Mistake
from app.rules.program import Program
from app.rules.program_changes import changes

bp = Blueprint("program", __name__, url_prefix="/program")


class VersionForm(Form):
    """What a version says about itself."""

    revision = HiddenField()
    name = StringField("Name", [DataRequired("Give the version a name."), Length(max=100)])
    currency = StringField(
        "Currency",
        [DataRequired("Write three letters such as EUR.")],
        description="The program's one currency; targets and amounts are in it.",
        render_kw={"maxlength": 3, "autocapitalize": "characters"},
    )
    year_starts = StringField(
        "Program year begins on",
        [DataRequired("Write month and day, such as 01-01.")],
        description="Month and day, such as 01-01 or 04-06.",
        render_kw={"maxlength": 5},
    )

    def said(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        given = self.data
        return {
            "name": given["name"],
            "currency": given["currency"].upper(),
            "year_starts": given["year_starts"],
        }


class PublicationForm(Form):
    """From which day the draft shall hold."""

    revision = HiddenField()
    name = StringField("Name", [DataRequired("Give the version a name."), Length(max=100)])
    valid_from = DateField(
        "Holds from", [InputRequired("Choose the first day.")], description="The first day on which it holds."
    )


class FileForm(Form):
    """A program as a file."""

    file = FileField("Program file", description="A YAML file as docs/program-file.md describes it.")


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """Show what holds now, the draft, and every version there was."""
    versions = db.session.scalars(select(ProgramVersion)).all()
    published = sorted(
        (one for one in versions if not one.is_draft),
        key=lambda one: one.valid_from or date.min,
        reverse=True,
    )
    today = clock.today()
    return render_template(
        "partnership/program/index.html",
        draft=next((one for one in versions if one.is_draft), None),
        published=published,
        holding=next((one for one in published if one.valid_from and one.valid_from <= today), None),
        ahead=[one for one in published if one.valid_from and one.valid_from > today],
        draft_ladders=_ladders(next((one for one in versions if one.is_draft), None)),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def new() -> ResponseReturnValue:
    """Begin the first draft of an installation."""
    form = VersionForm(data={"name": f"Program {clock.today().year}", "year_starts": "01-01"})
    if form.validate_on_submit():
        with form.refusals():
            draft = ProgramVersion.begin_empty(db.session(), **form.said())
            draft.track("program.draft_started", by=current_person)
            flash("The draft is begun. Add the types of partners you have.")
            return redirect(url_for("partnership.types.index"))
    return render_form("partnership/program/new.html", form)


@bp.post("/draft")
@requires(Permission.PROGRAM_WRITE)
def draft() -> ResponseReturnValue:
    """Begin a draft from the newest version."""
    begun = ProgramVersion.start(db.session(), by=current_person)
    flash("A draft is begun, a copy of the newest version. Partners see nothing of it until it is published.")
    return redirect(url_for(".show", version_id=begun.id))


@bp.route("/file", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
@uploads(megabytes=2)
def load() -> ResponseReturnValue:
    """Take a program file in as the draft; every mistake is shown with its line."""
    form = FileForm()
    wrong: tuple[Wrong, ...] = ()
    if form.validate_on_submit():
        sent = request.files.get(form.file.name)
        content = sent.stream.read(program_file.LARGEST + 1) if sent else b""
        try:
            said = program_file.load(db.session(), content, by=current_person, publish=False)
        except ProgramFileRefused as refusal:
            db.session.rollback()
            wrong = refusal.wrong
        else:
            flash(said)
            return redirect(url_for(".index"))
    return render_form(
        "partnership/program/file.html", form, wrong=wrong, draft=ProgramVersion.draft(db.session())
    )


@bp.get("/<id:version_id>")
@requires(Permission.PROGRAM_READ)
def show(version_id: int) -> ResponseReturnValue:
    """Show a version: its types with their ladders."""
    version = find(ProgramVersion, version_id)
    program = version.program()
    return render_template(
        "partnership/program/show.html",
        version=version,
        program=program,
        ladders=_ladders(version),
        problems=_problems(version, program),
        before=version.before(),
        year_begins=_year_begins(program),
    )


@bp.get("/<id:version_id>/types/<id:type_id>")
@requires(Permission.PROGRAM_READ)
def ladder(version_id: int, type_id: int) -> ResponseReturnValue:
    """Show one type's ladder as a version has it."""
    version, program = find(ProgramVersion, version_id), find(ProgramVersion, version_id).program()
    kind = program.type(find(PartnerType, type_id).name)
    if kind is None:
        abort(404)
    return render_template(
        "partnership/program/ladder.html",
        version=version,
        kind=kind,
        type_id=type_id,
        reading=reading(kind, program),
    )


@bp.get("/<id:version_id>/program.yaml")
@requires(Permission.PROGRAM_READ)
def dump(version_id: int) -> ResponseReturnValue:
    """Give the version as its file, in the canonical form."""
    version = find(ProgramVersion, version_id)
    name = re.sub(r"[^A-Za-z0-9]+", "-", version.name).strip("-").lower() or "program"
    headers = {"Content-Disposition": f"attachment; filename={name}.yaml"}
    return Response(program_text.write(version.program()), mimetype="application/yaml", headers=headers)


@bp.get("/<id:version_id>/changes")
@requires(Permission.PROGRAM_READ)
def what_changed(version_id: int) -> ResponseReturnValue:
    """Say what changed from the version before to this one."""
    version = find(ProgramVersion, version_id)
    before = version.before()
    found = [] if before is None else changes(before.program(), version.program())
    return render_template("partnership/program/changes.html", version=version, before=before, changes=found)


@bp.route("/<id:version_id>/edit", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def edit(version_id: int) -> ResponseReturnValue:
    """Change the draft's name, currency and year."""
    version = find(ProgramVersion, version_id)
    if not version.is_draft:
        return redirect(url_for(".show", version_id=version_id))
    form = VersionForm(obj=version)
    if form.validate_on_submit():
        with form.refusals():
            version.describe(**form.said(), revision=_seen(form), by=current_person)
            flash("Saved.")
            return redirect(url_for(".show", version_id=version_id))
    version = find(ProgramVersion, version_id)
    form.revision.data = str(version.revision)
    return render_form("partnership/program/edit.html", form, version=version)


@bp.route("/<id:version_id>/publication", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def publish(version_id: int) -> ResponseReturnValue:
    """Publish the draft from a day; the page says before what changes and what stands in the way."""
    version = find(ProgramVersion, version_id)
    if not version.is_draft:
        return redirect(url_for(".show", version_id=version_id))
    form = PublicationForm(data={"name": version.name, "valid_from": version.valid_from or clock.today()})
    if form.validate_on_submit():
        with form.refusals():
            said, seen = form.data, _seen(form)
            if said["name"] != version.name:
                version.describe(
                    name=said["name"],
                    currency=version.currency,
                    year_starts=version.year_starts,
                    revision=seen,
                    by=current_person,
                )
                seen = None
            version.publish(said["valid_from"], revision=seen, by=current_person)
            flash(f"“{version.name}” is published.")
            return redirect(url_for(".show", version_id=version_id))
    version = find(ProgramVersion, version_id)
    form.revision.data = str(version.revision)
    program, before = version.program(), version.before()
    return render_form(
        "partnership/program/publish.html",
        form,
        version=version,
        before=before,
        problems=_problems(version, program),
        changes=[] if before is None else changes(before.program(), program),
    )


@bp.post("/<id:version_id>/discard")
@requires(Permission.PROGRAM_WRITE)
def discard(version_id: int) -> ResponseReturnValue:
    """Throw the draft away."""
    find(ProgramVersion, version_id).discard(by=current_person)
    flash("The draft is gone. What holds is as it was.")
    return redirect(url_for(".index"))


def _seen(form: VersionForm | PublicationForm) -> int | None:
    """Return the revision of the draft that the page was drawn with."""
    text = form.revision.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - a bigint


def _ladders(version: ProgramVersion | None) -> list[Ladder]:
    if version is None:
        return []
    query = (
        select(Ladder)
        .where(Ladder.version_id == version.id)
        .options(joinedload(Ladder.partner_type), selectinload(Ladder.rungs).joinedload(Rung.tier))
    )
    return sorted(db.session.scalars(query), key=lambda one: one.partner_type.name.casefold())


def _year_begins(program: Program) -> str:
    start = date(2001, program.year_starts.month, program.year_starts.day)
    return format_date(start, "d MMMM", locale=filters.locale())


def _problems(version: ProgramVersion, program: Program) -> list[Mistake]:
    """What would stop the draft from being published."""
    return program_checks.mistakes(program) if version.is_draft else []
