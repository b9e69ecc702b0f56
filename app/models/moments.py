"""What was done and said about a record, its files, and how one reader stands to it: read in one question.

A record's page shows all of it, so it is asked for at once. Row security answers for every part: what is not in the
reader's scope is not among the moments.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.models.person import Person
from app.models.talk.step import SOMEBODY

# Steps that only say that a comment was said are left out: the comment itself is there.
_ASKED = text("""
    (select 'step' as part, s.id, s.at, s.actor_id as by_id, p.name as by_name, p.partner_id as by_partner_id,
            s.partner_id, s.vendor_only, s.kind as words, s.facts as more, false as is_changed
     from step s left join person p on p.id = s.actor_id
     where s.subject_type = :kind and s.subject_id = :number and s.kind not like 'comment.%'
     order by s.id desc limit :most)
    union all
    (select 'comment', c.id, c.said_at, c.author_id, p.name, p.partner_id,
            c.partner_id, c.vendor_only, c.text, c.mentions, c.edited_at is not null
     from comment c left join person p on p.id = c.author_id
     where c.subject_type = :kind and c.subject_id = :number and c.deleted_at is null
     order by c.id desc limit :most)
    union all
    (select 'file', a.id, a.uploaded_at, a.uploaded_by_id, p.name, p.partner_id,
            a.partner_id, a.vendor_only, a.name, to_jsonb(a.size), false
     from attachment a left join person p on p.id = a.uploaded_by_id
     where a.subject_type = :kind and a.subject_id = :number
     order by a.id desc limit :most)
    union all
    select 'watch', w.id, null, null, null, null, null, false, null, null, false
    from watch w where w.person_id = :person and w.subject_type = :kind and w.subject_id = :number
    union all
    select 'unread', n.id, null, null, null, null, null, false, null, null, false
    from notification n join step s on s.id = n.step_id
    where n.person_id = :person and n.read_at is null and s.subject_type = :kind and s.subject_id = :number
""")


def moments(session: Session, record: Any, reader: Person, most: int) -> dict[str, list[Row[Any]]]:
    """Return the latest steps, comments and files, whether the reader watches, and what it has not read of it."""
    asked = {"kind": record.__tablename__, "number": record.id, "person": reader.id, "most": most}
    parts: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(_ASKED, asked):
        parts[row.part].append(row)
    return parts


def who(moment: Row[Any]) -> str:
    """Return who did or said it, as the reader may know it; what the program did by itself is Accord's."""
    if moment.by_id is None:
        return "Accord"
    return moment.by_name or SOMEBODY
