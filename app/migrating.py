"""The migrations: roles, schema and row security, made and kept by the schema's owner."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app import embedded, scope
from app.database import driver_url, owner_url
from config import HERE, Settings

if TYPE_CHECKING:
    from alembic.config import Config


def configuration(settings: Settings) -> Config:
    """Return how the migrations run for these settings."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.set_main_option("prepend_sys_path", str(HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["settings"] = settings
    return config


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Make the roles and bring the schema up to date; safe to repeat, and by several at once."""
    from alembic import command  # noqa: PLC0415 - 11 MB that no web process needs

    owner = owner_url(settings)
    with psycopg.connect(owner.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(4718)")
        _make_roles(connection, settings)
        command.upgrade(configuration(settings), revision)


def owner_engine(settings: Settings) -> Engine:
    """Return an engine of the owner's, for migrations."""
    return create_engine(driver_url(owner_url(settings)), poolclass=NullPool)


def expected_revision() -> str:
    """Return the newest migration this code knows: files are named by their revision, in their order."""
    newest = max(file.stem for file in (HERE / "migrations" / "versions").glob("*.py"))
    return "_".join(newest.split("_")[:4])


def schema_mismatch(engine: Engine) -> str | None:
    """Return what is wrong with the schema in one sentence, or None when it fits this code."""
    expected = expected_revision()
    try:
        with engine.connect() as connection:
            found = connection.execute(text("select accord_revision()")).scalar_one_or_none()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) is None:
            raise
        found = None
    if found == expected:
        return None
    return f"The database is at {found or 'no migration'} and this program at {expected}: run `accord db upgrade`."


def _make_roles(connection: psycopg.Connection[Any], settings: Settings) -> None:
    """Make the groups and the login role of recipe C2; they are the cluster's and never dropped.

    Another database of the same cluster may be making them at this moment: who comes second finds them there.
    """
    for group in (scope.Role.STAFF, scope.Role.PARTNER, scope.Role.WORKER):
        _make_role(connection, group.value, "nologin")
    rights = "login nosuperuser nobypassrls nocreaterole noinherit" + _password(settings)
    _make_role(connection, embedded.LOGIN, rights)
    if _kept_settings(connection) != {f"{name}={value}" for name, value in ROLE_SETTINGS.items()}:
        only_set = " with inherit false, set true" if connection.info.server_version >= POSTGRESQL_16 else ""
        connection.execute(f"grant accord_staff, accord_partner, accord_worker to {embedded.LOGIN}{only_set}")
        connection.execute(f"alter role {embedded.LOGIN} reset all")
        for name, value in ROLE_SETTINGS.items():
            given = value if name == "search_path" else f"'{value}'"
            connection.execute(f"alter role {embedded.LOGIN} set {name} = {given}")


POSTGRESQL_16 = 160_000
ROLE_SETTINGS = {
    "search_path": "public, jobs",
    "TimeZone": "UTC",
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}


def _make_role(connection: psycopg.Connection[Any], name: str, rights: str) -> None:
    if connection.execute("select 1 from pg_roles where rolname = %s", (name,)).fetchone() is None:
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            connection.execute(f"create role {name} {rights}")


def _kept_settings(connection: psycopg.Connection[Any]) -> set[str]:
    found = connection.execute(
        "select rolconfig from pg_roles where rolname = %s", (embedded.LOGIN,)
    ).fetchone()
    return set(found[0] or ()) if found else set()


def _password(settings: Settings) -> str:
    if settings.database_url is None:
        return ""
    url = make_url(settings.database_url)
    if url.username != embedded.LOGIN or not isinstance(url.password, str):
        return ""
    return " password " + psycopg.sql.Literal(url.password).as_string(None)
