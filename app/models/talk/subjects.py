"""What a step, a comment or a watch is about: what each record is called, as the reader's scope shows it (A6)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from app import scope

NOUNS = {
    "activity": "Marketing activity",
    "fund": "Fund",
    "fund_difference": "Difference",
    "lead": "Lead",
    "lead_offer": "Offered lead",
    "opportunity": "Opportunity",
    "orders": "Order",
    "registration": "Registration",
}

# One question for all kinds; what is not in view has no title.
_TITLES = """
    select 'activity' as kind, id, title from activity where id = any(:activity)
    union all
    select 'fund', f.id, t.name from fund f join fund_type t on t.id = f.fund_type_id where f.id = any(:fund)
    union all
    select 'lead', id, company from lead where id = any(:lead)
    union all
    select 'lead_offer', id, coalesce(card ->> 'company', '') from lead_offer where id = any(:lead_offer)
    union all
    select 'opportunity', id, name from opportunity where id = any(:opportunity)
    union all
    select 'orders', id, number from orders where id = any(:orders)
    union all
    select 'registration', r.id, o.name from registration r join opportunity o on o.id = r.opportunity_id
    where r.id = any(:registration)
"""
_OF_THE_VENDOR = """
    union all
    select 'fund_difference', d.id, o.name from fund_difference d join opportunity o on o.id = d.opportunity_id
    where d.id = any(:fund_difference)
"""
_QUESTIONS = {True: text(_TITLES), False: text(_TITLES + _OF_THE_VENDOR)}
"""Whether a partner asks, which may not even read the tables of what is the vendor's alone."""


def titles(session: Session, subjects: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Return what these records are called; one that the reader may not see is left out."""
    wanted: dict[str, list[int]] = {kind: [] for kind in NOUNS}
    for kind, number in set(subjects):
        if kind in wanted:
            wanted[kind].append(number)
    if not any(wanted.values()):
        return {}
    opened = scope.current()
    a_partner_asks = opened is not None and opened.role is scope.Role.PARTNER
    rows = session.execute(_QUESTIONS[a_partner_asks], wanted)
    return {(row.kind, row.id): row.title for row in rows}


def called(kind: str, number: int, title: str | None) -> str:
    """Return how a record is spoken of, such as “Order A-17”; without a title by its number."""
    noun = NOUNS.get(kind, kind.replace("_", " ").capitalize())
    return f"{noun} {title}" if title and kind == "orders" else title or f"{noun} {number}"
