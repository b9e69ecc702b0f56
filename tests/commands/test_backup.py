"""`accord backup` and `accord restore`: what was there comes back, and what was touched is noticed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from psycopg import sql
from sqlalchemy import func, select

from app import cli, embedded, scope
from app.database import unit_of_work
from app.extensions import db
from app.models import Document, Order, Partner
from config import Settings
from tests import cast as people
from tests import factories
from tests.conftest import INSTANCE, app_on, drop
from tests.models.stories import told

Run = Callable[..., Result]


@pytest.fixture
def installation(fresh_database: Settings, tmp_path: Path) -> Settings:
    """A database with an order and a file, and the folder that the file lies in."""
    known = replace(fresh_database, uploads=tmp_path / "uploads")
    known.uploads.mkdir()
    with app_on(known).app_context():
        with unit_of_work(scope.Scope(scope.Role.STAFF)) as session:
            cast = people.tell(session)
            story = told(session, cast)
            factories.order(session, cast.acme, "SO1", date(2026, 6, 1), (story.bike, "6000.5"))
            (known.uploads / "abc").write_bytes(b"a plan")
            session.flush()
            Document.file(
                session,
                cast.acme,
                stored_as="abc",
                by=cast.anna,
                name="plan.txt",
                content_type="text/plain",
                size=6,
                sha256="a27fa2bacd5796b82680016a6b8865a616a9e4f6b6a198d3776ddc07536e3158",
            )
        db.engine.dispose()
    return known


@pytest.fixture
def run(installation: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the commands on that installation, with tools that fit its server."""
    monkeypatch.setenv("DATABASE_URL", installation.database_url or "")
    monkeypatch.setenv("MIGRATION_DATABASE_URL", installation.migration_database_url or "")
    monkeypatch.setenv("INSTANCE", str(installation.instance))
    monkeypatch.setenv("UPLOADS", str(installation.uploads))
    monkeypatch.setenv("PATH", f"{embedded.tools(INSTANCE / 'pg')}{os.pathsep}{os.environ['PATH']}")

    def called(*arguments: object) -> Result:
        return CliRunner().invoke(cli.accord, [str(one) for one in arguments])

    return called


def test_a_backup_is_proved_by_bringing_it_back_beside(run: Run, tmp_path: Path) -> None:
    """F7"""
    made = run("backup", tmp_path / "kept")

    proved = run("restore", tmp_path / "kept", "--check")

    assert made.exit_code == 0, made.output
    assert "1 files are in" in made.output
    assert proved.output == "Everything is there, and the ledger is whole.\n"


def test_a_backup_comes_back_into_an_empty_database_with_its_files(
    run: Run, installation: Settings, server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A6: who may see what comes back with it."""
    run("backup", tmp_path / "kept")
    name = "accord_test_brought_back"
    drop(server, name)
    with embedded.superuser(server) as connection:
        make = sql.SQL("create database {} owner accord_owner")
        connection.execute(make.format(sql.Identifier(name)))
    for variable, user in (("DATABASE_URL", embedded.LOGIN), ("MIGRATION_DATABASE_URL", embedded.OWNER)):
        monkeypatch.setenv(variable, embedded.url(server, name, user))
    monkeypatch.setenv("UPLOADS", str(tmp_path / "elsewhere"))

    brought = run("restore", tmp_path / "kept")

    there = replace(installation, database_url=embedded.url(server, name, embedded.LOGIN))
    with app_on(there).app_context():
        with unit_of_work(scope.Scope(scope.Role.STAFF)) as session:
            acme = session.scalars(select(Partner.id).where(Partner.code == "ACME")).one()
            assert session.scalar(select(func.count(Order.id))) == 1
        with unit_of_work(scope.Scope(scope.Role.PARTNER, acme + 1)) as session:
            assert session.scalar(select(func.count(Order.id))) == 0
        db.engine.dispose()
    assert brought.exit_code == 0, brought.output
    assert (tmp_path / "elsewhere" / "abc").read_bytes() == b"a plan"
    drop(server, name)


def test_a_backup_that_was_touched_is_refused(run: Run, tmp_path: Path) -> None:
    """F7"""
    run("backup", tmp_path / "kept")
    (tmp_path / "kept" / "files" / "abc").write_bytes(b"a plot")

    refused = run("restore", tmp_path / "kept", "--check")

    assert "files/abc is not what was written" in str(refused.exception)


def test_a_file_that_was_gone_before_the_backup_is_named(
    run: Run, installation: Settings, tmp_path: Path
) -> None:
    """F7"""
    (installation.uploads / "abc").unlink()
    run("backup", tmp_path / "kept")

    refused = run("restore", tmp_path / "kept", "--check")

    assert "plan.txt" in refused.output
    assert refused.exit_code != 0


def test_nothing_is_restored_over_what_is_there(run: Run, tmp_path: Path) -> None:
    """A6"""
    run("backup", tmp_path / "kept")

    refused = run("restore", tmp_path / "kept")
    again = run("backup", tmp_path / "kept")

    assert "not empty" in str(refused.exception)
    assert "is there already" in str(again.exception)


def test_half_a_backup_is_no_backup(run: Run, tmp_path: Path) -> None:
    """F7: the process was killed half way."""
    run("backup", tmp_path / "kept")
    (tmp_path / "kept" / "manifest.json").unlink()

    refused = run("restore", tmp_path / "kept", "--check")

    assert "no readable manifest.json" in str(refused.exception)
