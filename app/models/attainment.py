"""What somebody of a partner has passed: a training or a certificate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    Select,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, declared_attr

from app import scope
from app.models.base import Numbered, PartnerOwned, Tracked
from app.models.person import Contact, Person


class Attainment(Tracked, PartnerOwned, Numbered):
    """A subject that a person of a partner, named by its address, passed on a day, perhaps until another."""

    __tablename__: str

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - a class, says SQLAlchemy
        table = cls.__tablename__
        return (
            UniqueConstraint("partner_id", "person_email", "subject", "passed_on"),
            CheckConstraint("expires_on >= passed_on", name="expires_after_passed"),
            Index(f"ix_{table}_partner_id_passed_on_id", "partner_id", "passed_on", "id"),
            Index(f"ix_{table}_passed_on_id", "passed_on", "id"),
        )

    person_email: Mapped[str]
    subject: Mapped[str]
    passed_on: Mapped[date]
    expires_on: Mapped[date | None]
    score: Mapped[Decimal | None]

    @classmethod
    def with_people(cls) -> Select[*tuple[Any, ...]]:
        """Return them beside the names of those who passed; a name is missing while its person has no account."""
        return (
            select(cls, Person.name.label("person_name"))
            .outerjoin(
                Contact,
                and_(Contact.email == func.lower(cls.person_email), Contact.partner_id == cls.partner_id),
            )
            .outerjoin(Person, Person.id == Contact.person_id)
        )

    @classmethod
    def matching(cls, words: str) -> ColumnElement[bool]:
        """Return the condition that subject, address or name hold these words."""
        return or_(
            *(text.icontains(words, autoescape=True) for text in (cls.subject, cls.person_email, Person.name))
        )

    @classmethod
    def is_in(cls, state: str) -> ColumnElement[bool]:
        """Return the condition of a state, valid or expired; raises KeyError for another word."""
        valid = or_(cls.expires_on.is_(None), cls.expires_on >= scope.today())
        return {"valid": valid, "expired": cls.expires_on < scope.today()}[state]

    @property
    def state(self) -> str:
        """Say whether it still counts, in a word."""
        return "Expired" if self.expires_on and self.expires_on < scope.today() else "Valid"

    @property
    def state_tone(self) -> str:
        """Return the colour of that word."""
        return "good" if self.state == "Valid" else "neutral"
