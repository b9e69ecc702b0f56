"""What a record's page shows of the talk about it: its time line with the comments in it, its files, who watches.

`talk = conversation(record)` in the view, `{% include "leads/_talk.html" %}` in the template: four questions in all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, after_this_request, request
from markupsafe import Markup, escape

from app.access import Permission, current_person, may, visitor
from app.database import aside
from app.extensions import db
from app.models import Attachment, Comment, Notification, Person, Step, Watch
from app.models.step import name_of
from app.stored_files import MEGABYTES

KINDS = {"lead": "leads", "opportunity": "opportunities", "orders": "orders", "registration": "registrations"}
"""Which part of an address a record's table stands for."""

SHOWN = 100
LINK = re.compile(r"https?://[^\s<>\"'“”]+[^\s<>\"'“”.,;:!?)\]}]")


@dataclass(frozen=True)
class Entry:
    """One moment of the time line: a step, or a comment."""

    at: datetime
    number: int
    who: str
    side: str
    words: str | Markup
    kept: str
    """Who alone sees it, where not everybody who reads the record does."""

    comment: Comment | None = None
    is_own: bool = False

    @property
    def is_comment(self) -> bool:
        """Say whether somebody said this, rather than did it."""
        return self.comment is not None


@dataclass(frozen=True)
class File:
    """A file of the record."""

    file: Attachment
    who: str
    kept: str
    may_be_removed: bool

    @property
    def size(self) -> str:
        """Return how large it is, in words."""
        kilobytes = self.file.size / 1024
        return (
            f"{max(kilobytes, 1):.0f} kB" if kilobytes < 1000 else f"{kilobytes / 1024:.1f} MB"  # noqa: PLR2004
        )


@dataclass(frozen=True)
class Talk:
    """All that `_talk.html` draws."""

    kind: str
    record_id: int
    entries: Sequence[Entry]
    is_cut: bool
    files: Sequence[File]
    watches: bool
    may_talk: bool
    may_keep_to_vendor: bool
    only_vendor_reads: bool
    vendor: str
    megabytes: int = MEGABYTES


def conversation(record: Any) -> Talk:
    """Return the talk about a record as the reader may see it: at most four questions."""
    session, reader, vendor = db.session(), current_person, _vendor()
    steps = [step for step in Step.path(session, record, SHOWN) if not step.kind.startswith("comment.")]
    comments = Comment.on(session, record, SHOWN)
    entries = [
        *(_step(step, record, vendor) for step in steps),
        *(_comment(one, record, vendor) for one in comments),
    ]
    is_staff = reader.is_staff
    return Talk(
        kind=KINDS[record.__tablename__],
        record_id=record.id,
        entries=sorted(entries, key=lambda entry: (entry.at, entry.is_comment, entry.number), reverse=True),
        is_cut=len(steps) >= SHOWN or len(comments) >= SHOWN,
        files=[_file(one, record, vendor) for one in Attachment.on(session, record)],
        watches=_watches(record, reader),
        may_talk=may(Permission.COMMENT),
        may_keep_to_vendor=is_staff and record.partner_id is not None,
        only_vendor_reads=is_staff and record.partner_id is None,
        vendor=vendor,
    )


def _watches(record: Any, reader: Person) -> bool:
    """Say whether the reader watches the record; what it was told of it is read by looking at it."""
    session = db.session()
    watches, unread = Watch.state(session, record, reader)
    known = visitor()
    if unread and known is not None and request.method == "GET":
        known.unread = max(known.unread - len(unread), 0)
        person_id = reader.id

        @after_this_request
        def seen(response: Response) -> Response:
            session.expunge_all()
            session.rollback()  # what the page read needs its connection no more
            with aside() as books:
                Notification.read(books, by=books.get_one(Person, person_id), numbers=unread)
            return response

    return watches


def _vendor() -> str:
    known = visitor()
    return known.vendor if known is not None else "Accord"


def _step(step: Step, record: Any, vendor: str) -> Entry:
    side, kept = _side(step.actor, vendor), _kept(step, record, vendor)
    return Entry(step.at, step.id, step.who, side, step.words, kept)


def _comment(comment: Comment, record: Any, vendor: str) -> Entry:
    return Entry(
        comment.said_at,
        comment.id,
        name_of(comment.author_id, comment.author),
        _side(comment.author, vendor),
        as_html(comment.text, comment.names),
        _kept(comment, record, vendor),
        comment,
        is_own=comment.author_id == current_person.id,
    )


def _file(file: Attachment, record: Any, vendor: str) -> File:
    who = name_of(file.uploaded_by_id, file.uploaded_by)
    return File(file, who, _kept(file, record, vendor), file.may_be_removed_by(current_person))


def _kept(one: Step | Comment | Attachment, record: Any, vendor: str) -> str:
    """Say to a member of the staff who else reads this, where the record's partner does not."""
    if not current_person.is_staff:
        return ""
    if one.vendor_only or one.partner_id is None:
        return f"only {vendor}"
    return "" if one.partner_id == record.partner_id else "with an earlier partner"


def _side(person: Person | None, vendor: str) -> str:
    """Say on which side somebody stands, where it is not the reader's own."""
    if person is None or person.is_staff is current_person.is_staff:
        return ""
    return vendor if person.is_staff else "Partner"


def as_html(text: str, names: Sequence[str] = ()) -> Markup:
    """Return what somebody wrote as safe HTML: line breaks, links and names, nothing else."""
    parts, at = [], 0
    for link in LINK.finditer(text):
        parts.append(_with_names(text[at : link.start()], names))
        address = link.group()
        parts.append(Markup('<a href="{0}" rel="nofollow noopener noreferrer ugc">{0}</a>').format(address))
        at = link.end()
    parts.append(_with_names(text[at:], names))
    return Markup("").join(parts)


def _with_names(text: str, names: Sequence[str]) -> Markup:
    """Return a piece of text with the people it names marked, the longest name first."""
    if not names:
        return _lines(text)
    known = "|".join(re.escape(f"@{name}") for name in sorted(names, key=len, reverse=True))
    pieces = re.split(f"({known})", text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup('<b class="talk-name">{}</b>').format(piece) if place % 2 else _lines(piece)
        for place, piece in enumerate(pieces)
    )


def _lines(text: str) -> Markup:
    broken = str(escape(text.replace("\r\n", "\n"))).replace("\n", "<br>")
    return Markup(broken)  # noqa: S704 - escaped the line before
