"""`accord statement`: a fund's statement from the command line (F8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy.orm import Session

from app import commands
from app.commands.statement import statement
from app.rules.refusals import RuleBroken
from tests.cast import Cast
from tests.models.fund_stories import at, told

DAYS = ["--from", "2026-02-01", "--to", "2026-03-31"]


@pytest.fixture
def ask(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[CliRunner]:
    told(session, cast)

    @contextmanager
    def application() -> Iterator[Session]:
        yield session

    monkeypatch.setattr(commands, "application", application)
    monkeypatch.chdir(tmp_path)
    with time_machine.travel(at(3, 31), tick=False):
        yield CliRunner()


def test_the_paper_goes_into_a_file_named_for_fund_and_days(ask: CliRunner, tmp_path: Path) -> None:
    """F8: the same bytes when asked again."""
    answer = ask.invoke(statement, ["acme/marketing fund", *DAYS])
    paper = tmp_path / "ACME-Marketing-fund-2026-02-01-2026-03-31.pdf"
    first = paper.read_bytes()
    ask.invoke(statement, ["ACME/Marketing fund", *DAYS, "--out", "again.pdf"])

    assert answer.exit_code == 0, answer.output
    assert first.startswith(b"%PDF-1.7")
    assert (tmp_path / "again.pdf").read_bytes() == first


def test_figures_for_machines_go_to_the_screen(ask: CliRunner) -> None:
    """F8"""
    tree = json.loads(ask.invoke(statement, ["ACME/Marketing fund", *DAYS, "--format", "json"]).stdout)
    table = ask.invoke(statement, ["ACME/Marketing fund", *DAYS, "--format", "csv"]).stdout

    assert (tree["opening"]["available"], tree["closing"]["available"]) == ("1000.00", "1299.99")
    assert table.startswith("row,sequence,posted_on")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ACME", *DAYS], "names no fund"),
        (["ACME/Travel", *DAYS], "had no fund “Travel”"),
        (["ACME/Marketing fund", "--from", "2026-03-01", "--to", "soon"], "is not a day"),
        (["ACME/Marketing fund", "--from", "2026-03-01", "--to", "2026-02-01"], "not later"),
        (["ACME/Marketing fund", "--from", "2026-03-01", "--to", "2026-05-01"], "today is 2026-03-31"),
    ],
)
def test_what_makes_no_statement_is_said(ask: CliRunner, words: list[str], sentence: str) -> None:
    """F8: one sentence, for the person who typed it."""
    answer = ask.invoke(statement, words)

    assert isinstance(answer.exception, RuleBroken)
    assert sentence in answer.exception.sentence


def test_a_file_that_cannot_be_written_is_said(ask: CliRunner) -> None:
    """Where the folder is missing."""
    answer = ask.invoke(statement, ["ACME/Marketing fund", *DAYS, "--out", "missing/folder.pdf"])

    assert isinstance(answer.exception, commands.CannotStart)
    assert "cannot be written" in str(answer.exception)
