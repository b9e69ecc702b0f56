"""Who brought what in: the runs of the command and of the page, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app import clock
from app.importing import files
from app.importing.files import Source
from app.importing.kind import Kind
from app.importing.loading import Outcome, Wish, bring
from app.importing.staging import Refusal
from app.models import ImportRun, ImportStatus

KEPT = 500
"""Refusals a run keeps for its page; the command prints every one."""


class Watcher(Protocol):
    """Somebody who looks on while files are brought in."""

    def begin(self, name: str, total: int) -> None: ...
    def progress(self, rows: int) -> None: ...
    def heard(self, refusal: Refusal) -> None: ...
    def end(self, outcome: Outcome, sentence: str) -> None: ...
    def say(self, sentence: str) -> None: ...


def by_command(
    session: Session, kind: Kind, paths: Sequence[Path], wish: Wish, watcher: Watcher
) -> list[Outcome]:
    """Bring files in one after the other, in one transaction: every file, or none unless partial.

    Every file is read and checked even when an earlier one was refused, so that all mistakes are known at once.
    """
    sources = [files.inspect(path) for path in paths]
    outcomes: list[Outcome] = []
    for source in sources:
        run = None if wish.dry_run else begun(session, kind, source, wish)
        refusals: list[Refusal] = []

        def heard(refusal: Refusal, kept: list[Refusal] = refusals) -> None:
            watcher.heard(refusal)
            kept.extend([refusal] if len(kept) < KEPT else [])

        watcher.begin(source.name, source.rows)
        outcome = bring(session, kind, source, wish, by=None, progress=watcher.progress, heard=heard, run=run)
        outcomes.append(outcome)
        if run is not None:
            close(run, outcome, refusals)
        watcher.end(outcome, sentence(outcome, wish))
    if wish.dry_run or (any(outcome.refused for outcome in outcomes) and not wish.partial):
        session.rollback()
    return outcomes


def begun(session: Session, kind: Kind, source: Source, wish: Wish) -> ImportRun:
    """Note that an import began."""
    run = ImportRun(
        kind=kind.name,
        file_name=source.name,
        sha256=source.sha256,
        size=source.size,
        status=ImportStatus.RUNNING,
        total_rows=source.rows,
        asked_at=clock.now(),
        started_at=clock.now(),
        **asdict(wish),
    )
    session.add(run)
    session.flush()
    return run


def close(run: ImportRun, outcome: Outcome, refusals: list[Refusal]) -> None:
    """Note what came of it."""
    for name, count in counts(outcome).items():
        setattr(run, name, count)
    run.refusals = [asdict(refusal) for refusal in refusals]
    run.status = ImportStatus.REFUSED if outcome.refused and not run.partial else ImportStatus.DONE
    run.finished_at = clock.now()


def counts(outcome: Outcome) -> dict[str, Any]:
    """Give the counts as a run keeps them."""
    return {
        "total_rows": outcome.rows,
        "done_rows": outcome.rows,
        "created": outcome.created,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "refused": outcome.refused,
    }


def sentence(outcome: Outcome, wish: Wish) -> str:
    """Say what came of a file."""
    if outcome.refused and not wish.partial:
        return f"{outcome.refused:,} of {outcome.rows:,} rows refused, nothing is brought in."
    would = "would be " if wish.dry_run else ""
    refused = f", {outcome.refused:,} refused" if outcome.refused else ""
    return (
        f"{outcome.rows:,} rows: {outcome.created:,} {would}created, {outcome.changed:,} {would}changed,"
        f" {outcome.unchanged:,} unchanged{refused}."
    )
