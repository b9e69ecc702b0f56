"""`accord admin create EMAIL`: the first vendor administrator."""

from __future__ import annotations

import click
from sqlalchemy import select

from app.accounts.invitations import invite
from app.commands import application
from app.models import Contact, Person, Role, Vendor
from app.models.person import fold_address
from app.rules.refusals import RuleBroken
from config import read


@click.group()
def admin() -> None:
    """The vendor's administrators."""


@admin.command()
@click.argument("email")
@click.option("--name", default="Administrator", help="The person's name.")
@click.option("--vendor", help="The name of the company that runs the program.")
def create(email: str, name: str, vendor: str | None) -> None:
    """Make a vendor administrator and print an invitation link; for a known one, print a new link."""
    with application() as session:
        if vendor:
            Vendor.here(session).name = vendor
        known = select(Person).join(Contact).where(Contact.email == fold_address(email))
        person = session.scalars(known).one_or_none()
        if person is not None and not person.is_staff:
            raise RuleBroken("This address belongs to a partner's person; use another one.")
        person = person or Person.join(session, name=name, email=email, roles=[Role.ADMINISTRATOR], by=None)
        link = invite(session, person, read().base_url)
    click.echo(f"Open this link within seven days to choose a password:\n{link}")
