"""What the hash of an entry covers, word for word, so that anybody can compute it again (F7)."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

# The same words as in the function accord_entry_hash, before SHA-256 is taken of them.
_COVERED = text("""
    select jsonb_build_array(
        encode(e.previous_hash, 'hex'), e.fund_id, e.sequence, e.partner_id, e.kind, e.amount, e.currency,
        e.from_account_id, e.to_account_id, e.cause, e.revision, e.reverses_id, e.forced, e.transfer_id,
        to_char(e.meant_on, 'YYYY-MM-DD'), (extract(epoch from e.posted_at) * 1000000)::bigint, e.by_id, e.reason,
        e.facts, e.opportunity_id, e.activity_id, e.floor, e.available_after, e.reserved_after
    )::text
    from fund_entry e where e.id = :entry_id
""")


def covered(session: Session, entry_id: int) -> str:
    """Return the text whose SHA-256 is the entry's hash, in UTF-8."""
    words: str = session.execute(_COVERED, {"entry_id": entry_id}).scalar_one()
    return words
