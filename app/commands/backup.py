"""`accord backup` and `accord restore`: everything of an installation in a folder, and the proof that it comes back whole."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app import clock, create_app, database, embedded, migrating, scope
from app.commands import CannotStart, settings
from app.extensions import db
from app.models import Base
from app.models.funds.findings import Weight
from app.models.funds.verifying import verify
from config import Settings, read

DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Write database, uploaded files and a manifest of both to a new FOLDER."""
    if folder.exists():
        raise CannotStart(f"{folder} is there already. Name a folder that is not.")
    known = settings()
    _refuse_unless_current(known)
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with _snapshot(known) as (connection, snapshot):
        rows = _counts(connection)
        options = ("--format=custom", "--enable-row-security", f"--snapshot={snapshot}")
        _run("pg_dump", *options, f"--file={part / DUMP}", _owner(known))
    (part / FILES).mkdir()
    if (
        known.uploads.exists()
    ):  # files are on the disk before their rows are, so after the dump none is missing
        shutil.copytree(known.uploads, part / FILES, dirs_exist_ok=True)
    manifest = {
        "made_at": clock.now().isoformat(),
        "revision": migrating.expected_revision(),
        "rows": rows,
        "sha256": {str(file.relative_to(part)): _digest(file) for file in _files(part)},
    }
    (part / MANIFEST).write_text(json.dumps(manifest, indent=1))
    part.rename(folder)
    click.echo(f"{sum(rows.values()):,} rows and {len(manifest['sha256']) - 1:,} files are in {folder}.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--check", is_flag=True, help="Restore into a database of its own, prove it, and drop it again."
)
def restore(folder: Path, *, check: bool) -> None:
    """Bring back what `accord backup` wrote to FOLDER: into the empty database of the settings, or only to --check it."""
    manifest = _whole(folder)
    known = settings()
    if check:
        with _scratch(known) as beside:
            _load(folder, beside)
            wrong = [*_rows_missing(beside, manifest), *_proof(beside, folder)]
    else:
        _refuse_unless_empty(known)
        _load(folder, known)
        shutil.copytree(folder / FILES, known.uploads, dirs_exist_ok=True)
        wrong = [*_rows_missing(known, manifest), *_proof(known, folder)]
    for sentence in wrong:
        click.echo(f"- {sentence}")
    if wrong:
        raise CannotStart(f"{len(wrong)} things are not as they were.")
    click.echo("Everything is there, and the ledger is whole." if check else "Restored. The ledger is whole.")


def _owner(known: Settings) -> str:
    """Return the owner's address as libpq's tools take it."""
    return database.owner_url(known).replace("postgresql+psycopg", "postgresql")


def _tool(name: str) -> str:
    """Return the path of one of PostgreSQL's tools: the embedded server's own, else the machine's."""
    known = read()
    if known.database_url is None:
        return str(embedded.tools(known.instance / "pg") / name)
    found = shutil.which(name)
    if found is None:
        raise CannotStart(f"{name} is not on this machine. Install PostgreSQL's client tools.")
    return found


def _run(tool: str, *arguments: str) -> None:
    done = subprocess.run([_tool(tool), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotStart(f"{tool} could not finish: {last}")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != MANIFEST)


def _whole(folder: Path) -> dict[str, Any]:
    """Return the manifest of a backup, each of whose files is what it was when it was written."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        raise CannotStart(
            f"{folder} has no readable {MANIFEST}: it is no backup, or not a whole one."
        ) from None
    found = {str(file.relative_to(folder)): _digest(file) for file in _files(folder)}
    for name in sorted(found.keys() ^ manifest["sha256"].keys()):
        raise CannotStart(f"{name} is {'not of this backup' if name in found else 'missing'}.")
    for name, digest in manifest["sha256"].items():
        if found[name] != digest:
            raise CannotStart(f"{name} is not what was written: the backup was damaged or changed.")
    if manifest["revision"] != migrating.expected_revision():
        raise CannotStart(
            f"The backup is of {manifest['revision']} and this program at {migrating.expected_revision()}."
            " Restore it with the program it was made by, then upgrade."
        )
    return manifest


@contextmanager
def _scratch(known: Settings) -> Iterator[Settings]:
    """Make an empty database beside the real one, and drop it in the end."""
    name = f"accord_check_{secrets.token_hex(4)}"
    with psycopg.connect(_owner(known), autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise CannotStart(
                "The schema's owner may not make a database to check in: `alter role accord_owner createdb`."
            ) from None
        try:
            yield replace(
                known,
                database_url=_named(known.database_url, name),
                migration_database_url=_named(database.owner_url(known), name),
            )
        finally:
            _drop(connection, name)


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop a database; who read in it just now may not have gone yet."""
    for wait in (0, 0.1, 0.3, 1, 3):
        time.sleep(wait)
        with suppress(psycopg.errors.ObjectInUse):
            connection.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))
            return
    raise CannotStart(f"The database {name} is in use and was left behind. Drop it when it is not.")


def _named(address: str | None, name: str) -> str:
    return make_url(address or "").set(database=name).render_as_string(hide_password=False)


def _load(folder: Path, known: Settings) -> None:
    options = ("--no-owner", "--exit-on-error", "--single-transaction")
    _run("pg_restore", *options, f"--dbname={_owner(known)}", str(folder / DUMP))


def _refuse_unless_current(known: Settings) -> None:
    engine = migrating.owner_engine(known)
    try:
        wrong = migrating.schema_mismatch(engine)
    finally:
        engine.dispose()
    if wrong is not None:
        raise CannotStart(wrong)


def _refuse_unless_empty(known: Settings) -> None:
    with psycopg.connect(_owner(known)) as connection:
        tables = "select count(*) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        found = connection.execute(tables).fetchone()
    if found is None or found[0]:
        raise CannotStart("The database is not empty. Restore into a new one; nothing was changed.")


@contextmanager
def _opened(known: Settings) -> Iterator[Any]:
    """Open the application on a database, with a session over every partner that commits nothing."""
    with create_app(known).app_context():
        try:
            with scope.every_partner():
                yield db.session()
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _snapshot(known: Settings) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """Open a connection of the owner's that sees one moment, and name that moment for `pg_dump`."""
    with psycopg.connect(_owner(known)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        named = connection.execute("select pg_export_snapshot()").fetchone()
        yield connection, named[0] if named else ""


def _counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return how many rows each table of nouns has."""
    counted = {}
    for name in sorted(Base.metadata.tables):
        found = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(name))).fetchone()
        counted[name] = found[0] if found else 0
    return counted


def _rows_missing(known: Settings, manifest: dict[str, Any]) -> list[str]:
    """Return a sentence for each table that has not as many rows as it had."""
    with psycopg.connect(_owner(known)) as connection:
        counted = _counts(connection)
    return [
        f"{name} has {counted.get(name, 0):,} rows and had {rows:,}."
        for name, rows in manifest["rows"].items()
        if counted.get(name, 0) != rows
    ]


def _proof(known: Settings, folder: Path) -> list[str]:
    """Return what the proof of the ledger and of the files of a backup finds wrong (F7)."""
    with _opened(known) as session:
        found = verify(session, whereabouts=lambda stored_as: folder / FILES / stored_as)
        return [one.sentence for one in found if one.weight is Weight.WRONG]
