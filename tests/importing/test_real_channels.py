"""Two real channels, loaded once each: what Accord says of them is what somebody else counted.

The files are not part of this repository; without ../shared/data these tests are skipped, loudly.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.commands.assess import rows
from app.database import driver, unit_of_work
from app.extensions import db
from app.importing.exporting import lines
from app.importing.kinds import KINDS
from app.importing.loading import Outcome
from app.importing.staging import Refusal
from app.models import ActivePeriod, Event, ExchangeRate, Order, OrderLine, Partner, Product
from app.models.assessing import assess
from app.rules.money import rounded
from examples.adventureworks.load import channel as adventureworks
from examples.loading import Channel, load
from examples.regional_sales.load import channel as regional_sales
from tests.conftest import app_on, clone, drop

SHARED = Path(__file__).resolve().parents[3] / "shared"
MISSING = "THE REAL CHANNELS ARE NOT TESTED: ../shared/data is missing"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.xdist_group("real channels"),
    pytest.mark.skipif(not (SHARED / "data").exists(), reason=MISSING),
]


class Heard:
    """Looks on and keeps what came of each file."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}

    def begin(self, name: str, _total: int) -> None:
        self.name = name.removesuffix(".csv")

    def progress(self, _rows: int) -> None:
        """Nobody watches."""

    def heard(self, refusal: Refusal) -> None:
        raise AssertionError(f"{self.name}: {refusal}")

    def say(self, _sentence: str) -> None:
        """Nobody listens."""

    def end(self, outcome: Outcome, _sentence: str) -> None:
        self.outcomes[self.name] = outcome


def loaded(
    server: Any, template: str, name: str, channel: Channel
) -> Iterator[tuple[Session, dict[str, Outcome]]]:
    """Load a channel into a database of its own, without the verdicts of the past, and look at it."""
    heard = Heard()
    app = app_on(clone(server, template, name))
    with app.app_context():
        with unit_of_work() as session:
            load(session, channel._replace(year_ends=()), heard)
        with unit_of_work() as session:
            yield session, heard.outcomes
        db.session.remove()
        db.engine.dispose()
    drop(server, name)


@pytest.fixture(scope="module")
def resellers(server: Any, template: str, worker_name: str) -> Iterator[tuple[Session, dict[str, Outcome]]]:
    raw = SHARED / "data" / "adventureworks_reseller"
    yield from loaded(server, template, f"accord_test_{worker_name}_aw", adventureworks(raw))


@pytest.fixture(scope="module")
def accounts(server: Any, template: str, worker_name: str) -> Iterator[tuple[Session, dict[str, Outcome]]]:
    raw = SHARED / "data" / "ms_regional_sales"
    yield from loaded(server, template, f"accord_test_{worker_name}_rs", regional_sales(raw))


def reference(name: str) -> list[dict[str, str]]:
    with (SHARED / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verdicts(session: Session, day: date) -> dict[str, tuple[str, Decimal]]:
    """Tier and amount, to the cent, of every partner, as `accord assess` says them."""
    said = [row for standing in assess(session, day) for row in rows(standing)]
    return {row[0]: (row[2], rounded(Decimal(row[4]), "USD")) for row in said}


def test_no_row_of_adventureworks_is_lost(resellers: tuple[Session, dict[str, Outcome]]) -> None:
    session, outcomes = resellers

    counted = {noun: session.scalar(select(func.count()).select_from(noun)) for noun in COUNTS}

    assert counted == COUNTS
    assert outcomes["order-lines"].warnings == []


COUNTS = {
    Partner: 701,
    Product: 504,
    OrderLine: 60_855,
    Order: 3_796,
    ExchangeRate: 14_264,
    ActivePeriod: 701,
}


@pytest.mark.parametrize("year", [2010, 2011, 2012, 2013])
def test_every_reseller_earns_its_tier_to_the_cent(
    resellers: tuple[Session, dict[str, Outcome]], year: int
) -> None:
    """P6, P7, M3: the sums are converted at each order's day, compared unrounded, shown rounded once."""
    session, _outcomes = resellers
    expected = {
        row["ResellerAlternateKey"]: (row["tier_usd"], Decimal(row["usd_amount_2dp"]))
        for row in reference("aw_partner_year")
        if row["year"] == str(year)
    }

    said = verdicts(session, date(year, 12, 31))

    assert len(said) == 701
    assert {code: said[code] for code in expected} == expected
    assert {said[code] for code in said.keys() - expected.keys()} == {("Registered", Decimal("0.00"))}


def test_order_totals_are_those_of_the_source(resellers: tuple[Session, dict[str, Outcome]]) -> None:
    """M2"""
    session, _outcomes = resellers
    expected = {row["SalesOrderNumber"]: Decimal(row["order_amount"]) for row in reference("aw_order_total")}

    totals = select(Order.number, func.sum(OrderLine.amount)).join(Order.lines).group_by(Order.number)

    assert dict(session.execute(totals).all()) == expected


def test_spelling_is_kept(resellers: tuple[Session, dict[str, Outcome]]) -> None:
    session, _outcomes = resellers

    streets = set(session.scalars(select(Partner.street)))

    assert {"Roástr 2248", "Kurf\x81rstenstr 9"} <= streets


def test_a_second_load_changes_nothing(resellers: tuple[Session, dict[str, Outcome]]) -> None:
    session, _outcomes = resellers
    heard = Heard()

    load(session, adventureworks(SHARED / "data" / "adventureworks_reseller")._replace(year_ends=()), heard)

    assert all(each.created == each.changed == 0 for each in heard.outcomes.values())
    assert heard.outcomes["order-lines"].unchanged == 60_855
    assert session.scalar(select(func.count()).where(Event.kind.like("%.changed"))) == 0


def test_an_export_has_every_line(resellers: tuple[Session, dict[str, Outcome]]) -> None:
    session, _outcomes = resellers

    exported = b"".join(lines(driver(session), KINDS["order-lines"]))

    assert exported.count(b"\n") == 60_855 + 1


WON = text(
    "select p.code, extract(year from o.closed_on)::int, count(*), sum(o.amount)::bigint from opportunity o"
    " join partner p on p.id = o.partner_id join opportunity_stage g on g.id = o.stage_id"
    " where g.kind = 'won' and o.confirmed_at is not null group by 1, 2"
)


def test_won_amount_per_account_and_year_is_that_of_the_source(
    accounts: tuple[Session, dict[str, Outcome]],
) -> None:
    session, outcomes = accounts
    expected = {
        (row["Account Number"], int(row["year"])): (int(row["won_count"]), int(row["won_value"]))
        for row in reference("rs_account_year_won")
    }

    won = {(code, year): (count, amount) for code, year, count, amount in session.execute(WON)}

    assert outcomes["opportunities"].created == 20_000
    assert won == expected


@pytest.mark.parametrize("year", [2019, 2020, 2021])
def test_every_account_earns_its_tier(accounts: tuple[Session, dict[str, Outcome]], year: int) -> None:
    """P6, P8: deals count when won, by their closing day."""
    session, _outcomes = accounts
    expected = {
        row["Account Number"]: (row["tier"], Decimal(row["won_value"]))
        for row in reference("rs_account_year_won")
        if row["year"] == str(year)
    }

    said = verdicts(session, date(year, 12, 31))

    assert len(said) == 300
    assert {code: said[code] for code in expected} == expected
