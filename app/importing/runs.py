"""Who brought what in: files by the command, and files by the page, which are brought in by a job."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, stored_files
from app.database import aside, unit_of_work
from app.importing import files
from app.importing.files import Source
from app.importing.kind import Kind
from app.importing.kinds import KINDS
from app.importing.loading import Outcome, Wish, bring
from app.importing.staging import Refusal
from app.jobs import task
from app.models import ImportRun, ImportStatus, Person
from app.rules.refusals import RuleBroken

log = logging.getLogger(__name__)

KEPT = 500
"""Refusals a run keeps for its page; the command prints every one."""
TELL_EVERY = 0.5  # seconds
ABANDONED_AFTER = timedelta(days=7)


class Watcher(Protocol):
    """Somebody who looks on while files are brought in."""

    def begin(self, name: str, total: int) -> None: ...
    def progress(self, rows: int) -> None: ...
    def heard(self, refusal: Refusal) -> None: ...
    def end(self, outcome: Outcome, sentence: str) -> None: ...
    def say(self, sentence: str) -> None: ...


class Kept:
    """The first refusals, as a run keeps them."""

    def __init__(self) -> None:
        self.refusals: list[dict[str, object]] = []

    def heard(self, refusal: Refusal) -> None:
        """Keep one more, up to a limit."""
        if len(self.refusals) < KEPT:
            self.refusals.append(asdict(refusal))


# ---------------------------------------------------------------- by the command


def by_command(
    session: Session, kind: Kind, paths: Sequence[Path], wish: Wish, watcher: Watcher
) -> list[Outcome]:
    """Bring files in one after the other, in one transaction: every file, or none unless partial.

    Every file is read and checked even when an earlier one was refused, so that all mistakes are known at once.
    """
    sources = [files.inspect(path) for path in paths]
    outcomes = [_one_by_command(session, kind, source, wish, watcher) for source in sources]
    if wish.dry_run or (any(outcome.refused for outcome in outcomes) and not wish.partial):
        session.rollback()
    return outcomes


def _one_by_command(session: Session, kind: Kind, source: Source, wish: Wish, watcher: Watcher) -> Outcome:
    run, kept = _begun(session, kind, source, wish), Kept()

    def heard(refusal: Refusal) -> None:
        watcher.heard(refusal)
        kept.heard(refusal)

    watcher.begin(source.name, source.rows)
    outcome = bring(session, kind, source, wish, by=None, progress=watcher.progress, heard=heard, run=run)
    run.close(counts(outcome), kept.refusals, outcome.warnings)
    watcher.end(outcome, sentence(outcome, wish))
    return outcome


def _begun(session: Session, kind: Kind, source: Source, wish: Wish) -> ImportRun:
    run = ImportRun(
        kind=kind.name,
        file_name=source.name,
        sha256=source.sha256,
        size=source.size,
        total_rows=source.rows,
        asked_at=clock.now(),
        **asdict(wish),
    )
    run.begin()
    session.add(run)
    session.flush()
    return run


# ---------------------------------------------------------------- by the page


@task("importing.run")
def work(subject_id: int) -> None:
    """Bring in, or try, the file of a run; done twice it has one effect."""
    with unit_of_work() as session:
        run = session.get(ImportRun, subject_id, with_for_update=True)
        if run is None or run.status is not ImportStatus.WAITING or run.stored_as is None:
            return
        run.begin()
    try:
        _bring_in(subject_id)
    except RuleBroken as refusal:
        with unit_of_work() as session:
            session.get_one(ImportRun, subject_id).refuse(refusal.sentence)
    except Exception:
        log.exception("Import %s failed", subject_id)
        with unit_of_work() as session:
            session.get_one(ImportRun, subject_id).fail()


def _bring_in(number: int) -> None:
    kept = Kept()
    with unit_of_work() as session:
        run = session.get_one(ImportRun, number)
        wish = Wish(run.dry_run, run.partial, run.trust_amounts)
        source = files.inspect(stored_files.whereabouts(run.stored_as or ""), run.file_name)
        outcome = bring(
            session,
            KINDS[run.kind],
            source,
            wish,
            by=None if run.by_id is None else session.get(Person, run.by_id),
            progress=Teller(number),
            heard=kept.heard,
            run=run,
        )
        is_written = not wish.dry_run and (outcome.refused == 0 or wish.partial)
        if is_written:
            run.close(counts(outcome), kept.refusals, outcome.warnings)
            stored_files.forget(session, run.stored_as or "")
            run.stored_as = None
        else:
            session.rollback()
    if not is_written:
        with unit_of_work() as session:
            session.get_one(ImportRun, number).close(counts(outcome), kept.refusals, outcome.warnings)


@task("importing.tidy", cron="23 3 * * *")
def tidy() -> None:
    """Every night: give up the files nobody brought in for a week."""
    with unit_of_work() as session:
        old = select(ImportRun).where(
            ImportRun.stored_as.is_not(None), ImportRun.asked_at < clock.now() - ABANDONED_AFTER
        )
        for run in session.scalars(old):
            stored_files.forget(session, run.stored_as or "")
            run.stored_as = None


class Teller:
    """Tells the page how far a run is, in short transactions beside the long one."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.told_at = 0.0

    def __call__(self, rows: int) -> None:
        """Tell, but not too often."""
        if monotonic() - self.told_at > TELL_EVERY:
            with aside() as session:
                session.execute(update(ImportRun).where(ImportRun.id == self.number).values(done_rows=rows))
            self.told_at = monotonic()


# ---------------------------------------------------------------- in words


def counts(outcome: Outcome) -> dict[str, int]:
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
