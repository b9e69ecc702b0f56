"""`accord assess`: the verdict of every partner on a day, from the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import cli, scope
from app.database import unit_of_work
from app.extensions import db
from app.models import Assessment, TierPeriod
from config import Settings
from tests import cast as people
from tests import factories
from tests.conftest import app_on, clone, drop
from tests.models.stories import told

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def channel(server: Any, template: str, worker_name: str) -> Iterator[Settings]:
    """A database where Acme ordered 6,000, Bolt nothing, and Crane's type has no ladder."""
    name = f"accord_test_{worker_name}_assess"
    settings = clone(server, template, name)
    with app_on(settings).app_context():
        with unit_of_work(scope.Scope(scope.Role.STAFF)) as session:
            _tell(session)
        yield settings
        db.engine.dispose()
    drop(server, name)


@pytest.fixture
def run(channel: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the command on that database."""
    monkeypatch.setenv("DATABASE_URL", channel.database_url or "")
    monkeypatch.setenv("MIGRATION_DATABASE_URL", channel.migration_database_url or "")
    monkeypatch.setenv("INSTANCE", str(channel.instance))

    def called(*arguments: str) -> Result:
        return CliRunner().invoke(cli.accord, ["assess", *arguments])

    return called


def _tell(session: Session) -> None:
    cast = people.tell(session)
    story = told(session, cast)
    factories.order(session, cast.acme, "SO1", date(2026, 6, 1), (story.bike, "6000.5"))
    for partner in (cast.bolt, cast.crane):
        factories.partnership(session, partner, date(2026, 1, 1), date(2026, 12, 31))


def test_the_csv_has_one_row_per_obligation_category(run: Run) -> None:
    """P5"""
    rows = list(csv.reader(io.StringIO(run("--on", "2026-06-30", "--format", "csv").output)))

    assert rows == [
        ["partner_code", "partner_type", "tier", "parameter", "current", "target", "score", "met"],
        ["ACME", "Reseller", "Bronze", "Ordered amount", "6000.5", "50000", "0", "no"],
        ["BOLT", "Reseller", "Registered", "Ordered amount", "0", "5000", "0", "no"],
        ["CRANE", "Consultant", "Registered", "", "", "", "", ""],
    ]


def test_json_adds_the_tier_held_every_tier_and_the_records(run: Run) -> None:
    """P5"""
    (acme,) = json.loads(run("--on", "2026-06-30", "--partner", "ACME", "--format", "json").output)

    assert (acme["tier"], acme["tier_held"]) == ("Bronze", "Registered")
    assert [tier["met"] for tier in acme["tiers"]] == [True, False]
    assert acme["records"]["Ordered amount"][0]["label"] == "SO1, line 1, BIKE"


def test_explaining_names_what_is_missing_and_the_records(run: Run) -> None:
    """P5"""
    output = run("--on", "2026-06-30", "--partner", "ACME", "--explain").output

    assert "earned Bronze, holds Registered" in output
    assert "6000.5 of 50000, 43999.5 missing" in output
    assert "SO1, line 1, BIKE" in output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--on", "2026-02-30"), "“2026-02-30” is not a day"),
        (("--on", "20260230"), "is not a day"),
        (("--on", "9999-12-31"), "Choose a day of 1900-01-01 to 2999-12-31."),
        (("--on", "2026-06-30", "--partner", "NOBODY"), "There is no partner with the code “NOBODY”"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(run: Run, arguments: tuple[str, ...], says: str) -> None:
    """P5"""
    refused = run(*arguments)

    assert refused.exit_code != 0
    assert says in str(refused.exception)


def test_nothing_is_written_without_apply_and_once_with_it(run: Run) -> None:
    """P10"""
    run("--on", "2026-06-30")
    assert _counts() == (0, 3)

    run("--on", "2026-06-30", "--apply")
    run("--on", "2026-06-30", "--apply")

    assert _counts() == (2, 4)


def _counts() -> tuple[int | None, int | None]:
    with unit_of_work() as session:
        return (
            session.scalar(select(func.count()).select_from(Assessment)),
            session.scalar(select(func.count()).select_from(TierPeriod)),
        )
