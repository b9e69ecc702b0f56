"""Finding the partner somebody means: by its code, or by its name as far as that is the only one."""

from __future__ import annotations

from sqlalchemy import func, select

from app.extensions import db
from app.listing import matches
from app.models import Partner
from app.rules.refusals import RuleBroken, shown

SHOWN = 5


def candidates(given: str, limit: int = SHOWN) -> list[Partner]:
    """Return the partners somebody may mean: the one of this code, else those whose names match."""
    words = given.strip()[:200]
    if not words:
        return []
    by_code = select(Partner).where(func.lower(Partner.code) == words.lower())
    by_name = select(Partner).where(matches(Partner.search, words)).order_by(Partner.sort_name, Partner.id)
    return list(db.session.scalars(by_code)) or list(db.session.scalars(by_name.limit(limit)))


def the_one(given: str, field: str = "partner") -> Partner:
    """Return the partner meant; RuleBroken when there is none, or more than one."""
    found = candidates(given, SHOWN + 1)
    if not found:
        raise RuleBroken(
            f"There is no partner {shown(given.strip())}. Look it up in the list of partners.", field
        )
    if len(found) > 1:
        names = "; ".join(f"{one.name} ({one.code})" for one in found[:SHOWN])
        more = " and more" if len(found) > SHOWN else ""
        raise RuleBroken(f"Several partners match: {names}{more}. Write the code of the one you mean.", field)
    return found[0]
