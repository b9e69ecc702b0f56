"""F7: each file that a row speaks of is there, as large and with the content it had."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.activities.activity_proof import ActivityProof
from app.models.document import Document, TypeDocument
from app.models.funds.findings import Finding
from app.models.partner import Partner
from app.models.talk.attachment import Attachment

OWNED = (Document, Attachment, ActivityProof)
AT_ONCE = 500


def files(session: Session, whereabouts: Callable[[str], Path]) -> Iterator[Finding]:
    """Yield files that are gone, or are not what their row says."""
    for noun in OWNED:
        rows = (
            select(noun.name, noun.stored_as, noun.size, noun.sha256, Partner.code)
            .outerjoin(Partner, Partner.id == noun.partner_id)
            .order_by(noun.id)
        )
        for name, stored_as, size, sha256, code in session.execute(rows).yield_per(AT_ONCE):
            yield from _found(whereabouts(stored_as), name, size, sha256, code)
    of_types = select(
        TypeDocument.name, TypeDocument.stored_as, TypeDocument.size, TypeDocument.sha256
    ).order_by(TypeDocument.id)
    for name, stored_as, size, sha256 in session.execute(of_types).yield_per(AT_ONCE):
        yield from _found(whereabouts(stored_as), name, size, sha256, None)


def _found(path: Path, name: str, size: int, sha256: str, partner: str | None) -> Iterator[Finding]:
    if not path.is_file():
        yield Finding("F7", f"The file “{name}” is gone from the disk.", partner=partner)
    elif path.stat().st_size != size or _digest(path) != sha256:
        yield Finding("F7", f"The file “{name}” is not what was uploaded.", partner=partner)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
