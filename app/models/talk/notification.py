"""A notification: what a person should know of, in the application and by mail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ForeignKey, Index, cast, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock, scope
from app.models.base import Base, Numbered
from app.models.event import Event
from app.models.person import Digest, Person
from app.models.talk.readers import may_see
from app.models.talk.watch import Watch

if TYPE_CHECKING:
    from app.models.talk.step import Step

TOLD = "accord_told"
"""Where a session keeps who is to be written to once its work is committed."""


class Notification(Numbered, Base):
    """A step one person is told of; a partner's person reads its own only."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_person_id_id", "person_id", "id"),
        Index("ix_notification_unread", "person_id", postgresql_where=text("read_at is null")),
        Index("ix_notification_unmailed", "person_id", postgresql_where=text("mailed_at is null")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    step_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("step.id"))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    step: Mapped[Step] = relationship(lazy="raise")

    # -- verbs

    @classmethod
    def tell(
        cls,
        session: Session,
        step_id: int,
        step: dict[str, Any],
        to: Collection[int] = (),
        *,
        owner_id: int | None = None,
        but: Collection[int] = (),
    ) -> frozenset[int]:
        """Tell these people, the owner and who watches the record of a step: those who may see it, never who did it.

        Return who is told; `but` are those who know already.

        In a partner's scope it is called in the vendor's books: whom the vendor tells is the vendor's to know.
        """
        watching = select(Watch.person_id).where(
            Watch.subject_type == step["subject_type"], Watch.subject_id == step["subject_id"]
        )
        named = sorted({*to} if owner_id is None else {*to, owner_id})
        meant = select(func.unnest(cast(named, ARRAY(BigInteger))))
        people = select(Person.id, Person.partner_id, Person.digest).where(
            Person.id.in_(watching.union_all(meant)),
            may_see(step["partner_id"], owner_id, vendor_only=step["vendor_only"]),
        )
        knowing = {*but} if step["actor_id"] is None else {*but, step["actor_id"]}
        if knowing:
            people = people.where(Person.id.not_in(sorted(knowing)))
        told = session.execute(people).all()
        if told:
            session.execute(insert(cls), [_row(one, step_id, step["at"]) for one in told])
        at_once = [one.id for one in told if one.digest is Digest.AT_ONCE]
        session.info.setdefault(TOLD, set()).update(at_once)
        return frozenset(one.id for one in told)

    @classmethod
    def read(cls, session: Session, *, by: Person, numbers: Collection[int] | None = None) -> int:
        """Mark one's own notifications as read, these or all; return how many were unread."""
        mine = update(cls).where(cls.person_id == by.id, cls.read_at.is_(None))
        if numbers is not None:
            mine = mine.where(cls.id.in_(numbers))
        done: Any = session.execute(mine.values(read_at=clock.now()))
        return int(done.rowcount)

    @classmethod
    def prefer(cls, session: Session, digest: Digest, *, by: Person) -> None:
        """Let a person be told by mail at once, once a day, or not; what is past is not written about any more."""
        before = session.scalars(select(Person.digest).where(Person.id == by.id)).one()
        if digest is before:
            return
        with scope.books(session):
            session.execute(update(Person).where(Person.id == by.id).values(digest=digest))
            if digest is Digest.NONE:
                past = update(cls).where(cls.person_id == by.id, cls.mailed_at.is_(None))
                session.execute(past.values(mailed_at=clock.now()))
            Event.record(
                session,
                "person.chose_mails",
                by,
                by=by,
                before={"digest": before.value},
                after={"digest": digest.value},
            )


def _row(person: Any, step_id: int, at: datetime) -> dict[str, Any]:
    """Return the columns of one notification; who wants no mails has nothing left to be mailed."""
    return {
        "person_id": person.id,
        "partner_id": person.partner_id,
        "step_id": step_id,
        "at": at,
        "mailed_at": at if person.digest is Digest.NONE else None,
    }
