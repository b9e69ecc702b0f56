"""A file on a record of the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, scope
from app.models.activities.activity_proof import ActivityProof
from app.models.base import Base, Numbered, Tracked
from app.models.document import Document, StoredFile
from app.models.person import Person, Role
from app.models.talk.step import Step
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MEGABYTE = 1024 * 1024


class Attachment(StoredFile, Tracked, Numbered, Base):
    """A file somebody put on a lead, deal or order; the vendor may keep one to itself."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_subject", "subject_type", "subject_id", "id"),
        Index("ix_attachment_partner_id_id", "partner_id", "id"),
    )

    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    vendor_only: Mapped[bool] = mapped_column(default=False)

    MOST = 50

    # -- questions

    @staticmethod
    def removable(uploaded_by_id: int | None, person: Person) -> bool:
        """Say whether a person may take away a file of this uploader: its own; the vendor's administrators any."""
        return uploaded_by_id == person.id or Role.ADMINISTRATOR in person.roles

    def may_be_removed_by(self, person: Person) -> bool:
        """Say whether a person may take the file away."""
        return self.removable(self.uploaded_by_id, person)

    # -- verbs

    @classmethod
    def put(
        cls, record: Any, *, stored_as: str, by: Person, vendor_only: bool = False, **known: Any
    ) -> Attachment:
        """Put a file on a record, within what the partner, or the vendor, may keep in all."""
        session: Session = record.session
        if vendor_only and not by.is_staff:
            raise RuleBroken("Only the vendor keeps files to itself.", "vendor_only")
        _check_room(session, record, known["size"])
        file = cls(
            partner_id=record.partner_id,
            subject_type=record.__tablename__,
            subject_id=record.id,
            vendor_only=vendor_only,
            stored_as=stored_as,
            uploaded_at=clock.now(),
            uploaded_by_id=by.id,
            **known,
        )
        session.add(file)
        session.flush()
        Step.take(record, "attachment.added", by=by, vendor_only=vendor_only, name=file.name)
        return file

    def remove(self, record: Any, *, by: Person) -> None:
        """Take the file from the record; what it was and who removed it stays."""
        if not self.may_be_removed_by(by):
            raise RuleBroken("This file is somebody else’s. Ask who put it here to remove it.")
        session, hidden = self.session, self.vendor_only
        session.delete(self)
        session.flush()
        Step.take(record, "attachment.removed", by=by, vendor_only=hidden, name=self.name)


def _check_room(session: Session, record: Any, size: int) -> None:
    """Refuse a file for which there is no room on the record, or with the partner or the vendor."""
    if record.partner_id is not None:
        check_room(session, record.partner_id, size)
    with scope.books(session):
        of_record = (Attachment.subject_type == record.__tablename__) & (Attachment.subject_id == record.id)
        many = session.scalars(select(func.count(Attachment.id)).where(of_record)).one()
    if many >= Attachment.MOST:
        raise RuleBroken(f"There are {Attachment.MOST} files here already. Remove one first.", "file")


def check_room(session: Session, partner_id: int, size: int) -> None:
    """Refuse a file for which a partner has no room; asked in the books, one upload of a partner after the other."""
    with scope.books(session):
        key = func.hashtextextended(f"files of partner {partner_id}", 0)
        session.execute(select(func.pg_advisory_xact_lock(key)))
        held = sum(
            session.scalars(
                select(func.coalesce(func.sum(kind.size), 0)).where(kind.partner_id == partner_id)
            ).one()
            for kind in (Attachment, ActivityProof, Document)
        )
    if held + size > Document.QUOTA:
        raise RuleBroken(
            f"{Document.QUOTA // MEGABYTE} MB of files are kept already, which is all there is room for."
            " Remove some first.",
            "file",
        )
