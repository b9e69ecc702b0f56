"""`accord ledger verify`: exit 0 with counts when the ledger is whole, 1 with the first entry that does not fit (F7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from app import Accord, database, embedded
from app.cli import main
from app.models import Fund, LedgerAnchor, LedgerProof
from config import Settings
from tests import factories, funds
from tests.cast import tell


@pytest.fixture
def fund(fresh_app: Accord, fresh_database: Settings, monkeypatch: pytest.MonkeyPatch) -> Fund:
    """Acme's fund with three entries, on the database that the command is told of."""
    monkeypatch.setenv("DATABASE_URL", fresh_database.database_url or "")
    monkeypatch.setenv("MIGRATION_DATABASE_URL", fresh_database.migration_database_url or "")
    with database.unit_of_work() as session:
        cast = tell(session)
        factories.partnership(session, cast.acme, date(2026, 1, 1), date(2030, 12, 31))
        made = funds.fund(session, cast.acme)
        for _ in range(3):
            funds.credited(made, 10_000)
    return made


def run(*arguments: str) -> int:
    try:
        main(["ledger", "verify", *arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_a_whole_ledger_says_how_much_was_read(fund: Fund, capsys: pytest.CaptureFixture[str]) -> None:
    """F7"""
    assert run() == 0

    said = capsys.readouterr().out
    assert said.startswith("The ledger is whole: 3 entries of 1 funds in ")
    with database.unit_of_work() as session:
        proof = session.scalars(select(LedgerProof)).one()
        assert (proof.state, proof.by_id, proof.entries) == ("whole", None, 3)
        assert session.scalars(select(LedgerAnchor.sequence)).all() == [3]


def test_heads_can_be_printed_to_be_kept_elsewhere(fund: Fund, capsys: pytest.CaptureFixture[str]) -> None:
    """F7"""
    assert run("--heads") == 0

    with database.unit_of_work() as session:
        last = session.get_one(Fund, fund.id).last_hash or b""
    assert capsys.readouterr().out == f"ACME,Marketing fund,3,{last.hex()}\n"


def test_the_first_entry_that_does_not_fit_is_named(
    fund: Fund, server: Any, fresh_database: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """F7: or all that was found, with --all; a broken chain is not written down as proved."""
    name = (fresh_database.database_url or "").split("?")[0].rsplit("/", 1)[1]
    superuser = create_engine(database.driver_url(embedded.url(server, name, "postgres")))
    with superuser.begin() as connection:
        connection.execute(text("alter table fund_entry disable trigger all"))
        connection.execute(text("update fund_entry set amount = 9999 where sequence = 2"))
    superuser.dispose()

    assert run() == 1
    first = capsys.readouterr().err
    assert run("--all") == 1
    everything = capsys.readouterr().err

    assert "ACME / Marketing fund, entry 2: Entry 2 was changed after it was written" in first
    assert "The balance “available”" not in first
    assert "The balance “available” is 300.00 USD; its entries make 299.99 USD. [F1]" in everything
    with database.unit_of_work() as session:
        assert session.scalars(select(LedgerAnchor)).all() == []
