"""One file into the nouns, in the transaction under way: all of it, or nothing unless the call says partial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import driver
from app.importing.files import Source
from app.importing.kind import Context, Counts, Kind
from app.importing.merging import Merge
from app.importing.staging import Progress, Refusal, Staging, columns_of
from app.models import Cause, Event, ImportRun, Person
from app.models.assessing import reassess
from app.models.funds.accruing import bring_into_line
from app.rules.refusals import MissingRate, RuleBroken

SETTINGS = {
    "statement_timeout": "600s",
    "lock_timeout": "600s",
    "idle_in_transaction_session_timeout": "600s",
    "work_mem": "64MB",
    "jit": "off",
    "default_statistics_target": "10",
}
ONE_AT_A_TIME = 4720

Heard = Callable[[Refusal], None]


@dataclass(frozen=True)
class Wish:
    """How a file is brought in. `partial` takes the good rows, `trust_amounts` the amounts of lines as they are."""

    dry_run: bool = False
    partial: bool = False
    trust_amounts: bool = False


@dataclass
class Outcome:
    """What came of a file: rows read, records created, changed and unchanged, rows refused, and what to know."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    warnings: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """The counts, as the event of the import keeps them."""
        return {
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }


class Clashed(RuleBroken):
    """Somebody wrote the same records at the same moment: what was checked no longer held when it was written."""

    def __init__(self, clash: Exception) -> None:
        what = str(getattr(clash, "orig", clash)).partition("\n")[0]
        super().__init__(
            f"Nothing was brought in, because somebody else changed the same: {what}. Try again."
        )


def bring(
    session: Session,
    kind: Kind,
    source: Source,
    wish: Wish,
    *,
    by: Person | None,
    progress: Progress = lambda _rows: None,
    heard: Heard = lambda _refusal: None,
    run: ImportRun | None = None,
) -> Outcome:
    """Bring a file in; the caller commits, or rolls back when rows were refused or it was only a try.

    Raises Unreadable when the file as a whole cannot be read. Nothing is written while a row is refused, unless
    `partial`.
    """
    header = source.header()
    columns_of(kind, header)
    context = Context(session, by, wish.trust_amounts)
    _make_room(context)
    staging = Staging(driver(session), kind, header)
    staging.open()
    outcome = _stage(staging, kind, source, context, progress, heard)
    if outcome.refused == 0 or wish.partial:
        staging.drop_refused()
        try:
            _write(context, kind, outcome)
        except (psycopg.IntegrityError, IntegrityError) as clash:
            raise Clashed(clash) from clash
        _record(context, kind, source, outcome, run)
    staging.close()
    return outcome


def _make_room(context: Context) -> None:
    """Long work may take long and have memory, and two imports wait for each other."""
    for setting, value in SETTINGS.items():
        context.run("select set_config(%s, %s, true)", setting, value)
    context.run("select pg_advisory_xact_lock(%s)", ONE_AT_A_TIME)


def _stage(
    staging: Staging, kind: Kind, source: Source, context: Context, progress: Progress, heard: Heard
) -> Outcome:
    staging.fill(source.lines(), progress)
    checks = kind.checks if context.trust_amounts else (*kind.checks, *kind.amount_checks)
    staging.check(checks, context.filled)
    outcome = Outcome(rows=staging.rows, refused=staging.refused())
    if outcome.refused:
        for refusal in staging.refusals():
            heard(refusal)
    return outcome


def _write(context: Context, kind: Kind, outcome: Outcome) -> None:
    if kind.before is not None:
        kind.before(context)
    writes = kind.writes or partial(_merge, kind)
    outcome.created, outcome.changed, outcome.unchanged = writes(context)
    if kind.warnings is not None:
        outcome.warnings += [row[0] for row in context.run(kind.warnings).fetchall()]
    if kind.touches is not None:
        touched = [row[0] for row in context.run(kind.touches).fetchall() if row[0] is not None]
        _assess(context, touched, outcome)
    if kind.accrues is not None:
        deals = [row[0] for row in context.run(kind.accrues).fetchall()]
        bring_into_line(context.session, deals, by=context.by)


def _merge(kind: Kind, context: Context) -> Counts:
    merges = [Merge(context, target) for target in kind.targets]
    for merge in merges:
        merge.prepare()
        merge.record_changes()
        merge.write()
    if kind.after is not None:
        kind.after(context)
    return merges[-1].counts()


def _assess(context: Context, touched: list[int], outcome: Outcome) -> None:
    """P10: the end of an import assesses each partner it touched, once. Facts stay facts when a rate is missing (M3)."""
    try:
        with context.session.begin_nested():
            reassess(context.session, touched, cause=Cause.IMPORT, by=context.by)
    except MissingRate as missing:
        outcome.warnings.append(f"The partners of this file are not assessed yet. {missing.sentence}")


def _record(context: Context, kind: Kind, source: Source, outcome: Outcome, run: ImportRun | None) -> None:
    """The import is one event, with the file's name, its fingerprint and the counts."""
    facts = {"kind": kind.name, "file": source.name, "sha256": source.sha256} | outcome.facts()
    Event.record(context.session, "import.done", run, by=context.by, after=facts)
