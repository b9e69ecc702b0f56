"""`accord program check | load | dump`: the program as a file, from the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app import cli, scope
from app.database import unit_of_work
from app.extensions import db
from app.models import Event, Parameter, ProgramVersion
from config import Settings
from tests.conftest import app_on, clone, drop

Run = Callable[..., Result]
CREATIO = Path(__file__).resolve().parents[2] / "examples" / "programs" / "creatio.yaml"


@pytest.fixture(scope="module")
def empty(server: Any, template: str, worker_name: str) -> Iterator[Settings]:
    """A database without a program."""
    name = f"accord_test_{worker_name}_program"
    settings = clone(server, template, name)
    yield settings
    drop(server, name)


@pytest.fixture
def run(empty: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the command on that database."""
    monkeypatch.setenv("DATABASE_URL", empty.database_url or "")
    monkeypatch.setenv("MIGRATION_DATABASE_URL", empty.migration_database_url or "")
    monkeypatch.setenv("INSTANCE", str(empty.instance))

    def called(*arguments: str) -> Result:
        return CliRunner().invoke(cli.accord, ["program", *arguments])

    return called


def counted(settings: Settings) -> tuple[int, ...]:
    """How many versions, parameters and events there are."""
    with app_on(settings).app_context(), unit_of_work(scope.WORKER) as session:
        found = tuple(
            session.scalars(select(func.count(noun.id))).one() for noun in (ProgramVersion, Parameter, Event)
        )
        session.rollback()
        db.engine.dispose()
    return found


def test_a_program_is_checked_loaded_published_and_dumped_byte_for_byte(run: Run, empty: Settings) -> None:
    nothing = run("dump")
    checked = run("check", str(CREATIO))
    drafted = run("load", str(CREATIO))
    published = run("load", str(CREATIO), "--publish")
    before = counted(empty)
    again = run("load", str(CREATIO), "--publish")
    dumped = run("dump")

    assert (nothing.exit_code, nothing.stderr) == (1, "accord: There is no program that holds today.\n")
    assert checked.output == "creatio.yaml is a program: “Creatio example”, 1 type, 4 categories.\n"
    assert drafted.output == "“Creatio example” is the draft now. Publish it when it shall hold.\n"
    assert published.output == "“Creatio example” is published and holds from 2024-01-01.\n"
    assert "nothing was changed" in again.output
    assert counted(empty) == before
    assert dumped.stdout_bytes == CREATIO.read_bytes()


def test_a_wrong_file_is_refused_with_its_lines_and_writes_nothing(
    run: Run, empty: Settings, tmp_path: Path
) -> None:
    before = counted(empty)
    wrong = tmp_path / "wrong.yaml"
    text = (
        CREATIO.read_text()
        .replace("name: Bronze", "name: Registered")
        .replace("target: 10\n", "target: 10.5\n")
    )
    wrong.write_text(text)

    for act in ("check", "load"):
        answer = run(act, str(wrong))

        assert answer.exit_code == 1
        assert answer.stderr.splitlines() == [
            f"{wrong}:37: “Registered” is the rank below every tier; give its benefits under “registered”.",
            f"{wrong}:41: The target of “Number of leads” must be a whole number such as 10, not “10.5”.",
        ]
    assert counted(empty) == before


def test_a_file_that_is_not_there_is_one_sentence(run: Run) -> None:
    answer = run("check", "nowhere.yaml")

    assert answer.exit_code == 2
    assert "nowhere.yaml" in answer.stderr
