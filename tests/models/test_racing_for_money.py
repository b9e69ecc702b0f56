"""F2, F4: many spend the same money at once, processes post the same cause, one is killed in the middle: nothing doubled, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.models import AccountKind, Entry, EntryKind, Fund, FundAccount
from app.rules.ledger import InsufficientFunds
from config import HERE, Settings
from tests import factories, funds
from tests.cast import tell

AT_A_TIME = 64
POSTINGS, KILLED_AFTER = 1000, 300
DAY = date(2026, 3, 1)
SENTENCE = "Only 0.00 USD is available, 100.00 USD less than 100.00 USD. Choose a smaller amount, or credit the fund first."


@pytest.fixture
def engine(fresh_app: Accord, fresh_database: Settings) -> Iterator[Engine]:
    """As many connections as there are racers."""
    made = create_engine(
        database.driver_url(fresh_database.database_url or ""), pool_size=AT_A_TIME, max_overflow=0
    )
    yield made
    made.dispose()


def two_funds(held: int) -> tuple[int, int]:
    """Two funds of Acme; the second holds so many minor units."""
    with database.unit_of_work() as session:
        cast = tell(session)
        factories.partnership(session, cast.acme, date(2026, 1, 1), date(2030, 12, 31))
        first, second = (
            funds.fund(session, cast.acme, funds.fund_type(session, name)) for name in ("One", "Two")
        )
        funds.credited(second, held)
        return first.id, second.id


def spend(engine: Engine, barrier: Barrier, fund_id: int, racer: int) -> str:
    """Debit the hundred, and say what came of it."""
    with scope.opened(scope.Scope(scope.Role.STAFF)), Session(engine) as session:
        fund = session.get_one(Fund, fund_id)
        session.rollback()
        barrier.wait(timeout=30)
        try:
            fund.post(EntryKind.DEBIT, 10_000, cause=f"race/{racer}", by=None, meant_on=DAY, reason="A race")
            database.commit(session)
        except InsufficientFunds as refusal:
            session.rollback()
            return refusal.sentence
    return "spent"


def test_sixty_four_at_once_spend_the_same_hundred_once(engine: Engine) -> None:
    """F4"""
    _, fund_id = two_funds(10_000)
    race = partial(spend, engine, Barrier(AT_A_TIME), fund_id)

    with ThreadPoolExecutor(AT_A_TIME) as racers:
        ends = Counter(racers.map(race, range(AT_A_TIME)))

    assert ends == {"spent": 1, SENTENCE: AT_A_TIME - 1}
    with database.unit_of_work() as session:
        held = session.get_one(Fund, fund_id).balances()
        assert (held[AccountKind.AVAILABLE], held[AccountKind.SPENT]) == (0, 10_000)


def started(settings: Settings, *arguments: int | str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.posting_process", *map(str, arguments)],
        cwd=HERE,
        env=os.environ | {"DATABASE_URL": settings.database_url or ""},
        stdout=subprocess.PIPE,
        text=True,
    )


def posted(prefix: str) -> dict[EntryKind, set[int]]:
    """Which numbers were credited and which debited, by the ledger; each once."""
    with database.unit_of_work() as session:
        rows = session.execute(select(Entry.kind, Entry.cause).where(Entry.cause.startswith(f"{prefix}/")))
        found: dict[EntryKind, list[int]] = {EntryKind.CREDIT: [], EntryKind.DEBIT: []}
        for kind, cause in rows:
            found[kind].append(int(cause.split("/")[1]))
    assert all(len(numbers) == len(set(numbers)) for numbers in found.values())
    return {kind: set(numbers) for kind, numbers in found.items()}


def balances_are_sums() -> None:
    """The accounts hold what the entries say, added up here."""
    with database.unit_of_work() as session:
        for account in session.scalars(select(FundAccount)):
            moved = select(func.coalesce(func.sum(Entry.amount), 0))
            reached = session.scalar(moved.where(Entry.to_account_id == account.id)) or 0
            left = session.scalar(moved.where(Entry.from_account_id == account.id)) or 0
            assert account.balance == reached - left


@pytest.mark.usefixtures("fresh_app")
def test_two_processes_post_the_same_causes_once(fresh_database: Settings) -> None:
    """F2"""
    credited, debited = two_funds(10_000)

    racers = [started(fresh_database, "same", 0, 100, credited, debited) for _ in range(2)]
    answers = [racer.communicate(timeout=120)[0].split() for racer in racers]

    assert [racer.returncode for racer in racers] == [0, 0]
    assert sorted(map(int, answers[0] + answers[1])) == list(range(100))
    assert posted("same") == {EntryKind.CREDIT: set(range(100)), EntryKind.DEBIT: set(range(100))}
    balances_are_sums()


@pytest.mark.usefixtures("fresh_app")
def test_a_process_killed_in_the_middle_loses_nothing_it_acknowledged(fresh_database: Settings) -> None:
    """F2: every unit of work is there whole or not at all, and the next process finishes the rest."""
    credited, debited = two_funds(POSTINGS * 100)
    first = started(fresh_database, "kill", 0, POSTINGS, credited, debited)
    assert first.stdout is not None

    acknowledged = [int(first.stdout.readline()) for _ in range(KILLED_AFTER)]
    first.send_signal(signal.SIGKILL)
    acknowledged += map(int, first.communicate(timeout=30)[0].split())

    assert first.returncode == -signal.SIGKILL
    assert len(acknowledged) < POSTINGS
    there = posted("kill")
    assert there[EntryKind.CREDIT] == there[EntryKind.DEBIT]
    assert there[EntryKind.CREDIT] - set(acknowledged) <= {len(acknowledged)}
    assert set(acknowledged) <= there[EntryKind.CREDIT]
    balances_are_sums()

    second = started(fresh_database, "kill", 0, POSTINGS, credited, debited)
    rest = [int(number) for number in second.communicate(timeout=120)[0].split()]

    assert second.returncode == 0
    assert set(rest) == set(range(POSTINGS)) - there[EntryKind.CREDIT]
    whole = set(range(POSTINGS))
    assert posted("kill") == {EntryKind.CREDIT: whole, EntryKind.DEBIT: whole}
    balances_are_sums()
