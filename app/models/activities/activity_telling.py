"""Who is told of an activity: of the vendor whoever is asked to act, of the partner its owner and its administrators."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import scope
from app.models.partner import Partner
from app.models.person import Person, Role


def asked(session: Session, partner_id: int, role: Role) -> list[int]:
    """Return who of the vendor is asked: of the channel managers the one who looks after the partner, if there is one."""
    with scope.books(session):
        if role is Role.CHANNEL_MANAGER:
            manager = session.scalar(
                _holders(role).join(Partner, Partner.manager_id == Person.id).where(Partner.id == partner_id)
            )
            if manager is not None:
                return [manager]
        return list(session.scalars(_holders(role)))


def everybody_asked(session: Session, role: Role) -> list[int]:
    """Return all of the vendor who hold a role: asked when nobody answered."""
    with scope.books(session):
        return list(session.scalars(_holders(role)))


def settling(session: Session, partner_id: int) -> list[int]:
    """Return who of the vendor pays: marketing, and who looks after the partner."""
    with scope.books(session):
        paying = set(session.scalars(_holders(Role.MARKETING)))
    return sorted(paying.union(asked(session, partner_id, Role.CHANNEL_MANAGER)))


def of_partner(session: Session, partner_id: int, *, proposed_by_id: int | None = None) -> list[int]:
    """Return the partner's administrators, and who of it proposed the activity; its owner is told anyway."""
    with scope.books(session):
        people = select(Person.id).where(
            Person.partner_id == partner_id,
            Person.active,
            Person.roles.contains([Role.PARTNER_ADMINISTRATOR.value]) | (Person.id == proposed_by_id),
        )
        return list(session.scalars(people))


def _holders(role: Role) -> Select[int]:
    return select(Person.id).where(
        Person.partner_id.is_(None), Person.active, Person.roles.contains([role.value])
    )
