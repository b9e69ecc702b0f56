"""`accord demo`: the demo story, into a database that holds no partners yet."""

from __future__ import annotations

import time

import click

from app.commands import CannotStart, application
from config import read


@click.command()
@click.option("--if-empty", is_flag=True, help="Where there are partners already, only say who can sign in.")
def demo(*, if_empty: bool) -> None:
    """Load the demo story and say who can sign in."""
    from sqlalchemy import func, select

    from app import clock
    from app.demo import story
    from app.models import Partner

    if read().is_production:
        raise CannotStart("Everybody knows the password of the demo, so it is not loaded in production.")
    with application() as session:
        if not session.scalar(select(func.count()).select_from(Partner)):
            began = time.monotonic()
            click.echo("Telling the demo story: forty partners, two years.")
            story.tell(session, clock.today())
            click.echo(f"Told in {time.monotonic() - began:.0f} seconds.")
        elif not if_empty:
            raise CannotStart("This database has partners already; the demo story needs an empty one.")
        logins = story.logins(session)
    introduce(logins)


def introduce(logins: list) -> None:  # type: ignore[type-arg]
    """Say who can sign in, if it is the demo's database."""
    from app.demo.people import PASSWORD

    if not logins:
        return
    click.echo(f"\nEverybody signs in with the password: {PASSWORD}\n")
    width = max(len(one.email) for one in logins)
    for one in logins:
        click.echo(f"  {one.email:<{width}}  {one.name}, {one.what}")
    click.echo()
