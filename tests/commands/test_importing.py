"""`accord import` and `accord export`: exit codes, what is printed, and that nothing is half written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app import cli
from app.database import unit_of_work
from app.extensions import db
from app.models import ExchangeRate, ImportRun
from config import Settings
from tests.conftest import app_on, clone, drop

Run = Callable[..., Result]
GOOD = "currency,day,rate\nEUR,2026-01-05,1.08\n"
BAD = "currency,day,rate\nEUR,2026-02-30,1.08\nUSD,2026-01-05,1\n"


@pytest.fixture
def channel(server: Any, template: str, worker_name: str) -> Iterator[Settings]:
    name = f"accord_test_{worker_name}_import"
    yield clone(server, template, name)
    drop(server, name)


@pytest.fixture
def run(channel: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Call a command; files are named and written into a folder."""
    monkeypatch.setenv("DATABASE_URL", channel.database_url or "")
    monkeypatch.setenv("MIGRATION_DATABASE_URL", channel.migration_database_url or "")
    monkeypatch.setenv("INSTANCE", str(channel.instance))

    def called(*arguments: str, **texts: str) -> Result:
        paths = []
        for name, text in texts.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        return CliRunner().invoke(cli.accord, [*arguments, *paths])

    return called


def kept(channel: Settings) -> tuple[int, int]:
    """Count the rates and the runs there are."""
    with app_on(channel).app_context():
        with unit_of_work() as session:
            found = [
                session.scalar(select(func.count()).select_from(noun)) or 0
                for noun in (ExchangeRate, ImportRun)
            ]
        db.engine.dispose()
    return found[0], found[1]


def test_all_rows_in_is_exit_code_0_and_an_export_gives_them_back(run: Run, channel: Settings) -> None:
    brought = run("import", "exchange-rates", rates=GOOD)
    exported = run("export", "exchange-rates")

    assert (brought.exit_code, "1 created" in brought.stdout) == (0, True)
    assert exported.stdout == GOOD
    assert kept(channel) == (1, 1)


def test_refused_rows_are_exit_code_1_and_no_file_comes_in(run: Run, channel: Settings) -> None:
    brought = run("import", "exchange-rates", first=GOOD, second=BAD)

    assert brought.exit_code == 1
    assert "second.csv:2 day='2026-02-30': The calendar has no 2026-02-30." in brought.stderr
    assert "1 of 2 rows refused, nothing is brought in" in brought.stdout
    assert kept(channel) == (0, 0)


def test_partial_brings_the_good_rows_in(run: Run, channel: Settings) -> None:
    brought = run("import", "exchange-rates", "--partial", rates=BAD)

    assert brought.exit_code == 1
    assert kept(channel) == (1, 1)


def test_a_dry_run_writes_nothing(run: Run, channel: Settings) -> None:
    tried = run("import", "exchange-rates", "--dry-run", rates=GOOD)

    assert (tried.exit_code, "1 would be created" in tried.stdout) == (0, True)
    assert kept(channel) == (0, 0)


@pytest.mark.parametrize(
    "arguments", [("import", "exchange-rates", "/nowhere.csv"), ("import", "horses", "/nowhere.csv")]
)
def test_what_cannot_start_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_another_encoding_is_exit_code_2_with_its_position(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("currency,Zürich\n".encode("latin-1"))

    refused = run("import", "exchange-rates", str(path))

    assert refused.exit_code == 2
    assert "byte 11 is 0xFC" in refused.stderr
