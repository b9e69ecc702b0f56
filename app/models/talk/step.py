"""A step: what happened to a record of the pipeline, as both faces read it in its time line (L1, A7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, insert, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app import clock, scope
from app.models.base import Base, Numbered, plain
from app.models.happenings import said
from app.models.talk.notification import Notification

if TYPE_CHECKING:
    from app.models.person import Person

SOMEBODY = "somebody"
_ITS_OWN: Any = object()


class Step(Numbered, Base):
    """Something that happened to a lead, deal, registration or order; a partner reads its own, never the vendor's."""

    __tablename__ = "step"
    __table_args__ = (
        Index("ix_step_subject", "subject_type", "subject_id", "id"),
        Index("ix_step_partner_id_id", "partner_id", "id"),
    )

    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]]
    vendor_only: Mapped[bool] = mapped_column(default=False)

    actor: Mapped[Person | None] = relationship(lazy="raise")

    # -- questions

    @property
    def words(self) -> str:
        """Return what happened, in words."""
        return said(self.kind, {}, self.facts)

    @property
    def who(self) -> str:
        """Return who did it, as the reader may know it; what the program did by itself is Accord's."""
        if self.actor_id is None:
            return "Accord"
        return (self.actor.name if self.actor is not None else "") or SOMEBODY

    @classmethod
    def path(cls, session: Session, record: Any, limit: int = 100) -> list[Step]:
        """Return the latest steps of a record that the reader's scope shows, the newest first."""
        steps = (
            select(cls)
            .where(cls.subject_type == record.__tablename__, cls.subject_id == record.id)
            .options(joinedload(cls.actor))
            .order_by(cls.id.desc())
            .limit(limit)
        )
        return list(session.scalars(steps))

    # -- verbs

    @classmethod
    def take(
        cls,
        record: Any,
        kind: str,
        *,
        by: Person | None,
        to: Collection[int] = (),
        vendor_only: bool = False,
        partner_id: int | None = _ITS_OWN,
        but: Collection[int] = (),
        **facts: Any,
    ) -> frozenset[int]:
        """Record what happened as an event and as a step, and tell who watches, owns or is named (never who did it).

        `partner_id` is whose time line it stands in (default: the record's partner; None: the vendor's only). Who was
        told is returned, and can be left out (`but`) when the same happening stands in a second time line.
        """
        session: Session = record.session
        record.track(kind, by=by, **facts)
        whose = record.partner_id if partner_id is _ITS_OWN else partner_id
        row = {
            "partner_id": whose,
            "subject_type": record.__tablename__,
            "subject_id": record.id,
            "at": clock.now(),
            "actor_id": None if by is None else by.id,
            "kind": kind,
            "facts": plain(facts),
            "vendor_only": vendor_only,
        }
        owner_id = getattr(record, "owner_id", None)
        opened = scope.current()
        if opened is not None and opened.role is scope.Role.PARTNER:
            with scope.books(session):
                return _write(session, row, to, owner_id, but)
        else:
            return _write(session, row, to, owner_id, but)


def _write(
    session: Session, row: dict[str, Any], to: Collection[int], owner_id: int | None, but: Collection[int]
) -> frozenset[int]:
    number = session.scalars(insert(Step).values(row).returning(Step.id)).one()
    return Notification.tell(session, number, row, to, owner_id=owner_id, but=but)
