"""Who may see a record of the pipeline: the condition under which a person is told of it, or may be named on it (A6, L7)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.models.partner import Partner
from app.models.person import Person, Role
from app.models.vendor import Vendor


def may_see(
    partner_id: int | None, owner_id: int | None, *, vendor_only: bool = False
) -> ColumnElement[bool]:
    """Return the condition that a person may see what belongs to this partner; what is nobody's is the vendor's.

    Where the setting narrows reading to own records, a partner's agents see theirs and those of nobody.
    """
    staff = Person.partner_id.is_(None)
    if partner_id is None or vendor_only:
        return and_(Person.active, staff)
    theirs = Person.partner_id == partner_id
    if owner_id is not None:
        is_wide = select(Vendor.own_only.is_(False)).scalar_subquery()
        is_administrator = Person.roles.contains([Role.PARTNER_ADMINISTRATOR.value])
        theirs = and_(theirs, or_(Person.id == owner_id, is_administrator, is_wide))
    return and_(Person.active, or_(staff, theirs))


def readers(record: Any, *, vendor_only: bool = False) -> ColumnElement[bool]:
    """Return the condition that a person may see this record."""
    return may_see(record.partner_id, getattr(record, "owner_id", None), vendor_only=vendor_only)


def across(session: Session, record: Any, by: Person) -> list[int]:
    """Return who on the other side hears of what somebody says about a record.

    For a partner's person it is the partner's manager; for staff the record's owner, who hears anyway, or where nobody
    of the partner owns it, the partner's administrators.
    """
    if record.partner_id is None:
        return []
    if not by.is_staff:
        manager = session.scalar(select(Partner.manager_id).where(Partner.id == record.partner_id))
        return [] if manager is None else [manager]
    of_partner = select(Person.id).where(Person.partner_id == record.partner_id, Person.active)
    owner_id = getattr(record, "owner_id", None)
    if owner_id is not None and session.scalar(of_partner.where(Person.id == owner_id)) is not None:
        return []
    return list(session.scalars(of_partner.where(Person.roles.contains([Role.PARTNER_ADMINISTRATOR.value]))))
