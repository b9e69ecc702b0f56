"""`accord export KIND`: the same columns back, as CSV on standard output."""

from __future__ import annotations

import sys

import click

from app.commands import application
from app.database import driver
from app.importing.exporting import lines
from app.importing.kinds import KINDS


@click.command()
@click.argument("kind", type=click.Choice(sorted(KINDS)), metavar="KIND")
@click.option("--partner", "partner_code", metavar="CODE", help="Only the rows of this partner.")
def export(kind: str, partner_code: str | None) -> None:
    """Print all rows of a kind as CSV; bringing them in again changes nothing."""
    with application() as session:
        for piece in lines(driver(session), KINDS[kind], partner_code):
            sys.stdout.buffer.write(piece)
        sys.stdout.flush()
