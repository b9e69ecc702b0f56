"""An import: which file, how far it is, what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered

if TYPE_CHECKING:
    from app.models.person import Person


class ImportStatus(StrEnum):
    """The path of an import."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class ImportRun(Numbered, Base):
    """One file brought in, or tried: counts, and the first refused rows with what to do."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_by_id", "by_id"),)

    kind: Mapped[str]
    file_name: Mapped[str]
    stored_as: Mapped[str | None]
    sha256: Mapped[str]
    size: Mapped[int]
    status: Mapped[ImportStatus] = mapped_column(default=ImportStatus.WAITING)
    dry_run: Mapped[bool] = mapped_column(default=False)
    partial: Mapped[bool] = mapped_column(default=False)
    trust_amounts: Mapped[bool] = mapped_column(default=False)
    total_rows: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    refusals: Mapped[list[Any]] = mapped_column(default=list)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    by: Mapped[Person | None] = relationship(lazy="raise")
