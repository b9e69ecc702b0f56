"""Files: those of a partner, and those on a type's page of further information."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.ladder import Category


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


class TypeDocument(StoredFile, Tracked, Numbered, Base):
    """A file on a type's page of further information, for the partners of that type."""

    __tablename__ = "type_document"

    partner_type_id: Mapped[int] = mapped_column(ForeignKey("partner_type.id"), index=True)
