"""An open session of a person, and the single-use tokens that let somebody in without a password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ForeignKey, Index, LargeBinary, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock, scope
from app.models.base import Base, Numbered
from app.models.event import Event
from app.models.person import Person

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)


def digest(secret: str) -> bytes:
    """Return what is kept of a secret: its SHA-256."""
    return sha256(secret.encode()).digest()


@dataclass(frozen=True)
class OpenSession:
    """A session as its person sees it."""

    id: int
    user_agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


class SignIn(Numbered, Base):
    """A session of a person: the cookie holds a random secret, this row its hash (A8)."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person_id", "person_id"),)

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    agent: Mapped[str]

    @classmethod
    def begin(cls, session: Session, person: Person, *, address: str, agent: str) -> str:
        """Open a session and return its secret, which is kept nowhere else."""
        secret = secrets.token_urlsafe(32)
        now = clock.now()
        session.add(
            cls(
                secret_hash=digest(secret),
                person_id=person.id,
                started_at=now,
                seen_at=now,
                address=address[:100],
                agent=agent[:200],
            )
        )
        session.flush()
        return secret

    @classmethod
    def end(cls, session: Session, secret: str) -> None:
        """End the session of this secret; ending it twice is no mistake."""
        session.execute(
            update(cls)
            .where(cls.secret_hash == digest(secret), cls.ended_at.is_(None))
            .values(ended_at=clock.now())
        )

    @classmethod
    def end_all(cls, session: Session, person_id: int, *, except_secret: str | None = None) -> None:
        """End every session of a person, but the one named (password changed, role changed, left)."""
        others = update(cls).where(cls.person_id == person_id, cls.ended_at.is_(None))
        if except_secret is not None:
            others = others.where(cls.secret_hash != digest(except_secret))
        session.execute(others.values(ended_at=clock.now()))

    @classmethod
    def open_ones(cls, session: Session, person: Person, secret: str) -> list[OpenSession]:
        """Return a person's open sessions, the latest used first; `secret` marks the reader's own."""
        mine = select(cls.__table__).where(cls.person_id == person.id, cls.ended_at.is_(None))
        with scope.books(session) as connection:
            rows = connection.execute(mine.order_by(cls.seen_at.desc())).all()
        now = clock.now()
        return [
            OpenSession(
                row.id, row.agent, row.address, row.started_at, row.seen_at, row.secret_hash == digest(secret)
            )
            for row in rows
            if now < row.seen_at + IDLE and now < row.started_at + ABSOLUTE
        ]

    @classmethod
    def end_own(cls, session: Session, person: Person, number: int) -> bool:
        """End a session of this person by its number; False when it is not one of theirs."""
        own = (
            update(cls.__table__)
            .where(cls.id == number, cls.person_id == person.id)
            .values(ended_at=clock.now())
        )
        with scope.books(session) as connection:
            ended = connection.execute(own).rowcount == 1
        if ended:
            Event.record(session, "person.ended_session", person, by=person)
        return ended


class TokenPurpose(StrEnum):
    """What a token is good for."""

    INVITATION = "invitation"


class Token(Numbered, Base):
    """A single-use permission by link: hashed at rest, gone when used or late (A4)."""

    __tablename__ = "token"

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    purpose: Mapped[TokenPurpose]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    @classmethod
    def issue(cls, session: Session, person: Person, purpose: TokenPurpose, lasts: timedelta) -> str:
        """Make a token for a person, void the older ones of the same purpose, and return its secret."""
        now = clock.now()
        older = update(cls).where(cls.person_id == person.id, cls.purpose == purpose, cls.used_at.is_(None))
        session.execute(older.values(used_at=now))
        secret = secrets.token_urlsafe(32)
        session.add(
            cls(
                secret_hash=digest(secret),
                purpose=purpose,
                person_id=person.id,
                created_at=now,
                expires_at=now + lasts,
            )
        )
        session.flush()
        return secret

    @classmethod
    def is_good(cls, session: Session, secret: str, purpose: TokenPurpose) -> bool:
        """Say whether this secret would be taken now, without using it up."""
        good = select(cls.id).where(
            cls.secret_hash == digest(secret),
            cls.purpose == purpose,
            cls.used_at.is_(None),
            cls.expires_at > clock.now(),
        )
        return session.scalar(good) is not None

    @classmethod
    def use(cls, session: Session, secret: str, purpose: TokenPurpose) -> int | None:
        """Use a token up and return its person; None when unknown, used or late. Two at once: one wins."""
        now = clock.now()
        taken = (
            update(cls)
            .where(cls.secret_hash == digest(secret), cls.purpose == purpose)
            .where(cls.used_at.is_(None), cls.expires_at > now)
            .values(used_at=now)
            .returning(cls.person_id)
        )
        return session.scalar(taken)
