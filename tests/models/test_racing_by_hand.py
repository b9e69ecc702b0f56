"""F2, F4, A2: two people at the same moment, on real connections: money is spent, and taken back, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.models import AccountKind, Entry, EntryKind, Fund, Person, PostingRequest, Vendor
from app.rules.refusals import RuleBroken
from tests import factories, funds
from tests.cast import Cast, tell

BEGINS = date(2026, 1, 1)
Attempt = Callable[[Session], object]


@pytest.fixture
def staged(fresh_app: Accord) -> tuple[Cast, int]:
    """A fund of Acme's with 100.00."""
    with database.unit_of_work() as session:
        cast = tell(session)
        factories.partnership(session, cast.acme, BEGINS, date(2090, 12, 31))
        factories.published(session, factories.draft(session), BEGINS)
        fund = funds.fund(session, cast.acme)
        funds.credited(fund, 100_00, cause="gift")
        return cast, fund.id


def at_once(app: Accord, *attempts: Attempt) -> list[str]:
    """Try all of it at the same moment, each on a connection of its own; say what came of each."""
    together, answers = Barrier(len(attempts)), list[str]()

    def tried(attempt: Attempt) -> None:
        def unit() -> None:
            with database.unit_of_work(scope.Scope(scope.Role.STAFF)) as session:
                attempt(session)

        with app.app_context():
            together.wait(timeout=30)
            try:
                database.retried(unit)
                answers.append("done")
            except RuleBroken as refusal:
                answers.append(type(refusal).__name__)

    threads = [Thread(target=tried, args=(attempt,)) for attempt in attempts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(answers)


def available(fund_id: int) -> int:
    with database.unit_of_work() as session:
        return session.get_one(Fund, fund_id).balances()[AccountKind.AVAILABLE]


def test_two_approvers_spend_the_last_money_once(fresh_app: Accord, staged: tuple[Cast, int]) -> None:
    """F4, A2: two requests of 100.00, one fund of 100.00."""
    cast, fund_id = staged
    with database.unit_of_work() as session:
        Vendor.here(session).ask_two_people_above(Decimal(0), by=None)
        fund, mona = session.get_one(Fund, fund_id), session.get_one(Person, cast.mona.id)
        asked = [fund.debit(Decimal(100), "All", by=mona, meant_on=fund.today()).request for _ in range(2)]
        numbers = [one.id for one in asked if one is not None]

    def approve(number: int) -> Attempt:
        return lambda session: session.get_one(PostingRequest, number).approve(
            by=session.get_one(Person, cast.carl.id)
        )

    answers = at_once(fresh_app, *(approve(number) for number in numbers))

    assert answers == ["InsufficientFunds", "done"]
    assert available(fund_id) == 0


def test_one_request_is_approved_once(fresh_app: Accord, staged: tuple[Cast, int]) -> None:
    """A2: by two people at the same moment."""
    cast, fund_id = staged
    with database.unit_of_work() as session:
        Vendor.here(session).ask_two_people_above(Decimal(0), by=None)
        fund, mona = session.get_one(Fund, fund_id), session.get_one(Person, cast.mona.id)
        request = fund.credit(Decimal(7), "A gift", by=mona, meant_on=fund.today()).request
        number = 0 if request is None else request.id

    def approve(by: Person) -> Attempt:
        return lambda session: session.get_one(PostingRequest, number).approve(
            by=session.get_one(Person, by.id)
        )

    answers = at_once(fresh_app, approve(cast.carl), approve(cast.sam))

    assert answers == ["ChangedMeanwhile", "done"]
    assert available(fund_id) == 107_00


def test_an_entry_is_taken_back_once(fresh_app: Accord, staged: tuple[Cast, int]) -> None:
    """F2: by two people at the same moment."""
    cast, fund_id = staged
    with database.unit_of_work() as session:
        number = session.scalars(select(Entry.id)).one()

    def take_back(by: Person) -> Attempt:
        return lambda session: session.get_one(Fund, fund_id).take_back(
            number, "A slip", by=session.get_one(Person, by.id)
        )

    answers = at_once(fresh_app, take_back(cast.mona), take_back(cast.carl))

    assert answers == ["NeverTwice", "done"]
    with database.unit_of_work() as session:
        reversals = select(func.count(Entry.id)).where(Entry.kind == EntryKind.REVERSAL)
        assert session.scalar(reversals) == 1


def test_transfers_there_and_back_do_not_wait_for_each_other(
    fresh_app: Accord, staged: tuple[Cast, int]
) -> None:
    """F4: locks are taken in order of number, whichever way the money goes."""
    cast, fund_id = staged
    with database.unit_of_work() as session:
        other = funds.fund(
            session, session.get_one(type(cast.acme), cast.acme.id), funds.fund_type(session, "B")
        )
        funds.credited(other, 100_00, cause="another gift")
        other_id = other.id

    def move(source: int, target: int) -> Attempt:
        def moved(session: Session) -> None:
            one, two = session.get_one(Fund, source), session.get_one(Fund, target)
            mona = session.get_one(Person, cast.mona.id)
            Fund.transfer(one, two, Decimal(1), "To and fro", by=mona, meant_on=BEGINS)

        return moved

    answers = at_once(fresh_app, *(move(*way) for way in [(fund_id, other_id), (other_id, fund_id)] * 4))

    assert answers == ["done"] * 8
    assert (available(fund_id), available(other_id)) == (100_00, 100_00)
