"""What stands beside the ladder on the program page: changes, certified people, information, files. One question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT

from app import scope
from app.extensions import db
from app.filters import locale
from app.models import ValueType
from app.models.assessing import Standing
from app.models.assessing.words import kept


@dataclass(frozen=True)
class Change:
    """A change of a parameter, or of the tier when `parameter` is none of the categories."""

    day: date
    parameter: str
    old: str
    new: str
    why: str


@dataclass(frozen=True)
class Certified:
    """How many people hold a valid certificate of a subject, and when the first of them expires."""

    subject: str
    people: int
    first_expiry: date | None


@dataclass(frozen=True)
class File:
    """A file of the type's information page."""

    id: int
    name: str


@dataclass(frozen=True)
class Information:
    """All of it."""

    page: str
    files: list[File]
    changes: list[Change]
    certified: list[Certified]
    rewards: list[tuple[str, str]]


_QUESTION = text("""
    select
        (select information from partner_type where id = :type_id) as page,
        (select json_agg(f) from (select id, name from type_document order by name) f) as files,
        (select json_agg(c) from (
            select h.day, coalesce(k.name, 'Tier') as parameter, k.value_type, h.old, h.new, h.why
            from parameter_change h left join category k on k.id = h.category_id
            order by h.id desc limit 6) c) as changes,
        (select json_agg(p) from (
            select subject, count(distinct lower(person_email)) as people, min(expires_on) as first_expiry
            from certificate where coalesce(expires_on, :today) >= :today
            group by subject order by 2 desc, subject limit 6) p) as certified,
        (select json_object_agg(id, name) from price_list where id = any(:lists)) as lists
""").bindparams(bindparam("lists", type_=ARRAY(BIGINT)))


def own_information(standing: Standing) -> Information:
    """Return what the partner of this standing reads beside its ladder."""
    asked = {
        "type_id": standing.subject.partner_type_id,
        "today": scope.today(),
        "lists": [one.price_list_id for one in standing.rewards if one.price_list_id],
    }
    row = db.session.execute(_QUESTION, asked).one()
    names: dict[str, str] = row.lists or {}
    return Information(
        row.page or "",
        [File(**one) for one in row.files or ()],
        [_change(one, standing.currency) for one in row.changes or ()],
        [_certified(one) for one in row.certified or ()],
        [(one.category, names.get(str(one.price_list_id)) or one.in_words()) for one in standing.rewards],
    )


def _change(found: dict[str, Any], currency: str) -> Change:
    value_type = ValueType(found["value_type"]) if found["value_type"] else None
    old, new = (kept(found[side], value_type, currency, locale()) for side in ("old", "new"))
    return Change(date.fromisoformat(found["day"]), found["parameter"], old, new, found["why"])


def _certified(found: dict[str, Any]) -> Certified:
    expiry = found["first_expiry"]
    return Certified(found["subject"], found["people"], date.fromisoformat(expiry) if expiry else None)
