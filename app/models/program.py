"""The program: what holds from which day (P12). Draft versions are edited, published ones never."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked
from app.models.ladder import Ladder, Measure


class VersionStatus(StrEnum):
    """A version is written, then it holds."""

    DRAFT = "draft"
    PUBLISHED = "published"


class ProgramVersion(Tracked, Numbered, Base):
    """The whole program as it holds from a day: its currency, year, ladders and measures."""

    __tablename__ = "program_version"
    __table_args__ = (
        CheckConstraint("status = 'draft' or valid_from is not null", name="published_from_a_day"),
        Index("uq_program_version_draft", "status", unique=True, postgresql_where=text("status = 'draft'")),
        Index(
            "uq_program_version_valid_from", "valid_from", unique=True, postgresql_where=text("status = 'published'")
        ),
    )

    name: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str]
    year_starts: Mapped[str] = mapped_column(default="01-01")
    valid_from: Mapped[date | None]
    status: Mapped[VersionStatus] = mapped_column(default=VersionStatus.DRAFT)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(default=1)

    ladders: Mapped[list[Ladder]] = relationship(back_populates="version", lazy="raise", cascade="all, delete-orphan")
    measures: Mapped[list[Measure]] = relationship(
        back_populates="version", lazy="raise", cascade="all, delete-orphan"
    )

    @property
    def is_draft(self) -> bool:
        """Say whether the version may still be edited."""
        return self.status is VersionStatus.DRAFT

    @classmethod
    def holding(cls, session: Session, on: date) -> ProgramVersion | None:
        """Return the version that holds on a day, or None before the first one."""
        published = select(cls).where(cls.status == VersionStatus.PUBLISHED, cls.valid_from <= on)
        return session.scalars(published.order_by(cls.valid_from.desc()).limit(1)).one_or_none()

    @classmethod
    def draft(cls, session: Session) -> ProgramVersion | None:
        """Return the version being written, or None; there is at most one."""
        return session.scalars(select(cls).where(cls.status == VersionStatus.DRAFT)).one_or_none()
