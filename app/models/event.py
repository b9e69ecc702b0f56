"""What happened: who, when, to what, from what to what (A7). Events are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, Select, and_, insert, select, true
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app import clock, scope
from app.models.base import Base, Numbered, plain
from app.models.happenings import NOISE, changed, said

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


@dataclass(frozen=True)
class Told:
    """An event to be recorded: what happened to what, from which values to which."""

    kind: str
    subject: object | None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    partner_id: int | None = None

    def row(self) -> dict[str, Any]:
        """Return the columns of the event that this says."""
        subject = self.subject
        table = "" if subject is None else getattr(subject, "__tablename__", type(subject).__name__)
        return {
            "partner_id": self.partner_id if self.partner_id is not None else _owner(subject),
            "kind": self.kind,
            "subject_type": table,
            "subject_id": getattr(subject, "id", None),
            "fields": sorted({*self.before, *self.after}),
        }


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

    # -- questions

    @property
    def words(self) -> str:
        """Return what happened, in words; its detail is loaded."""
        return said(self.kind, *((self.detail.before, self.detail.after) if self.detail else ()))

    @property
    def change(self) -> str:
        """Return every value before and after, in a line; its detail is loaded."""
        return changed(*((self.detail.before, self.detail.after) if self.detail else ({}, {})))

    @classmethod
    def readable_by(cls, reader: Person) -> ColumnElement[bool]:
        """Return the condition of A7: a channel manager reads the events of the partners it looks after only."""
        from app.models.partner import Partner  # noqa: PLC0415 - events are about partners
        from app.models.person import Role  # noqa: PLC0415

        if {Role.ADMINISTRATOR, Role.AUDITOR} & set(reader.roles):
            return true()
        return cls.partner_id.in_(select(Partner.id).where(Partner.manager_id == reader.id))

    @classmethod
    def changed_the_channel(cls) -> ColumnElement[bool]:
        """Return the condition that an event changed something, rather than somebody coming and going."""
        return and_(*(cls.kind.not_like(f"{kind}%") for kind in NOISE))

    @classmethod
    def told(cls) -> Select[Event, str, str]:
        """Return events with who did it, the partner's name and what changed."""
        from app.models.partner import Partner  # noqa: PLC0415 - events are about partners
        from app.models.person import Person  # noqa: PLC0415

        return (
            select(cls, Person.name.label("actor_name"), Partner.name.label("partner_name"))
            .outerjoin(Person, Person.id == cls.actor_id)
            .outerjoin(Partner, Partner.id == cls.partner_id)
            .options(joinedload(cls.detail))
        )

    @classmethod
    def about(cls, session: Session, record: Any, *, reader: Person, limit: int = 20) -> list[Event]:
        """Return the latest events of a record that a reader may see, with who did it and what changed."""
        events = (
            select(cls)
            .where(
                cls.subject_type == record.__tablename__, cls.subject_id == record.id, cls.readable_by(reader)
            )
            .options(joinedload(cls.actor), joinedload(cls.detail))
            .order_by(cls.id.desc())
            .limit(limit)
        )
        return list(session.scalars(events))

    # -- verbs

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
        return cls.record_all(session, [Told(kind, subject, before or {}, after or {}, partner_id)], by=by)[0]

    @classmethod
    def record_all(cls, session: Session, told: Sequence[Told], *, by: Person | None) -> list[int]:
        """Add many events at once and return their numbers, in the same order."""
        if not told:
            return []
        now, actor_id = clock.now(), None if by is None else by.id
        rows = [{"at": now, "actor_id": actor_id, **each.row()} for each in told]
        opened = scope.current()
        if opened is not None and opened.role is scope.Role.PARTNER:
            with scope.books(session):
                numbers = cls._write(session, rows, told)
        else:
            numbers = cls._write(session, rows, told)
        session.info.setdefault(PENDING, []).extend(
            Happened(number, row["kind"], row["subject_type"], row["subject_id"], row["partner_id"], actor_id)
            for number, row in zip(numbers, rows, strict=True)
        )
        return numbers

    @classmethod
    def _write(cls, session: Session, rows: list[dict[str, Any]], told: Sequence[Told]) -> list[int]:
        written = insert(Event).returning(Event.id, sort_by_parameter_order=True)
        numbers = list(session.scalars(written, rows))
        details = [
            {"event_id": number, "before": plain(each.before), "after": plain(each.after)}
            for number, each in zip(numbers, told, strict=True)
        ]
        session.execute(insert(EventDetail), details)
        return numbers


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
