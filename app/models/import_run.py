"""An import: which file, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.models.base import Base, Numbered
from app.models.event import Event
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

LOST_AFTER = timedelta(minutes=30)


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
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    by: Mapped[Person | None] = relationship(lazy="raise")

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs; one that was lost with its process half an hour ago no longer does."""
        since = self.started_at or self.asked_at
        is_lost = clock.now() - since > LOST_AFTER
        return self.status in {ImportStatus.WAITING, ImportStatus.RUNNING} and not is_lost

    @property
    def is_a_try(self) -> bool:
        """Whether nothing was written: the file can still be brought in."""
        return self.stored_as is not None and not self.is_under_way

    @classmethod
    def try_out(
        cls,
        session: Session,
        *,
        by: Person,
        kind: str,
        file_name: str,
        stored_as: str,
        sha256: str,
        size: int,
        rows: int,
    ) -> ImportRun:
        """Take a file and ask what would come of it; nothing is written yet."""
        run = cls(
            kind=kind,
            file_name=file_name,
            stored_as=stored_as,
            sha256=sha256,
            size=size,
            total_rows=rows,
            by_id=by.id,
            asked_at=clock.now(),
            dry_run=True,
        )
        session.add(run)
        session.flush()
        run._ask(session, by)
        return run

    def bring_in(self, session: Session, *, partial: bool, trust_amounts: bool, by: Person) -> None:
        """Ask for the file to be brought in for good."""
        self._check_is_a_try()
        self.dry_run, self.partial, self.trust_amounts = False, partial, trust_amounts
        self._ask(session, by)

    def try_again(self, session: Session, *, trust_amounts: bool, by: Person) -> None:
        """Ask once more what would come of the file."""
        self._check_is_a_try()
        self.dry_run, self.partial, self.trust_amounts = True, False, trust_amounts
        self._ask(session, by)

    def discard(self, session: Session, *, by: Person) -> str:
        """Give the file up; return what it was stored as."""
        self._check_is_a_try()
        stored_as, self.stored_as = self.stored_as or "", None
        Event.record(session, "import.discarded", self, by=by, after={"file": self.file_name})
        return stored_as

    def begin(self) -> None:
        """Note that the work has begun."""
        self.status, self.started_at = ImportStatus.RUNNING, clock.now()

    def close(
        self, counts: dict[str, int], refusals: Sequence[dict[str, Any]], warnings: Sequence[str]
    ) -> None:
        """Note what came of it; rows refused refuse the whole unless the good ones were asked for."""
        for name, count in counts.items():
            setattr(self, name, count)
        self.refusals, self.warnings = list(refusals), list(warnings)
        self.status = ImportStatus.REFUSED if self.refused and not self.partial else ImportStatus.DONE
        self.finished_at = clock.now()

    def refuse(self, sentence: str) -> None:
        """Note that the file as a whole was refused."""
        self.refusals = [{"line": 0, "column": "", "value": "", "why": sentence}]
        self.status, self.finished_at = ImportStatus.REFUSED, clock.now()

    def fail(self) -> None:
        """Note that the program could not finish; nothing was written."""
        self.status, self.finished_at = ImportStatus.FAILED, clock.now()

    def _check_is_a_try(self) -> None:
        if not self.is_a_try:
            raise RuleBroken("This import is under way or over. Upload the file again to bring it in again.")

    def _ask(self, session: Session, by: Person) -> None:
        self.status, self.asked_at, self.started_at, self.finished_at = (
            ImportStatus.WAITING,
            clock.now(),
            None,
            None,
        )
        self.done_rows = 0
        Event.record(
            session,
            "import.asked",
            self,
            by=by,
            after={"kind": self.kind, "file": self.file_name, "try": self.dry_run},
        )
