"""What a form of the main application lets choose from: types, staff, companies, tiers, categories."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from app.extensions import db
from app.models import Document, OperatingCompany, PartnerType, Person, Rung, Tier

Choices = list[tuple[str, str]]
NONE = ("", "–")


def number(given: str | int | None) -> int | None:
    """Return a chosen row's number, None when nothing is chosen; ValueError when it is no number."""
    return int(given) if given not in (None, "", "None") else None


TYPE, PERSON, COMPANY, TIER = (
    noun.__table__.c for noun in (PartnerType, Person, OperatingCompany, Tier)
)  # lists ask these on every page, so they are composed once, of plain columns
TYPES = select(TYPE.id, TYPE.name).order_by(TYPE.position, TYPE.name)
STAFF = select(PERSON.id, PERSON.name).where(PERSON.partner_id.is_(None)).order_by(PERSON.name, PERSON.id)
COMPANIES = select(COMPANY.id, COMPANY.name).order_by(COMPANY.name)
TIERS = (
    select(TIER.id, TYPE.name.concat(": ").concat(TIER.name))
    .join(PartnerType.__table__, TYPE.id == TIER.partner_type_id)
    .order_by(TYPE.name, TIER.id)
)


def types() -> Choices:
    """Return every partner type."""
    return _all(TYPES)


def staff() -> Choices:
    """Return the vendor's own people, who may look after a partner."""
    return _all(STAFF)


def operating_companies() -> Choices:
    """Return the vendor's companies."""
    return _all(COMPANIES)


def _all(choices: Select[*tuple[Any, ...]]) -> Choices:
    return [(str(number), name) for number, name in db.session.execute(choices)]


def tiers(partner_type_id: int | None = None) -> Choices:
    """Return the tiers of a type from below, or of all types by name with their type's."""
    if partner_type_id is None:
        return _all(TIERS)
    highest = (
        select(Rung.rank).where(Rung.tier_id == Tier.id).order_by(Rung.id.desc()).limit(1).scalar_subquery()
    )
    own = select(Tier.id, Tier.name).where(Tier.partner_type_id == partner_type_id)
    return [
        (str(row.id), row.name) for row in db.session.execute(own.order_by(highest.nulls_first(), Tier.id))
    ]


def artefacts() -> Choices:
    """Return the categories that a program asks a file for."""
    return [(str(one.id), one.name) for one in Document.artefacts(db.session())]
