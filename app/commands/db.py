"""`accord db upgrade`: the schema, the roles, the row security."""

from __future__ import annotations

import click

from app import migrating
from app.commands import settings


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the schema, the roles and the row security up to date; safe to repeat."""
    known = settings()
    migrating.upgrade(known)
    click.echo(f"The database is at {migrating.expected_revision()}.")
