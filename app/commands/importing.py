"""`accord import KIND FILE…`: rows from files into nouns."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.commands import application
from app.importing import runs
from app.importing.files import Unreadable
from app.importing.kinds import KINDS
from app.importing.loading import Outcome, Wish
from app.importing.staging import Refusal

REFUSED, CANNOT_START = 1, 2


@click.command("import")
@click.argument("kind", type=click.Choice(sorted(KINDS)), metavar="KIND")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option("--partial", is_flag=True, help="Bring the good rows in although others are refused.")
@click.option("--trust-amounts", is_flag=True, help="Take the amounts of order lines as they are.")
def import_(kind: str, files: tuple[Path, ...], *, dry_run: bool, partial: bool, trust_amounts: bool) -> None:
    """Bring the rows of .csv or .xlsx files in, all of them or none.

    KIND is one of the import kinds, such as partners or order-lines. Exit code 0: all rows are in; 1: rows were
    refused; 2: it could not start.
    """
    wish = Wish(dry_run=dry_run, partial=partial, trust_amounts=trust_amounts)
    try:
        with application() as session:
            outcomes = runs.by_command(session, KINDS[kind], files, wish, Screen())
    except Unreadable as unreadable:
        click.echo(f"accord: {unreadable.sentence}", err=True)
        sys.exit(CANNOT_START)
    if any(outcome.refused for outcome in outcomes):
        sys.exit(REFUSED)


class Screen:
    """What the person sees: a bar for each file, refusals as they are found, and a closing line."""

    def __init__(self) -> None:
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.err,
            transient=True,
            disable=not self.err.is_terminal,
        )
        self.name = ""

    def begin(self, name: str, total: int) -> None:
        """Show the bar of a file."""
        self.name = name
        self.bar.start()
        self.task = self.bar.add_task(name, total=total)

    def progress(self, rows: int) -> None:
        """Move the bar."""
        self.bar.update(self.task, completed=rows)

    def heard(self, refusal: Refusal) -> None:
        """Print a refused row: file, line, column, value, what to do."""
        where = f"{self.name}:{refusal.line}"
        what = f" {refusal.column}={refusal.value!r}" if refusal.column else ""
        self.err.print(f"{where}{what}: {refusal.why}", markup=False)

    def say(self, sentence: str) -> None:
        """Print a line."""
        self.out.print(sentence, markup=False)

    def end(self, outcome: Outcome, sentence: str) -> None:
        """Take the bar away and say what came of the file."""
        self.bar.remove_task(self.task)
        self.bar.stop()
        for warning in outcome.warnings:
            self.err.print(f"{self.name}: {warning}", markup=False)
        self.say(f"{self.name}: {sentence}")
