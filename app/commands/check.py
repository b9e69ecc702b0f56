"""`accord check`: are the settings and the database fit for real partners?"""

from __future__ import annotations

import sys

import click
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from app import database, migrating
from config import Environment, Settings, read


@click.command()
def check() -> None:
    """Say what is not fit for production; exit 1 when anything is."""
    known = read()
    wrong = [*settings_amiss(known), *database_amiss(known)]
    for sentence in wrong:
        click.echo(f"- {sentence}")
    click.echo("Fit for production." if not wrong else f"{len(wrong)} to mend.")
    sys.exit(1 if wrong else 0)


def settings_amiss(known: Settings) -> list[str]:
    """Return a sentence for each setting that production should not have."""
    doubts = {
        "ACCORD_ENV is not production.": known.environment is not Environment.PRODUCTION,
        "DATABASE_URL is not set: the embedded server is for one machine and one administrator.": (
            known.database_url is None
        ),
        "MIGRATION_DATABASE_URL is not set: migrations need the schema's owner.": (
            known.migration_database_url is None
        ),
        "BASE_URL does not begin with https://, so cookies travel unprotected.": (
            not known.base_url.startswith("https://")
        ),
        "MAIL_URL is not set: letters would only be kept.": known.mail_url is None,
        "PROXIES is 0: behind a proxy every visitor would have the proxy's address.": known.proxies == 0,
    }
    return [sentence for sentence, is_so in doubts.items() if is_so]


def database_amiss(known: Settings) -> list[str]:
    """Return what is wrong with the database that the program would use."""
    if known.database_url is None:
        return []
    engine = create_engine(database.driver_url(known.database_url))
    try:
        mismatch = migrating.schema_mismatch(engine)
        if mismatch is not None:
            return [mismatch]
        with engine.connect() as connection:
            mighty = connection.execute(
                text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
            ).scalar_one()
            own = connection.execute(
                text("select has_table_privilege(current_user, 'partner', 'select')")
            ).scalar_one()
    except DBAPIError as error:
        return [f"The database does not answer: {str(error.orig).strip().splitlines()[0]}"]
    finally:
        engine.dispose()
    if mighty or own:
        return ["DATABASE_URL signs in as a role that may see every partner's rows: use accord_app."]
    return []
