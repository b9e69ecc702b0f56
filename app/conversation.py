"""What a record's page shows of the talk about it: its time line with the comments in it, its files, who watches.

`talk = conversation(record)` in the view, `{% include "leads/_talk.html" %}` in the template: one question in all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, after_this_request, request
from markupsafe import Markup, escape
from sqlalchemy import Row

from app.access import Permission, current_person, may, visitor
from app.database import aside
from app.extensions import db
from app.models import Attachment, Notification, Person
from app.models.happenings import said
from app.models.moments import moments, who
from app.stored_files import MEGABYTES

KINDS = {
    "activity": "activities",
    "lead": "leads",
    "opportunity": "opportunities",
    "orders": "orders",
    "registration": "registrations",
}
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

    is_comment: bool = False
    text: str = ""
    is_own: bool = False
    is_changed: bool = False


@dataclass(frozen=True)
class File:
    """A file of the record."""

    id: int
    name: str
    at: datetime
    bytes: int
    who: str
    kept: str
    may_be_removed: bool

    @property
    def size(self) -> str:
        """Return how large it is, in words."""
        kilobytes = self.bytes / 1024
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
    subject: str
    """How the list of events names the record, such as “lead 7”."""
    megabytes: int = MEGABYTES


def conversation(record: Any) -> Talk:
    """Return the talk about a record as the reader may see it."""
    is_staff, vendor = current_person.is_staff, _vendor()
    parts = moments(db.session(), record, current_person, SHOWN)
    steps, comments = parts["step"], parts["comment"]
    entries = [
        *(_step(one, record, vendor) for one in steps),
        *(_comment(one, record, vendor) for one in comments),
    ]
    _see([one.id for one in parts["unread"]])
    return Talk(
        kind=KINDS[record.__tablename__],
        record_id=record.id,
        entries=sorted(entries, key=lambda entry: (entry.at, entry.is_comment, entry.number), reverse=True),
        is_cut=len(steps) >= SHOWN or len(comments) >= SHOWN,
        files=[_file(one, record, vendor) for one in parts["file"]],
        watches=bool(parts["watch"]),
        may_talk=may(Permission.COMMENT),
        may_keep_to_vendor=is_staff and record.partner_id is not None,
        only_vendor_reads=is_staff and record.partner_id is None,
        vendor=vendor,
        subject=f"{record.__tablename__} {record.id}",
    )


def _see(unread: list[int]) -> None:
    """Mark what the reader was told of a record as read, since it is looked at; after the page's own work."""
    known, session = visitor(), db.session()
    if not unread or known is None or request.method != "GET":
        return
    known.unread = max(known.unread - len(unread), 0)
    person_id = known.person.id

    @after_this_request
    def seen(response: Response) -> Response:
        session.expunge_all()
        session.rollback()  # what the page read needs its connection no more
        with aside() as books:
            Notification.read(books, by=books.get_one(Person, person_id), numbers=unread)
        return response


def _vendor() -> str:
    known = visitor()
    return known.vendor if known is not None else "Accord"


def _step(one: Row[Any], record: Any, vendor: str) -> Entry:
    words = said(one.words, {}, one.more)
    return Entry(one.at, one.id, who(one), _side(one, vendor), words, _kept(one, record, vendor))


def _comment(one: Row[Any], record: Any, vendor: str) -> Entry:
    return Entry(
        one.at,
        one.id,
        who(one),
        _side(one, vendor),
        as_html(one.words, [each["name"] for each in one.more]),
        _kept(one, record, vendor),
        is_comment=True,
        text=one.words,
        is_own=one.by_id == current_person.id,
        is_changed=one.is_changed,
    )


def _file(one: Row[Any], record: Any, vendor: str) -> File:
    kept, may_be_removed = _kept(one, record, vendor), Attachment.removable(one.by_id, current_person)
    return File(one.id, one.words, one.at, one.more, who(one), kept, may_be_removed)


def _kept(one: Row[Any], record: Any, vendor: str) -> str:
    """Say to a member of the staff who else reads this, where the record's partner does not."""
    if not current_person.is_staff:
        return ""
    if one.vendor_only or one.partner_id is None:
        return f"only {vendor}"
    if one.partner_id == record.partner_id:
        return ""
    return "with an earlier partner" if record.partner_id is not None else "with a partner"


def _side(one: Row[Any], vendor: str) -> str:
    """Say on which side somebody stands, where it is not the reader's own."""
    is_staff = one.by_partner_id is None
    if not one.by_name or is_staff is current_person.is_staff:
        return ""
    return vendor if is_staff else "Partner"


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
