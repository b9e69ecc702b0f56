"""What a form of the main application lets choose from: types, staff, companies, tiers, categories."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.models import Document, OperatingCompany, PartnerType, Person, Rung, Tier

Choices = list[tuple[str, str]]
NONE = ("", "–")


def number(given: str | int | None) -> int | None:
    """Return a chosen row's number, None when nothing is chosen; ValueError when it is no number."""
    return int(given) if given not in (None, "", "None") else None


def types() -> Choices:
    """Return every partner type."""
    rows = db.session.execute(
        select(PartnerType.id, PartnerType.name).order_by(PartnerType.position, PartnerType.name)
    )
    return [(str(row.id), row.name) for row in rows]


def staff() -> Choices:
    """Return the vendor's own people, who may look after a partner."""
    own = select(Person.id, Person.name).where(Person.partner_id.is_(None)).order_by(Person.name, Person.id)
    return [(str(row.id), row.name) for row in db.session.execute(own)]


def operating_companies() -> Choices:
    """Return the vendor's companies."""
    rows = db.session.execute(
        select(OperatingCompany.id, OperatingCompany.name).order_by(OperatingCompany.name)
    )
    return [(str(row.id), row.name) for row in rows]


def tiers(partner_type_id: int | None = None) -> Choices:
    """Return the tiers of a type from below, or of all types by name with their type's."""
    if partner_type_id is None:
        every = (
            select(Tier.id, Tier.name, PartnerType.name.label("type_name"))
            .join(PartnerType, PartnerType.id == Tier.partner_type_id)
            .order_by(PartnerType.name, Tier.id)
        )
        return [(str(row.id), f"{row.type_name}: {row.name}") for row in db.session.execute(every)]
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
