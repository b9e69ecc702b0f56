"""The secret a person signs in with."""

from __future__ import annotations

from datetime import datetime
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import BigInteger, ForeignKey, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock, scope
from app.models.base import Base
from app.models.event import Event
from app.models.partner import Partner
from app.models.person import Contact, Person, fold_address
from app.models.sign_in import SignIn
from app.rules.refusals import RuleBroken

SHORTEST, LONGEST = 15, 128
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_at_once = BoundedSemaphore(4)  # 19 MiB each
# What an unknown address is compared with, so that it takes as long as a known one.
_NOBODY = _hasher.hash("nobody signs in with this")


class Credential(Base):
    """A password, hashed with argon2id; only the worker role reads it."""

    __tablename__ = "credential"

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[datetime]

    @classmethod
    def set(cls, session: Session, person_id: int, password: str) -> None:
        """Give a person a password; raises RuleBroken when it is too short or too long."""
        check_length(password)
        credential = session.get(cls, person_id) or cls(person_id=person_id)
        with _at_once:
            credential.password_hash = _hasher.hash(password)
        credential.changed_at = clock.now()
        session.add(credential)
        session.flush()

    @classmethod
    def holder(cls, session: Session, email: str, password: str) -> Person | None:
        """Return who signs in with this address and password; None for any other, after the same time."""
        asked = (
            select(Person, cls.password_hash, Partner.portal_access)
            .join(Contact, Contact.person_id == Person.id)
            .join(cls, cls.person_id == Person.id)
            .outerjoin(Partner, Partner.id == Person.partner_id)
            .where(Contact.email == fold_address(email))
        )
        found = session.execute(asked).one_or_none()
        fits = _fits(_NOBODY if found is None else found.password_hash, password)
        if found is None or not fits:
            return None
        person: Person = found.Person
        return person if person.active and found.portal_access is not False else None

    @classmethod
    def change(cls, session: Session, person: Person, current: str, new: str, *, secret: str) -> None:
        """Change one's own password; every session but the one of `secret` ends. Raises RuleBroken."""
        check_length(new)
        kept = select(cls.password_hash).where(cls.person_id == person.id)
        with scope.books(session) as connection:
            if not _fits(connection.execute(kept).scalar_one_or_none() or _NOBODY, current):
                raise RuleBroken("This is not your current password.", field="current")
            with _at_once:
                values = {"password_hash": _hasher.hash(new), "changed_at": clock.now()}
            connection.execute(update(cls.__table__).where(cls.person_id == person.id).values(values))
            SignIn.end_all(session, person.id, except_secret=secret)
        Event.record(session, "person.changed_password", person, by=person)


def check_length(password: str) -> None:
    """Raise RuleBroken when a password is too short or too long; nothing else is asked of it."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise RuleBroken(f"Use {SHORTEST} to {LONGEST} characters; a few words are fine.", field="password")


def _fits(kept: str, password: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(kept, password[:LONGEST])
        except (VerifyMismatchError, InvalidHashError):
            return False
