"""F5: many at once, and killed in between: on real connections, with real commits."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.models import Activity, ActivityStatus, Entry, EntryKind, Fund, JointActivity, Person, Step
from app.rules.refusals import RuleBroken
from config import HERE
from tests import cast as people
from tests.models.plans import TODAY, D, Stage, _noon, built, fund_of, money, plan, submitted

__all__ = ["_noon"]

STAFF = scope.Scope(scope.Role.STAFF)


def begun(tell: Callable[[Session, Stage], Any], amount: int = 10_000) -> Any:
    """Let a story begin and commit it."""
    with scope.opened(STAFF), database.new_session() as session:
        stage = built(session, people.tell(session), amount)
        told = tell(session, stage)
        session.commit()
        return told


def at_once(app: Accord, acts: list[Callable[[Session], None]]) -> list[str]:
    """Do all of it at the same moment, each in a transaction of its own; return what was refused, in words."""
    barrier, refused = Barrier(len(acts)), list[str]()

    def press(act: Callable[[Session], None]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                database.retried(lambda: once(act))
            except RuleBroken as refusal:
                refused.append(refusal.sentence)

    def once(act: Callable[[Session], None]) -> None:
        with database.unit_of_work(STAFF) as session:
            act(session)

    threads = [Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def balances(fund_id: int) -> tuple[int, int, int]:
    with database.unit_of_work() as books:
        return money(books.get_one(Fund, fund_id))


def test_of_64_approvals_of_the_last_cent_one_wins(fresh_app: Accord) -> None:
    """F4, F5: a fund of 100.00, 64 activities of 100.00 approved at once, eight at a time."""

    def tell(session: Session, stage: Stage) -> Any:
        numbers = [submitted(stage, budget=D(100), title=f"Fair {one}").id for one in range(64)]
        return numbers, stage.fund.id, stage.cast.carl.id

    numbers, fund_id, carl = begun(tell)

    def approval(number: int) -> Callable[[Session], None]:
        return lambda session: session.get_one(Activity, number).approve(by=session.get_one(Person, carl))

    refused = []
    for first in range(0, 64, 8):
        refused += at_once(fresh_app, [approval(number) for number in numbers[first : first + 8]])

    assert len(refused) == 63
    assert all(one.startswith("Only 0.00 USD is available") for one in refused)
    assert balances(fund_id) == (0, 10_000, 0)
    with database.unit_of_work() as books:
        approved = select(func.count()).where(Activity.status == ActivityStatus.APPROVED)
        assert books.scalar(approved.select_from(Activity)) == 1


def test_one_activity_approved_by_eight_at_once_is_reserved_once(fresh_app: Accord) -> None:
    """F5"""
    number, fund_id, carl = begun(
        lambda _, stage: (submitted(stage, budget=D(10)).id, stage.fund.id, stage.cast.carl.id)
    )

    def approve(session: Session) -> None:
        session.get_one(Activity, number).approve(by=session.get_one(Person, carl))

    refused = at_once(fresh_app, [approve] * 8)

    assert len(refused) == 7
    assert all("is approved and cannot be approved" in one for one in refused)
    assert balances(fund_id) == (9_000, 1_000, 0)
    with database.unit_of_work() as books:
        assert books.scalar(select(func.count()).where(Step.kind == "activity.approved")) == 1


def test_eight_settlements_at_once_pay_no_more_than_was_reserved(fresh_app: Accord) -> None:
    """F5: each of 40.00, of 100.00 reserved; the fund reserves for another activity as well."""

    def tell(session: Session, stage: Stage) -> Any:
        one, other = submitted(stage, budget=D(100)), submitted(stage, budget=D(500))
        for each in (one, other):
            each.approve(by=stage.cast.carl)
        return one.id, stage.fund.id, stage.cast.mona.id

    number, fund_id, mona = begun(tell, 60_000)

    def settle(session: Session) -> None:
        activity = session.get_one(Activity, number)
        activity.settle(D(40), by=session.get_one(Person, mona), paid_on=TODAY, is_final=False)

    refused = at_once(fresh_app, [settle] * 8)

    assert len(refused) == 6
    assert all("is still reserved for this activity" in one for one in refused)
    assert balances(fund_id) == (0, 52_000, 8_000)


def test_joint_activities_of_the_same_funds_at_once_are_reserved_whole_or_not_at_all(
    fresh_app: Accord,
) -> None:
    """F5: four joint activities over two funds that hold two of them, the shares named in turn in either order."""

    def tell(session: Session, stage: Stage) -> Any:
        bolts = fund_of(session, stage.cast.bolt, 10_000)
        facts = {name: value for name, value in plan(stage).items() if name != "budget"}
        numbers = []
        for turn in range(4):
            shares = [(stage.fund, D(50)), (bolts, D(40))]
            joint = JointActivity.begin(
                session, by=stage.cast.mona, shares=shares[:: 1 if turn % 2 else -1], **facts
            )
            joint.submit(by=stage.cast.mona)
            numbers.append(joint.id)
        return numbers, stage.fund.id, bolts.id, stage.cast.carl.id

    numbers, acmes, boltss, carl = begun(tell)

    def approval(number: int) -> Callable[[Session], None]:
        return lambda session: session.get_one(JointActivity, number).approve(
            by=session.get_one(Person, carl)
        )

    refused = at_once(fresh_app, [approval(number) for number in numbers])

    assert len(refused) == 2
    assert all(one.startswith("Acme Systems: Only 0.00 USD") for one in refused)
    assert balances(acmes) == (0, 10_000, 0)
    assert balances(boltss) == (2_000, 8_000, 0)


KILLED = """
import os, signal, sys
from app import database, scope
from app.models import Activity, Entry, Person
from config import Environment, Settings
from pathlib import Path
from app import create_app
from datetime import UTC, datetime
import time_machine

url, number, carl = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
settings = Settings(environment=Environment.TESTING, instance=Path(sys.argv[4]), secret_key="x" * 32,
                    uploads=Path(sys.argv[4]), database_url=url, migration_database_url=url)
with time_machine.travel(datetime(2026, 6, 15, 12, tzinfo=UTC), tick=True), create_app(settings).app_context():
    with scope.opened(scope.Scope(scope.Role.STAFF)), database.new_session() as session:
        session.get_one(Activity, number).approve(by=session.get_one(Person, carl))
        session.flush()
        assert session.query(Entry).filter_by(activity_id=number).count() == 1
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_between_the_entry_and_the_commit_nothing_is_left(
    fresh_app: Accord, fresh_database: Any, tmp_path: Any
) -> None:
    """F2: the reservation and the status stand or fall together."""
    number, fund_id, carl = begun(
        lambda _, stage: (submitted(stage, budget=D(10)).id, stage.fund.id, stage.cast.carl.id)
    )
    command = [
        sys.executable,
        "-c",
        KILLED,
        fresh_database.database_url,
        str(number),
        str(carl),
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    with database.unit_of_work() as books:
        activity = books.get_one(Activity, number)
        assert activity.status is ActivityStatus.SUBMITTED
        assert activity.steps()[0].state.value == "waiting"
        assert books.scalar(select(func.count()).where(Entry.kind == EntryKind.RESERVE)) == 0
        assert books.scalar(text("select entries from fund where id = :id"), {"id": fund_id}) == 1
    with scope.opened(STAFF), database.new_session() as session:
        session.get_one(Activity, number).approve(by=session.get_one(Person, carl))
        session.commit()

    assert balances(fund_id) == (9_000, 1_000, 0)


@pytest.mark.parametrize("first", ["withdraw", "approve"])
def test_withdrawn_and_approved_at_once_is_one_of_both(fresh_app: Accord, first: str) -> None:
    """F5"""
    number, fund_id, carl = begun(
        lambda _, stage: (submitted(stage, budget=D(10)).id, stage.fund.id, stage.cast.carl.id)
    )
    acts: dict[str, Callable[[Session], None]] = {
        "withdraw": lambda session: session.get_one(Activity, number).withdraw(
            "Enough.", by=session.get_one(Person, carl)
        ),
        "approve": lambda session: session.get_one(Activity, number).approve(
            by=session.get_one(Person, carl)
        ),
    }
    at_once(fresh_app, [acts.pop(first), *acts.values()])
    with database.unit_of_work() as books:
        status = books.get_one(Activity, number).status

    assert (status, balances(fund_id)) in {
        (ActivityStatus.CANCELLED, (10_000, 0, 0)),
        (ActivityStatus.APPROVED, (9_000, 1_000, 0)),
    }
