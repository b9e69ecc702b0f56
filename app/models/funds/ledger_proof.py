"""A proof of the ledger: who asked, how far it is, and what it found (F7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, func, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app import clock
from app.models.base import Base, Numbered
from app.models.event import Event
from app.models.funds.entry import Entry
from app.models.funds.findings import Finding, Weight
from app.models.funds.fund import Fund

if TYPE_CHECKING:
    from app.models.person import Person

LOST_AFTER = timedelta(minutes=30)
MOST_KEPT = 500
"""Findings that are kept of one proof."""


class LedgerProof(Numbered, Base):
    """One proof: every entry, chain, balance and cause was compared; the findings it keeps come in their order."""

    __tablename__ = "ledger_proof"

    asked_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None: the command asked for it."""
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    has_failed: Mapped[bool] = mapped_column(default=False, server_default="false")
    doing: Mapped[str | None]
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    parts: Mapped[int] = mapped_column(default=0, server_default="0")
    entries: Mapped[int | None]
    funds: Mapped[int | None]
    wrong: Mapped[int] = mapped_column(default=0, server_default="0")
    remarks: Mapped[int] = mapped_column(default=0, server_default="0")
    """Warnings and information: the ledger is whole all the same."""
    findings: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")

    by: Mapped[Person | None] = relationship(lazy="raise")

    # -- questions

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs; one that was lost with its process half an hour ago no longer does."""
        is_lost = clock.now() - (self.started_at or self.asked_at) > LOST_AFTER
        return self.finished_at is None and not is_lost

    @property
    def is_whole(self) -> bool:
        """Whether it ended and found nothing wrong."""
        return self.finished_at is not None and not self.has_failed and self.wrong == 0

    @property
    def state(self) -> str:
        """Say in a word or two what came of it."""
        if self.is_under_way:
            return "under way"
        if self.finished_at is None:
            return "interrupted"
        if self.has_failed:
            return "failed"
        return "whole" if self.wrong == 0 else "does not fit"

    @property
    def seconds(self) -> float | None:
        """Return how long it took."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    def found(self) -> list[Finding]:
        """Return what it found and kept, the first wrong entry first."""
        return [Finding.kept(one) for one in self.findings]

    @classmethod
    def latest(cls, session: Session, limit: int = 10) -> list[LedgerProof]:
        """Return the latest proofs, the newest first, with who asked."""
        rows = select(cls).options(joinedload(cls.by)).order_by(cls.id.desc()).limit(limit)
        return list(session.scalars(rows))

    # -- verbs

    @classmethod
    def ask(cls, session: Session, *, by: Person | None) -> LedgerProof:
        """Ask for a proof, or return the one that is under way; one at a time."""
        session.execute(text("select pg_advisory_xact_lock(4719)"))
        latest = session.scalars(select(cls).order_by(cls.id.desc()).limit(1)).one_or_none()
        if latest is not None and latest.is_under_way:
            return latest
        proof = cls(asked_at=clock.now(), by_id=None if by is None else by.id)
        session.add(proof)
        session.flush()
        Event.record(session, "ledger.proof_asked" if by else "ledger.proof_begun", proof, by=by)
        return proof

    def begin(self) -> bool:
        """Note that it has begun; False when it had before."""
        if self.started_at is not None:
            return False
        self.started_at = clock.now()
        return True

    def reach(self, doing: str, done: int, parts: int) -> None:
        """Note how far it is."""
        self.doing, self.done, self.parts = doing, done, parts

    def close(self, session: Session, findings: Sequence[Finding]) -> None:
        """Note what it found."""
        wrong = [one for one in findings if one.weight is Weight.WRONG]
        remarks = [one for one in findings if one.weight is not Weight.WRONG]
        self.wrong, self.remarks = len(wrong), len(remarks)
        self.findings = [one.plain() for one in (*wrong, *remarks)[:MOST_KEPT]]
        self.entries = session.scalar(select(func.count()).select_from(Entry))
        self.funds = session.scalar(select(func.count()).select_from(Fund))
        self.doing, self.done, self.finished_at = None, self.parts, clock.now()
        first = {} if not wrong else {"first": wrong[0].sentence, "where": wrong[0].where}
        after = {"wrong": self.wrong, "entries": self.entries, "funds": self.funds, **first}
        Event.record(session, "ledger.proved", self, by=None, after=after)

    def fail(self) -> None:
        """Note that the program could not finish."""
        self.has_failed, self.doing, self.finished_at = True, None, clock.now()
