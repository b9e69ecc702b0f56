"""What happened: who, when, to what, from what to what (A7). Events are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ForeignKey, Index, insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock, scope
from app.models.base import Base, Numbered, plain

if TYPE_CHECKING:
    from app.models.partner import Partner
    from app.models.person import Person

PENDING = "accord_events"


@dataclass(frozen=True)
class Happened:
    """An event of the transaction under way, as the jobs that follow it need it."""

    id: int
    kind: str
    subject_type: str
    subject_id: int | None
    partner_id: int | None
    actor_id: int | None


class Event(Numbered, Base):
    """Something that happened; names people by number only, so that erasing one leaves it whole."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_partner_id_id", "partner_id", "id"),
        Index("ix_event_subject", "subject_type", "subject_id", "id"),
        Index("ix_event_kind_id", "kind", "id"),
        Index("ix_event_actor_id_id", "actor_id", "id"),
    )

    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    kind: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int | None]
    fields: Mapped[list[Any]] = mapped_column(default=list)

    actor: Mapped[Person | None] = relationship(lazy="raise")
    partner: Mapped[Partner | None] = relationship(lazy="raise")
    detail: Mapped[EventDetail | None] = relationship(lazy="raise", viewonly=True)

    @classmethod
    def record(
        cls,
        session: Session,
        kind: str,
        subject: object | None,
        *,
        by: Person | None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        partner_id: int | None = None,
    ) -> int:
        """Add an event and return its number; in a partner's scope through the vendor's books."""
        row: dict[str, Any] = {
            "at": clock.now(),
            "actor_id": None if by is None else by.id,
            "partner_id": partner_id if partner_id is not None else _owner(subject),
            "kind": kind,
            "subject_type": ""
            if subject is None
            else getattr(subject, "__tablename__", type(subject).__name__),
            "subject_id": getattr(subject, "id", None),
            "fields": sorted({*(before or {}), *(after or {})}),
        }
        values = {"before": plain(before or {}), "after": plain(after or {})}
        opened = scope.current()
        if opened is not None and opened.role is scope.Role.PARTNER:
            with scope.books(session):
                number = cls._write(session, row, values)
        else:
            number = cls._write(session, row, values)
        happened = Happened(
            number, kind, row["subject_type"], row["subject_id"], row["partner_id"], row["actor_id"]
        )
        session.info.setdefault(PENDING, []).append(happened)
        return number

    @classmethod
    def _write(cls, session: Session, row: dict[str, Any], values: dict[str, Any]) -> int:
        number: int = session.execute(
            insert(Event.__table__).values(row).returning(Event.__table__.c.id)
        ).scalar_one()
        session.execute(insert(EventDetail.__table__).values(event_id=number, **values))
        return number


class EventDetail(Base):
    """The values of a change; deleted when the person they are about is erased."""

    __tablename__ = "event_detail"

    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("event.id"), primary_key=True)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


def _owner(subject: object | None) -> int | None:
    if subject is None:
        return None
    if getattr(subject, "__tablename__", "") == "partner":
        return getattr(subject, "id", None)
    return getattr(subject, "partner_id", None)
