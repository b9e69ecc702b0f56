"""F7: changing one byte of one entry, as a superuser with the triggers off, makes the proof name that entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, select, text
from sqlalchemy.orm import Session

from app import database, embedded, scope
from app.extensions import db
from app.models import Entry, EntryKind, Fund
from app.models.funds.anchoring import anchor
from app.models.funds.findings import Finding
from app.models.funds.verifying import wrong
from tests import factories, funds
from tests.cast import tell
from tests.conftest import app_on, clone, drop

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = date(2026, 3, 1)
PLACE = 5
"""Of the entry that is tampered with: a debit in the middle."""
COVERED = sorted(column.name for column in Entry.__table__.columns if column.name != "id")
FREE = """
do $$ declare c record; begin
    for c in select conname from pg_constraint where conrelid = 'fund_entry'::regclass and contype in ('c', 'f') loop
        execute format('alter table fund_entry drop constraint %I', c.conname);
    end loop;
end $$
"""
# What somebody does who knows how the chain is made, and may do anything.
FORGE = """
do $$ declare e fund_entry; p fund_entry; begin
    for e in select * from fund_entry where fund_id = {fund} order by sequence loop
        e.previous_hash := coalesce(p.hash, ''::bytea);
        e.available_after := coalesce(p.available_after, 0)
            + case e.kind when 'credit' then e.amount when 'release' then e.amount else -e.amount end;
        e.hash := accord_entry_hash(e);
        update fund_entry set previous_hash = e.previous_hash, hash = e.hash, available_after = e.available_after
        where id = e.id;
        p := e;
    end loop;
    update fund set last_hash = p.hash where id = {fund};
    update fund_account a set balance = (select coalesce(sum(case when to_account_id = a.id then amount else -amount end), 0)
        from fund_entry where a.id in (from_account_id, to_account_id)) where fund_id = {fund};
end $$
"""


@dataclass(frozen=True)
class Stage:
    """A ledger of two funds, and a superuser who may do anything; whatever it does is undone afterwards."""

    superuser: Engine
    fund_id: int
    entries: list[int]

    @property
    def victim(self) -> int:
        return self.entries[PLACE - 1]

    @contextmanager
    def tampering(self, *statements: str, **values: Any) -> Iterator[Connection]:
        with self.superuser.connect() as connection:
            for table in ("fund_entry", "fund_account", "fund", "ledger_anchor"):
                connection.execute(text(f"alter table {table} disable trigger all"))
            connection.execute(text(FREE))
            for statement in statements:
                connection.execute(text(statement), values)
            yield connection
            connection.rollback()

    def found(self, *statements: str, **values: Any) -> list[Finding]:
        with self.tampering(*statements, **values) as connection:
            return proved(connection)


def proved(connection: Connection) -> list[Finding]:
    """What the program finds, with its own rights, in the state that was tampered with."""
    with (
        scope.opened(scope.WORKER),
        Session(connection, join_transaction_mode="create_savepoint") as session,
    ):
        return wrong(session)


@pytest.fixture(scope="module")
def stage(server: Any, template: str, worker_name: str) -> Iterator[Stage]:
    name = f"accord_test_{worker_name}_tampered"
    app = app_on(clone(server, template, name))
    superuser = create_engine(database.driver_url(embedded.url(server, name, "postgres")))
    with app.app_context():
        with database.unit_of_work() as session:
            fund = told(session)
            numbers = select(Entry.id).where(Entry.fund_id == fund.id).order_by(Entry.sequence)
            made = Stage(superuser, fund.id, list(session.scalars(numbers)))
        yield made
        db.session.remove()
        db.engine.dispose()
    superuser.dispose()
    drop(server, name)


def told(session: Session) -> Fund:
    """Twelve entries of every kind in Acme's fund, interleaved with some of Bolt's."""
    cast = tell(session)
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2030, 12, 31))
    factories.partnership(session, cast.bolt, date(2026, 1, 1), date(2030, 12, 31))
    fund, other = funds.fund(session, cast.acme), funds.fund(session, cast.bolt, currency="JPY")
    activity = funds.activity(session, fund, "Fair", "20")

    def post(kind: EntryKind, amount: int, cause: str, **more: Any) -> int:
        words = {"by": cast.mona, "meant_on": DAY, "reason": f"“{kind}”, ünï\u2028cøde \\ \t"}
        return fund.post(kind, amount, cause=cause, **{**words, **more})

    facts = {"percent": "2.5", "b": "x\n\u0001", "aa": 1, "nested": {"zz": None, "y": [True, "é"]}}
    gift = post(EntryKind.CREDIT, 100_000, "gift", facts=facts)
    funds.credited(other, 500)
    post(EntryKind.RESERVE, 2_000, "activity/1", activity_id=activity.id)
    fund.reverse(gift, by=cast.mona, meant_on=DAY, reason="A mistake", forced=True)
    post(EntryKind.CREDIT, 90_000, "gift")
    post(EntryKind.DEBIT, 1_000, "lunch", facts=facts)
    post(EntryKind.RELEASE, 2_000, "activity/1/release", activity_id=activity.id)
    funds.credited(other, 700)
    for number in range(4):
        post(EntryKind.DEBIT, 10, f"stamps/{number}")
    post(EntryKind.EXPIRE, 5, "expiry", by=None)
    post(EntryKind.TRANSFER_OUT, 7, "transfer", transfer_id="t1")
    return fund


def covered_by_the_hash(row: dict[str, Any]) -> str:
    """What the hash covers, put together here once more: JSON as PostgreSQL writes it."""
    moment = (row["posted_at"] - EPOCH) // timedelta(microseconds=1)
    words = (
        *(row["previous_hash"].hex(), row["fund_id"], row["sequence"], row["partner_id"], row["kind"]),
        *(row["amount"], row["currency"], row["from_account_id"], row["to_account_id"], row["cause"]),
        *(
            row["revision"],
            row["reverses_id"],
            row["forced"],
            row["transfer_id"],
            row["meant_on"].isoformat(),
        ),
        *(moment, row["by_id"], row["reason"], row["facts"], row["opportunity_id"], row["activity_id"]),
        *(row["floor"], row["available_after"], row["reserved_after"]),
    )
    return json.dumps([ordered(word) for word in words], ensure_ascii=False)


def ordered(value: Any) -> Any:
    """Keys by length, then by letters."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return {key: ordered(value[key]) for key in keys}
    return [ordered(each) for each in value] if isinstance(value, list) else value


def test_the_hash_of_every_entry_is_that_of_its_words(stage: Stage) -> None:
    """F7: computed again from the row in plain Python."""
    with stage.superuser.connect() as connection:
        rows = [
            dict(row) for row in connection.execute(select(Entry.__table__).order_by(Entry.id)).mappings()
        ]

    assert len(rows) == len(stage.entries) + 2
    last: dict[int, bytes] = {}
    for row in rows:
        assert row["hash"] == hashlib.sha256(covered_by_the_hash(row).encode()).digest()
        assert row["previous_hash"] == last.get(row["fund_id"], b"")
        last[row["fund_id"]] = row["hash"]


def test_a_ledger_nobody_touched_is_whole(stage: Stage) -> None:
    """F7"""
    assert stage.found() == []


CHANGES: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: not value,
    int: lambda value: value + 100,
    str: lambda value: value[:-1] + chr(ord(value[-1]) ^ 1),
    bytes: lambda value: bytes([value[0] ^ 1]) + value[1:],
    date: lambda value: value + timedelta(days=1),
    datetime: lambda value: value + timedelta(microseconds=1),
    dict: lambda value: {**value, "aa": 2},
}
GIVEN = {
    "transfer_id": "x",
    "reverses_id": 5,
    "opportunity_id": 1,
    "activity_id": 1,
    "kind": EntryKind.EXPIRE,
}


@pytest.mark.parametrize("column", COVERED)
def test_changing_one_byte_of_one_column_names_the_entry(stage: Stage, column: str) -> None:
    """F7: for each column; the number of the row itself cannot be changed at all."""
    table = Entry.__table__
    with stage.tampering() as connection:
        was = connection.execute(select(table.c[column]).where(table.c.id == stage.victim)).scalar_one()
        value = GIVEN.get(column) or CHANGES[type(was)](was)
        connection.execute(table.update().where(table.c.id == stage.victim).values({column: value}))
        findings = proved(connection)

    assert findings[0].entry_id == stage.victim, findings
    assert findings[0].rule == "F2"


def test_the_number_of_an_entry_cannot_be_changed(stage: Stage) -> None:
    """F2"""
    with pytest.raises(Exception, match="can only be updated to DEFAULT"):
        stage.found("update fund_entry set id = 1000 where id = :id", id=stage.victim)


def test_a_missing_entry_is_named_by_the_one_after_it(stage: Stage) -> None:
    """F7"""
    findings = stage.found("delete from fund_entry where id = :id", id=stage.victim)

    assert findings[0].entry_id == stage.entries[PLACE]
    assert findings[0].sentence == "Before entry 6 an entry is missing: the one before it is 4."
    assert any("balance" in finding.sentence for finding in findings)


def test_a_missing_last_entry_is_named_by_the_fund(stage: Stage) -> None:
    """F7"""
    last = len(stage.entries)
    findings = stage.found("delete from fund_entry where id = :id", id=stage.entries[-1])

    assert findings[0].fund_id == stage.fund_id
    assert findings[0].sentence == f"The fund has {last} entries, its chain ends with entry {last - 1}."


def test_two_entries_that_changed_places_are_named(stage: Stage) -> None:
    """F7"""
    swap = (
        "update fund_entry set sequence = case sequence when {0} then {1} else {0} end where id in (:a, :b)"
    )
    findings = stage.found(
        "alter table fund_entry drop constraint uq_fund_entry_fund_id_sequence",
        swap.format(PLACE, PLACE + 2),
        a=stage.victim,
        b=stage.entries[PLACE + 1],
    )

    assert [one.entry_id for one in findings[:3]] == stage.entries[PLACE - 1 : PLACE + 2]


@pytest.mark.parametrize("kind", ["budget", "available", "reserved", "spent", "expired"])
def test_a_balance_that_was_changed_is_named(stage: Stage, kind: str) -> None:
    """F1: with what it is and what its entries make, and the currency that does not come out even."""
    change = "update fund_account set balance = balance + 1 where fund_id = :fund and kind = :kind"
    findings = stage.found(change, fund=stage.fund_id, kind=kind)

    assert findings[0].fund_id == stage.fund_id
    assert findings[0].sentence.startswith(f"The balance “{kind}” is ")
    assert findings[1].sentence == "All accounts in USD together make 0.01 USD, not zero."


@pytest.mark.parametrize("change", ["entries = entries + 1", "last_hash = '\\x00'", "last_posted_at = now()"])
def test_the_head_of_a_chain_that_was_changed_is_named(stage: Stage, change: str) -> None:
    """F7"""
    findings = stage.found(f"update fund set {change} where id = :fund", fund=stage.fund_id)

    assert [one.fund_id for one in findings] == [stage.fund_id]


CHANGE = "update fund_entry set amount = amount - 1 where id = :id"


def test_a_chain_written_anew_fits_itself(stage: Stage) -> None:
    """F7: which is why heads are written down, and kept elsewhere."""
    assert stage.found(CHANGE, FORGE.format(fund=stage.fund_id), id=stage.victim) == []


def test_a_chain_written_anew_does_not_fit_an_earlier_proof(stage: Stage) -> None:
    """F7"""
    with stage.tampering() as connection:
        with (
            scope.opened(scope.WORKER),
            Session(connection, join_transaction_mode="create_savepoint") as session,
        ):
            anchor(session)
            session.commit()
        connection.execute(text("set local role none"))
        connection.execute(text(CHANGE), {"id": stage.victim})
        connection.execute(text(FORGE.format(fund=stage.fund_id)))
        findings = proved(connection)

    assert [(one.rule, one.entry_id) for one in findings] == [("F7", stage.entries[-1])]
    assert "the chain was written anew after its beginning" in findings[0].sentence


def test_a_cause_that_is_credited_twice_is_named(stage: Stage) -> None:
    """F2"""
    findings = stage.found(
        "alter table fund_entry drop constraint uq_fund_entry_cause",
        "update fund_entry set cause = 'lunch' where id = :id",
        FORGE.format(fund=stage.fund_id),
        id=stage.entries[PLACE + 1],
    )

    assert "“lunch” is posted 2 times as “debit”." in {one.sentence for one in findings}
