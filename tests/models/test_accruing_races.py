"""F3: the same win saved by several processes at once credits once: on real connections, with real commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import Accord, database, jobs, scope
from app.models import (
    AccountKind,
    Entry,
    EntryKind,
    FundDifference,
    Notification,
    Opportunity,
    Partner,
    Partnership,
    Person,
    Step,
    Tier,
)
from app.models.funds import differing
from app.models.funds.accruing import bring_into_line
from app.rules.refusals import RuleBroken
from tests import cast as people
from tests import factories
from tests.models import accrual_stories as stories

STAFF = scope.Scope(scope.Role.STAFF)


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with time_machine.travel(stories.NOW, tick=False):
        yield


def begun(tell: Callable[[Session, people.Cast], Any]) -> Any:
    """Let a story begin and commit it."""
    with database.unit_of_work(STAFF) as session:
        cast = people.tell(session)
        stories.program(session, cast)
        stories.partnership(session, cast.acme)
        told = tell(session, cast)
        session.flush()
        return told


def at_once(app: Accord, acts: list[Callable[[Session], object]]) -> list[str]:
    """Do all of it at the same moment, each in a transaction of its own; return what was refused, in words."""
    barrier, refused = Barrier(len(acts)), list[str]()

    def once(act: Callable[[Session], object]) -> None:
        with database.unit_of_work(STAFF) as session:
            act(session)

    def press(act: Callable[[Session], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                database.retried(lambda: once(act))
            except RuleBroken as refusal:
                refused.append(refusal.sentence)

    threads = [Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def ledger() -> tuple[int, int]:
    """How many credits there are, and what Acme's fund holds."""
    with database.unit_of_work() as books:
        number = books.scalar(select(func.count()).where(Entry.kind == EntryKind.ACCRUAL)) or 0
        acme = books.scalars(select(Partner).where(Partner.code == "ACME")).one()
        return number, stories.fund_of(books, acme).balances()[AccountKind.AVAILABLE]


def test_a_win_saved_by_eight_at_once_is_credited_once(fresh_app: Accord) -> None:
    """F3: one closes the deal, seven are told that it is closed."""
    number, carl = begun(lambda session, cast: (stories.deal(session, cast.acme, cast.carl).id, cast.carl.id))

    def win(session: Session) -> None:
        deal = session.get_one(Opportunity, number)
        deal.report_won(stories.TODAY, by=session.get_one(Person, carl))

    refused = at_once(fresh_app, [win] * 8)

    assert len(refused) == 7
    assert ledger() == (1, 50000)


def test_eight_who_bring_one_deal_into_line_credit_it_once(fresh_app: Accord) -> None:
    """F3: nobody locks the deal here; the fund is what they wait for."""

    def tell(session: Session, cast: people.Cast) -> int:
        won = factories.opportunity(session, cast.acme, "Roof", "50000", "Won", created_on=stories.TODAY)
        return won.id

    number = begun(tell)

    refused = at_once(fresh_app, [lambda session: bring_into_line(session, [number], by=None)] * 8)

    assert refused == []
    assert ledger() == (1, 50000)


def test_a_tier_that_moves_while_deals_are_won_leaves_every_credit_right(fresh_app: Accord) -> None:
    """F3, P4: whoever comes second sees what the first one did."""

    def tell(session: Session, cast: people.Cast) -> tuple[list[int], int, int]:
        deals = [stories.deal(session, cast.acme, cast.carl, f"{n}000").id for n in range(1, 7)]
        held = session.scalars(select(Partnership.id)).one()
        return deals, held, cast.carl.id

    deals, held, carl = begun(tell)

    def win(number: int) -> Callable[[Session], object]:
        return lambda session: session.get_one(Opportunity, number).report_won(
            stories.TODAY, by=session.get_one(Person, carl)
        )

    def rise(session: Session) -> None:
        silver = session.scalars(select(Tier).where(Tier.name == "Silver")).one()
        session.get_one(Partnership, held).set_tier(silver, "Agreed", by=session.get_one(Person, carl))

    refused = at_once(fresh_app, [rise, *(win(number) for number in deals)])

    assert refused == []
    with database.unit_of_work() as books:
        assert differing.look(books, deals) == []
    assert ledger()[1] == 21000 * 100 * 25 // 1000


def test_the_night_writes_what_it_finds_and_tells_marketing_once(fresh_app: Accord) -> None:
    """F3: the job itself, on real transactions; a second night finds nothing new."""

    def tell(session: Session, cast: people.Cast) -> list[int]:
        made = [stories.won(session, cast.acme, cast.carl) for _ in range(3)]
        session.execute(update(Opportunity.__table__).values(closed_on=stories.TODAY - timedelta(days=1)))
        return [deal.id for deal in made]

    deals = begun(tell)

    with fresh_app.app_context(), scope.every_partner():
        jobs.compare_funds()
        jobs.compare_funds()

    with database.unit_of_work() as books:
        found = books.scalars(select(FundDifference).order_by(FundDifference.id)).all()
        assert [one.opportunity_id for one in found] == deals
        assert all(one.is_open for one in found)
        about = select(func.count(Notification.id)).join(Notification.step)
        told = books.scalar(about.where(Step.kind == differing.FOUND))
        assert told == 1
    assert ledger() == (3, 150000)
