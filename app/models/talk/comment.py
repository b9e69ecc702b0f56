"""A comment on a record of the pipeline; the vendor may keep one to itself (L7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, func, literal, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.models.base import Base, Numbered, Tracked
from app.models.changing import lock
from app.models.person import Person
from app.models.talk.readers import across, readers
from app.models.talk.step import Step
from app.models.talk.watch import Watch
from app.rules.mentions import named
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONGEST = 5000
MOST_NAMED = 50


class Comment(Tracked, Numbered, Base):
    """What somebody said about a record; `partner_id` is whose record it is, None while it waits with the vendor."""

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_subject", "subject_type", "subject_id", "id"),
        Index("ix_comment_partner_id_id", "partner_id", "id"),
    )

    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    mentions: Mapped[list[Any]] = mapped_column(default=list)
    vendor_only: Mapped[bool] = mapped_column(default=False)
    said_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    author: Mapped[Person] = relationship(lazy="raise")

    # -- questions

    @property
    def names(self) -> list[str]:
        """Return who is named in it, as the text names them."""
        return [each["name"] for each in self.mentions]

    # -- verbs

    @classmethod
    def say(cls, record: Any, text: str, *, by: Person, vendor_only: bool = False) -> Comment:
        """Say something about a record: who is named learns of it, and who said it hears the answers."""
        session: Session = record.session
        _check(text)
        if vendor_only and not by.is_staff:
            raise RuleBroken("Only the vendor keeps comments to itself.", "vendor_only")
        meant = _named(session, record, text, vendor_only=vendor_only)
        comment = cls(
            partner_id=record.partner_id,
            subject_type=record.__tablename__,
            subject_id=record.id,
            author_id=by.id,
            text=text,
            mentions=[{"id": one.id, "name": one.name} for one in meant],
            vendor_only=vendor_only,
            said_at=clock.now(),
        )
        session.add(comment)
        session.flush()
        Watch.begin(record, by=by)
        comment._tell(record, "comment.said", meant, by, [] if vendor_only else across(session, record, by))
        return comment

    def change(self, record: Any, text: str, *, by: Person) -> None:
        """Say it in other words; who is named only now learns of it."""
        self._check_own(by)
        _check(text)
        known = {each["id"] for each in self.mentions}
        meant = _named(self.session, record, text, vendor_only=self.vendor_only)
        if text == self.text:
            return
        self.text, self.edited_at = text, clock.now()
        self.mentions = [{"id": one.id, "name": one.name} for one in meant]
        self.track("comment.changed", by=by)
        new = [one for one in meant if one.id not in known]
        if new:
            self._tell(record, "comment.named", new, by)

    def remove(self, *, by: Person) -> None:
        """Take back what was said; the words are gone from the record, who removed them stays in the events."""
        self._check_own(by)
        self.text, self.mentions, self.deleted_at = "", [], clock.now()
        self.track("comment.removed", by=by)

    def _check_own(self, by: Person) -> None:
        """Refuse who did not say it."""
        if self.author_id != by.id:
            raise RuleBroken("This is a comment of somebody else. Answer it instead.")
        lock(self)
        if self.deleted_at is not None:
            raise RuleBroken("This comment was removed meanwhile.")

    def _tell(
        self, record: Any, kind: str, meant: Sequence[Person], by: Person, others: Sequence[int] = ()
    ) -> None:
        numbers = [one.id for one in meant]
        Step.take(
            record,
            kind,
            by=by,
            to={*numbers, *others},
            vendor_only=self.vendor_only,
            comment_id=self.id,
            mentions=numbers,
        )


def _check(text: str) -> None:
    if not text.strip():
        raise RuleBroken("Write what you want to say.", "text")
    if len(text) > LONGEST:
        raise RuleBroken(f"Use at most {LONGEST:,} characters.", "text")


def _named(session: Session, record: Any, text: str, *, vendor_only: bool) -> list[Person]:
    """Return who is named by “@Name”, of those who may see the comment; nobody else is looked at."""
    if "@" not in text:
        return []
    whole = func.accord_fold(literal("@").concat(Person.name))
    asked = (
        select(Person)
        .where(
            readers(record, vendor_only=vendor_only),
            Person.name != "",
            func.strpos(func.accord_fold(text), whole) > 0,
        )
        .order_by(Person.id)
        .limit(MOST_NAMED)
    )
    people = {person.id: person for person in session.scalars(asked)}
    found = named(text, ((number, person.name) for number, person in people.items()))
    return [people[number] for number in found]
