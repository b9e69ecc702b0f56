"""F7: prove the ledger: every entry, chain, balance and cause, and what deals, activities and files say beside it.

The questions go to the database as a whole, so that a million entries take seconds; each answer is a finding: which rule,
whose fund, which entry, and a sentence. The first finding is the first entry that does not fit, if one does not.
Prove in a transaction that sees one state of the database (REPEATABLE READ) where others post meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models.funds import (
    verifying_activities,
    verifying_books,
    verifying_deals,
    verifying_entries,
    verifying_files,
    verifying_records,
)
from app.models.funds.findings import Finding, Weight

Whereabouts = Callable[[str], Path]
Check = Callable[[Session], Iterator[Finding]]

PARTS: tuple[tuple[str, Check], ...] = (
    ("Reading every entry", verifying_entries.entries),
    ("Comparing reversals with what they reverse", verifying_entries.reversals),
    ("Comparing chains with their heads", verifying_books.heads),
    ("Comparing the chains with earlier proofs", verifying_books.anchors),
    ("Adding up balances", verifying_books.balances),
    ("Looking for causes posted twice", verifying_books.causes),
    ("Comparing credits with deals", verifying_deals.deals),
    ("Comparing activities with what was reserved", verifying_activities.activities),
    ("Following the path of every activity", verifying_activities.paths),
    ("Looking for partnerships and prices that overlap", verifying_records.overlaps),
    ("Looking for partners without an administrator", verifying_records.administrators),
    ("Looking for funds below zero", verifying_books.overdrafts),
)
FILES = "Reading every file"


def verify(
    session: Session,
    *,
    whereabouts: Whereabouts | None = None,
    tell: Callable[[str, int, int], None] | None = None,
) -> Iterator[Finding]:
    """Yield what does not fit, the first wrong entry first; `whereabouts` says where a kept file lies.

    `tell` hears what is done next, its place and how many parts there are.
    """
    # A proof may take longer than a page, and sorts a million rows in memory rather than on the disk.
    session.execute(
        text(
            "select set_config('statement_timeout', '0', true), set_config('work_mem', '256MB', true),"
            " set_config('jit', 'off', true)"
        )
    )
    parts: list[tuple[str, Check]] = list(PARTS)
    if whereabouts is not None:
        parts.append((FILES, lambda of: verifying_files.files(of, whereabouts)))
    for place, (what, check) in enumerate(parts):
        if tell is not None:
            tell(what, place, len(parts))
        yield from check(session)


def wrong(session: Session) -> list[Finding]:
    """Return what is wrong, without warnings and information: nothing, in a ledger that is whole."""
    return [finding for finding in verify(session) if finding.weight is Weight.WRONG]
