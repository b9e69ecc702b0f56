"""Talking about a record: comments, files and watching, the same for leads, opportunities, registrations, orders and activities."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from wtforms import BooleanField, FileField, TextAreaField
from wtforms.validators import DataRequired, Length

from app import stored_files
from app.access import Permission, current_person, requires, uploads
from app.conversation import KINDS
from app.database import find
from app.extensions import db
from app.forms import Form
from app.models import Activity, Attachment, Comment, Lead, Opportunity, Order, Person, Registration, Watch
from app.models.talk.comment import LONGEST
from app.models.talk.readers import readers

bp = Blueprint("conversations", __name__)

NOUNS: dict[str, Any] = {
    "activities": Activity,
    "leads": Lead,
    "opportunities": Opportunity,
    "orders": Order,
    "registrations": Registration,
}
TITLES = {"activity": "title", "lead": "company", "opportunity": "name", "orders": "number"}
RECORD = "/<any(activities,leads,opportunities,orders,registrations):kind>/<id:record_id>"
READ = (
    Permission.LEADS_READ,
    Permission.OPPORTUNITIES_READ,
    Permission.ORDERS_READ,
    Permission.ACTIVITIES_READ,
    Permission.PORTAL_ACTIVITIES_READ,
)
OFFERED = 8


class CommentForm(Form):
    """What somebody says about a record."""

    text = TextAreaField(
        "Comment",
        [
            DataRequired("Write what you want to say."),
            Length(max=LONGEST, message=f"Use at most {LONGEST:,} characters."),
        ],
        render_kw={"rows": 5},
    )
    vendor_only = BooleanField("The partner does not see this")


class FileForm(Form):
    """A file for a record."""

    file = FileField("File", [DataRequired("Choose a file.")])
    vendor_only = BooleanField("The partner does not see this")


def _record(kind: str, record_id: int) -> Any:
    """Return the record that is talked about; one that was deleted is not talked about any more."""
    record = find(NOUNS[kind], record_id)
    if getattr(record, "deleted_at", None) is not None:
        abort(404)
    return record


def _own_part(noun: Any, number: int, record: Any) -> Any:
    """Return a comment or file of this record; that of another one is not here."""
    part = find(noun, number)
    if (part.subject_type, part.subject_id) != (record.__tablename__, record.id):
        abort(404)
    return part


def _back(kind: str, record_id: int, place: str) -> ResponseReturnValue:
    return redirect(f"/{kind}/{record_id}#{place}")


def _again(form: Form, record: Any, act: str, label: str) -> ResponseReturnValue:
    """Show a form that was refused on a page of its own, with what was typed."""
    kind = KINDS[record.__tablename__]
    title = getattr(record, TITLES.get(record.__tablename__, ""), f"Registration {record.id}")
    page = render_template(
        "leads/conversations/again.html",
        form=form,
        act=act,
        label=label,
        record_title=title,
        back=f"/{kind}/{record.id}",
        vendor_can_hide=current_person.is_staff and record.partner_id is not None,
    )
    return page, 422


@bp.post(f"{RECORD}/comments")
@requires(Permission.COMMENT)
def comment(kind: str, record_id: int) -> ResponseReturnValue:
    """Say something about a record."""
    record, form = _record(kind, record_id), CommentForm()
    if form.validate_on_submit():
        with form.refusals():
            said = Comment.say(record, form.text.data, by=current_person, vendor_only=_hides(form))
            return _back(kind, record_id, f"comment-{said.id}")
    return _again(form, record, request.path, "Comment")


@bp.post(f"{RECORD}/comments/<id:comment_id>")
@requires(Permission.COMMENT)
def change_comment(kind: str, record_id: int, comment_id: int) -> ResponseReturnValue:
    """Say one's own comment in other words."""
    record, form = _record(kind, record_id), CommentForm()
    said = _own_comment(record, comment_id)
    if form.validate_on_submit():
        with form.refusals():
            said.change(record, form.text.data, by=current_person)
            return _back(kind, record_id, f"comment-{comment_id}")
    return _again(form, record, request.path, "Change comment")


@bp.post(f"{RECORD}/comments/<id:comment_id>/removal")
@requires(Permission.COMMENT)
def remove_comment(kind: str, record_id: int, comment_id: int) -> ResponseReturnValue:
    """Take one's own comment back."""
    _own_comment(_record(kind, record_id), comment_id).remove(by=current_person)
    flash("Your comment is removed.")
    return _back(kind, record_id, "talk")


def _own_comment(record: Any, comment_id: int) -> Comment:
    """Return a comment of the reader's own: what a colleague said is not the reader's to change."""
    said: Comment = _own_part(Comment, comment_id, record)
    if said.author_id != current_person.id:
        _refuse()
    return said


def _refuse() -> NoReturn:
    """Answer 403 to an attempt at what is a colleague's; it is remembered (A7)."""
    g.refused = True
    abort(403)


def _hides(form: Any) -> bool:
    return bool(form.vendor_only.data) and current_person.is_staff


@bp.post(f"{RECORD}/files")
@requires(Permission.COMMENT)
@uploads(megabytes=stored_files.MEGABYTES + 1)
def add_file(kind: str, record_id: int) -> ResponseReturnValue:
    """Put a file on a record: what it is is read from its content."""
    record, form = _record(kind, record_id), FileForm()
    if form.validate_on_submit():
        with form.refusals():
            received, session = stored_files.receive(form.file.data), db.session()
            stored_as = stored_files.keep(session, received)
            Attachment.put(
                record,
                stored_as=stored_as,
                by=current_person,
                vendor_only=_hides(form),
                **received.columns(),
            )
            flash(f"“{received.name}” is added.")
            return _back(kind, record_id, "files")
    return _again(form, record, request.path, "Add file")


@bp.get(f"{RECORD}/files/<id:file_id>")
@requires(*READ)
def file(kind: str, record_id: int, file_id: int) -> ResponseReturnValue:
    """Hand out a file of a record, as an attachment that no browser runs."""
    return stored_files.send(_own_part(Attachment, file_id, _record(kind, record_id)))


@bp.post(f"{RECORD}/files/<id:file_id>/removal")
@requires(Permission.COMMENT)
def remove_file(kind: str, record_id: int, file_id: int) -> ResponseReturnValue:
    """Take a file from a record."""
    record = _record(kind, record_id)
    kept: Attachment = _own_part(Attachment, file_id, record)
    if not kept.may_be_removed_by(current_person):
        _refuse()
    kept.remove(record, by=current_person)
    stored_files.forget(db.session(), kept.stored_as)
    flash(f"“{kept.name}” is removed.")
    return _back(kind, record_id, "files")


@bp.post(f"{RECORD}/watch")
@requires(Permission.COMMENT)
def watch(kind: str, record_id: int) -> ResponseReturnValue:
    """Be told what happens to a record from now on."""
    Watch.begin(_record(kind, record_id), by=current_person)
    flash("You watch this now: you are told what happens.")
    return _back(kind, record_id, "talk")


@bp.post(f"{RECORD}/watch/end")
@requires(Permission.COMMENT)
def unwatch(kind: str, record_id: int) -> ResponseReturnValue:
    """Be told no longer; who is named or owns the record still is."""
    Watch.end(_record(kind, record_id), by=current_person)
    flash("You no longer watch this.")
    return _back(kind, record_id, "talk")


@bp.get(f"{RECORD}/people")
@requires(Permission.COMMENT)
def people(kind: str, record_id: int) -> ResponseReturnValue:
    """Answer who can be named on a record by the letters typed: those who may see it, the reader's own side first."""
    record, letters = _record(kind, record_id), request.args.get("q", "").strip()[:100]
    own_side = Person.partner_id.is_not_distinct_from(current_person.partner_id)
    asked = (
        select(Person.name)
        .where(
            readers(record), Person.name.icontains(letters, autoescape=True), Person.id != current_person.id
        )
        .order_by(own_side.desc(), func.accord_fold(Person.name))
        .limit(OFFERED)
    )
    return jsonify(list(dict.fromkeys(db.session.scalars(asked))))
