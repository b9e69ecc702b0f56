"""One entry of a fund in full: why it is there, between which accounts it moved money, and how to check its hash (F2, F7)."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from app.access import Permission, may, requires
from app.extensions import db
from app.funds import drawing, reader
from app.funds.finding import found
from app.models import Entry, EntryKind
from app.models.funds.entry_hash import covered
from app.models.funds.entry_reading import LINES, EntryLine
from app.rules.entry_words import TITLES

bp = Blueprint("fund_entries", __name__, url_prefix="/fund-entries")

REVERSAL = "partnership.fund_postings.reversal"
OF_DEALS = "It is credited by the deal: correct the deal, and the ledger follows by itself."
OF_ACTIVITIES = (
    "It belongs to a marketing activity: settle, ask for more or cancel there, and the ledger follows."
)
CORRECTED_ELSEWHERE = {
    EntryKind.ACCRUAL: OF_DEALS,
    EntryKind.RESERVE: OF_ACTIVITIES,
    EntryKind.RELEASE: OF_ACTIVITIES,
    EntryKind.SETTLE: OF_ACTIVITIES,
    EntryKind.REVERSAL: "A reversal is not reversed. Post what is right anew.",
}
"""Where an entry is corrected that nobody takes back by hand."""


@bp.get("/<id:entry_id>")
@requires(Permission.FUNDS_READ)
def show(entry_id: int) -> ResponseReturnValue:
    """Show an entry in full."""
    session = db.session()
    row = session.execute(LINES.where(Entry.id == entry_id)).one_or_none()
    if row is None:
        abort(404)
    line = EntryLine(*row)
    head = found(line.fund_id)
    words = covered(session, line.id)
    other = session.scalar(_other_leg(line)) if line.transfer_id else None
    return render_template(
        "partnership/fund_entries/show.html",
        head=head,
        line=line,
        kind=TITLES[line.kind.value],
        why=drawing.whole(head, line),
        checks=drawing.whole_checks(line),
        covered=words,
        is_whole=sha256(words.encode()).digest() == line.hash,
        fund_url=reader.entry_url(line.fund_id, line.sequence),
        deal_url=reader.deal_url(line),
        activity_url=reader.activity_url(line),
        other=other,
        reversal_url=_reversal_url(line),
        corrected=CORRECTED_ELSEWHERE.get(line.kind),
    )


def _other_leg(line: EntryLine) -> Select[int]:
    """Ask for the other entry of a transfer."""
    return select(Entry.id).where(
        Entry.transfer_id == line.transfer_id, Entry.fund_id != line.fund_id, Entry.reverses_id.is_(None)
    )


def _reversal_url(line: EntryLine) -> str | None:
    """Return where an entry is taken back by hand; None where it is not, or not by the reader (F4)."""
    if line.back_id is not None or line.kind in CORRECTED_ELSEWHERE:
        return None
    may_be = may(Permission.FUNDS_WRITE) and reader.is_there(REVERSAL)
    return url_for(REVERSAL, entry_id=line.id) if may_be else None
