"""Files: those of a partner, and those on a type's page of further information."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.changing import lock
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.ladder import Category
    from app.models.partner import Partner
    from app.models.partner_type import PartnerType
    from app.models.person import Person


class StoredFile:
    """What is known of a file: the bytes lie outside the web root under a random name."""

    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    stored_as: Mapped[str] = mapped_column(unique=True)
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Document(StoredFile, Tracked, PartnerOwned, Numbered, Base):
    """A partner's file; with a category it is the artefact that category asks for (P8)."""

    __tablename__ = "document"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partnership_id"], ["partnership.partner_id", "partnership.id"]),
        Index("ix_document_partner_id_filed_on", "partner_id", "filed_on"),
        Index("ix_document_partnership_id", "partnership_id"),
        Index("ix_document_category_id", "category_id"),
    )

    partnership_id: Mapped[int | None]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    filed_on: Mapped[date]

    category: Mapped[Category | None] = relationship(lazy="raise")

    QUOTA = 500 * 1024 * 1024  # bytes, of one partner

    @classmethod
    def artefacts(cls, session: Session) -> list[Category]:
        """Return the categories that a program asks a file for, such as a business plan."""
        from app.models.ladder import Category, Measure  # noqa: PLC0415 - a category knows no files

        asked = select(Measure.definition["artefact"].astext).where(Measure.definition.has_key("artefact"))
        return list(session.scalars(select(Category).where(Category.name.in_(asked)).order_by(Category.name)))

    @classmethod
    def file(
        cls,
        session: Session,
        partner: Partner,
        *,
        stored_as: str,
        by: Person,
        partnership_id: int | None = None,
        category_id: int | None = None,
        filed_on: date | None = None,
        **known: object,
    ) -> Document:
        """File what was uploaded with the partner; as an artefact it counts from its day on, at once (P8, P10)."""
        lock(partner)
        today = partner.today()
        if filed_on is not None and filed_on > today:
            raise RuleBroken("A file cannot be filed on a day that is still to come.", "filed_on")
        document = cls(
            partner_id=partner.id,
            partnership_id=partnership_id,
            category_id=category_id,
            filed_on=filed_on or today,
            stored_as=stored_as,
            uploaded_at=clock.now(),
            uploaded_by_id=by.id,
            **known,
        )
        held = select(func.coalesce(func.sum(cls.size), 0)).where(cls.partner_id == partner.id)
        if session.scalars(held).one() + document.size > cls.QUOTA:
            raise RuleBroken(
                f"{partner.name} has {cls.QUOTA // 1024**2} MB of files already. Remove some first.", "file"
            )
        session.add(document)
        document.track("document.filed", by=by)
        document._reassess(by)
        return document

    def remove(self, *, by: Person) -> None:
        """Take the file away; what it was and who removed it stays in the events."""
        session = self.session
        self.track("document.removed", by=by, name=self.name, sha256=self.sha256)
        session.delete(self)
        session.flush()
        self._reassess(by, session)

    def _reassess(self, by: Person, session: Session | None = None) -> None:
        from app.models.assessing import reassess  # noqa: PLC0415 - assessing reads files
        from app.models.assessment import Cause  # noqa: PLC0415

        if self.category_id is not None:
            reassess(session or self.session, [self.partner_id], cause=Cause.FACT, by=by)


class TypeDocument(StoredFile, Tracked, Numbered, Base):
    """A file on a type's page of further information, for the partners of that type."""

    __tablename__ = "type_document"

    partner_type_id: Mapped[int] = mapped_column(ForeignKey("partner_type.id"), index=True)

    MOST = 50

    @classmethod
    def add(
        cls, session: Session, kind: PartnerType, *, stored_as: str, by: Person, **known: object
    ) -> TypeDocument:
        """Put a file on a type's page; its partners find it at once."""
        held = select(func.count(cls.id)).where(cls.partner_type_id == kind.id)
        if session.scalars(held).one() >= cls.MOST:
            raise RuleBroken(
                f"The page of {kind.name} has {cls.MOST} files already. Remove one first.", "file"
            )
        document = cls(
            partner_type_id=kind.id,
            stored_as=stored_as,
            uploaded_at=clock.now(),
            uploaded_by_id=by.id,
            **known,
        )
        session.add(document)
        session.flush()
        document.track("type_document.added", by=by)
        return document

    def remove(self, *, by: Person) -> None:
        """Take the file from the page."""
        self.track("type_document.removed", by=by, name=self.name, sha256=self.sha256)
        self.session.delete(self)
        self.session.flush()
