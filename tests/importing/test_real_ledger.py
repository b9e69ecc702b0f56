"""The budgets of Adventure Works' organisations: what Accord's funds hold is what somebody else counted.

The files are not part of this repository; without ../shared these tests are skipped, loudly.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from app.database import driver, unit_of_work
from app.extensions import db
from app.importing.exporting import lines
from app.importing.kinds import KINDS
from app.models import AccountKind, Entry, EntryKind, Fund, FundAccount, FundType, Partner, Partnership
from app.models.funds.verifying import wrong
from app.rules.money import from_minor
from examples.adventureworks import ledger
from examples.loading import bring_all
from tests.conftest import app_on, clone, drop
from tests.importing.test_real_channels import Heard

SHARED = Path(__file__).resolve().parents[3] / "shared"
RAW = SHARED / "data" / "adventureworks_reseller"
LINES = SHARED / "reference" / "aw_fund_ledger_lines.csv"
MISSING = "THE REAL LEDGER IS NOT TESTED: ../shared/reference is missing"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.xdist_group("real ledger"),
    pytest.mark.skipif(not LINES.exists() or not RAW.exists(), reason=MISSING),
]

# From ../shared/data/README.md, 4.A: rows and sums of Budget and Actual, then by organisation.
BY_YEAR = {
    2010: (24, "3680.00", 24, "2220.98"),
    2011: (264, "48610.00", 298, "63560.83"),
    2012: (0, "0.00", 416, "85118.49"),
    2013: (0, "0.00", 425, "109936.31"),
}
ALL = (288, "52290.00", 1163, "260836.61")
BY_ORGANISATION = {
    "Australia": ("AUD", "0.00", "12730.53"),
    "Canadian Division": ("CAD", "10620.00", "70547.88"),
    "Central Division": ("USD", "8430.00", "29832.00"),
    "France": ("EUR", "0.00", "13415.85"),
    "Germany": ("EUR", "0.00", "7516.35"),
    "Northeast Division": ("USD", "3930.00", "26454.00"),
    "Northwest Division": ("USD", "7500.00", "25604.00"),
    "Southeast Division": ("USD", "8910.00", "17997.00"),
    "Southwest Division": ("USD", "12900.00", "56739.00"),
}


@pytest.fixture(scope="module")
def budgets(server: Any, template: str, worker_name: str) -> Iterator[tuple[Session, Heard]]:
    """The ledger in a database of its own."""
    name, heard = f"accord_test_{worker_name}_ledger", Heard()
    app = app_on(clone(server, template, name))
    with app.app_context():
        with unit_of_work() as session:
            bring_all(session, ledger.files(RAW, LINES), heard)
        with unit_of_work() as session:
            yield session, heard
        db.session.remove()
        db.engine.dispose()
    drop(server, name)


def money(units: int | None) -> str:
    return str(from_minor(int(units or 0), "USD"))


def test_every_line_is_an_entry(budgets: tuple[Session, Heard]) -> None:
    """F2"""
    session, heard = budgets

    assert heard.outcomes["fund-entries"].created == 1_451
    assert session.scalar(select(func.count(Entry.id))) == 1_451
    assert session.scalars(select(Partnership.start_on).distinct()).one().isoformat() == "2010-12-01"


def test_sums_by_year_are_those_of_the_source(budgets: tuple[Session, Heard]) -> None:
    """F1, M1"""
    session, _ = budgets
    credit, debit = (Entry.kind == kind for kind in (EntryKind.CREDIT, EntryKind.DEBIT))
    sums = (
        func.count().filter(credit),
        func.sum(Entry.amount).filter(credit),
        func.count().filter(debit),
        func.sum(Entry.amount).filter(debit),
    )
    year = extract("year", Entry.meant_on)

    found = {
        int(row[0]): (row[1], money(row[2]), row[3], money(row[4]))
        for row in session.execute(select(year, *sums).group_by(year))
    }
    whole = session.execute(select(*sums)).one()

    assert found == BY_YEAR
    assert (whole[0], money(whole[1]), whole[2], money(whole[3])) == ALL


def test_balances_by_organisation_are_those_of_the_source(budgets: tuple[Session, Heard]) -> None:
    """F1, F4: what was budgeted, what was spent, and what is overspent."""
    session, _ = budgets
    balance = func.coalesce(FundAccount.balance, 0)
    rows = session.execute(
        select(Partner.name, Fund.currency, FundAccount.kind, balance)
        .join(Fund, Fund.partner_id == Partner.id)
        .join(FundType, FundType.id == Fund.fund_type_id)
        .join(FundAccount, FundAccount.fund_id == Fund.id)
        .where(FundType.name == ledger.FUND)
    ).all()
    held = {(name, kind): units for name, _, kind, units in rows}
    currencies = {name: currency for name, currency, _, _ in rows}

    found = {
        name: (
            currency,
            money(-held[name, AccountKind.BUDGET]),
            money(held[name, AccountKind.SPENT]),
        )
        for name, currency in currencies.items()
    }

    assert found == BY_ORGANISATION
    assert {name: Decimal(money(held[name, AccountKind.AVAILABLE])) for name in BY_ORGANISATION} == {
        name: Decimal(given) - Decimal(spent) for name, (_, given, spent) in BY_ORGANISATION.items()
    }


def test_a_second_run_changes_nothing(budgets: tuple[Session, Heard]) -> None:
    """F2"""
    session, _ = budgets
    again = Heard()

    bring_all(session, ledger.files(RAW, LINES), again)

    assert all(each.created == each.changed == 0 for each in again.outcomes.values())
    assert again.outcomes["fund-entries"].unchanged == 1_451


def test_the_ledger_proves_to_be_whole(budgets: tuple[Session, Heard]) -> None:
    """F7"""
    session, _ = budgets

    assert wrong(session) == []


def test_the_export_has_every_line(budgets: tuple[Session, Heard]) -> None:
    """F2"""
    session, _ = budgets

    exported = b"".join(lines(driver(session), KINDS["fund-entries"])).decode().splitlines()

    assert len(exported) == 1_452
    assert 'FF-16,ORG-3,Departmental budget,2010-12-29,debit,54.00,USD,"Conferences, Corporate"' in exported
