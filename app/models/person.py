"""Someone who signs in: vendor staff, or a person of exactly one partner (A1, A2)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.partner import Partner


class Role(StrEnum):
    """What a person may do is the sum of its roles (A2)."""

    ADMINISTRATOR = "administrator"
    CHANNEL_MANAGER = "channel manager"
    MARKETING = "marketing"
    SALES = "sales"
    AUDITOR = "auditor"
    PARTNER_ADMINISTRATOR = "partner administrator"
    OPERATIONS_AGENT = "operations agent"
    SUPPORT_AGENT = "support agent"


STAFF_ROLES = frozenset({Role.ADMINISTRATOR, Role.CHANNEL_MANAGER, Role.MARKETING, Role.SALES, Role.AUDITOR})
PARTNER_ROLES = frozenset({Role.PARTNER_ADMINISTRATOR, Role.OPERATIONS_AGENT, Role.SUPPORT_AGENT})


def _in_sql(roles: frozenset[Role]) -> str:
    return "array[" + ", ".join(f"'{role.value}'" for role in sorted(roles)) + "]::varchar[]"


class Digest(StrEnum):
    """How a person is told by mail what happened."""

    AT_ONCE = "at once"
    DAILY = "daily"
    NONE = "none"


class Person(Tracked, Numbered, Base):
    """Someone who signs in; without a partner it is the vendor's staff."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            f"roles <@ case when partner_id is null then {_in_sql(STAFF_ROLES)} else {_in_sql(PARTNER_ROLES)} end",
            name="roles_fit_the_side",
        ),
        Index("uq_person_partner_id_id", "partner_id", "id", unique=True),
    )

    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    name: Mapped[str]
    title: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str | None]
    time_zone: Mapped[str | None]
    theme: Mapped[str | None]
    digest: Mapped[Digest] = mapped_column(default=Digest.AT_ONCE, server_default="at once")
    digested_on: Mapped[date | None]

    partner: Mapped[Partner | None] = relationship(foreign_keys=[partner_id], lazy="raise")
    contact: Mapped[Contact | None] = relationship(back_populates="person", lazy="raise")

    @property
    def is_staff(self) -> bool:
        """Say whether this is the vendor's staff."""
        return self.partner_id is None

    @property
    def role_names(self) -> str:
        """Return the roles as a reader would say them."""
        return ", ".join(role.capitalize() for role in self.roles)

    @classmethod
    def join(
        cls,
        session: Session,
        *,
        name: str,
        email: str,
        roles: list[Role],
        by: Person | None,
        partner: Partner | None = None,
        title: str | None = None,
        phone: str | None = None,
    ) -> Person:
        """Add someone with an address of its own; raises RuleBroken when the address is taken (A1)."""
        folded = fold_address(email)
        if session.scalar(select(Contact.person_id).where(Contact.email == folded)) is not None:
            raise RuleBroken("This address cannot be used. Choose another one.", field="email")
        person = cls(
            name=name,
            title=title,
            roles=[role.value for role in roles],
            partner_id=None if partner is None else partner.id,
        )
        session.add(person)
        session.flush()
        session.add(Contact(person_id=person.id, partner_id=person.partner_id, email=folded, phone=phone))
        person.track("person.joined", by=by, roles=person.roles)
        return person


class Contact(Base):
    """How to reach a person; the address is the one it signs in with, case ignored (A1)."""

    __tablename__ = "contact"

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), primary_key=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str | None]

    person: Mapped[Person] = relationship(back_populates="contact", lazy="raise")


def fold_address(email: str) -> str:
    """Return an address as it is compared: without case and outer spaces; tags and dots stay (A1)."""
    return email.strip().lower()
