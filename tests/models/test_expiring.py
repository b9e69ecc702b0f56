"""F6: unspent money expires by an entry, with warnings ahead, in order of time and whatever the worker missed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import Accord, jobs
from app.database import unit_of_work
from app.models import (
    AccountKind,
    Entry,
    EntryKind,
    Fund,
    FundType,
    Notification,
    Person,
    Step,
    UseWithin,
)
from app.models.funds import expiring, verifying_books, verifying_entries
from app.rules.entry_words import said
from app.rules.expiry import end_before, period_end
from tests import cast as people
from tests import factories, funds
from tests.cast import Cast

BEGINS, ENDS = date(2026, 1, 1), date(2035, 12, 31)
HALF = date(2026, 6, 30)


@contextmanager
def on(day: date, hour: int = 12) -> Iterator[None]:
    with time_machine.travel(datetime(day.year, day.month, day.day, hour, tzinfo=UTC), tick=False):
        yield


def half_year_fund(session: Session, cast: Cast, grace: int = 0) -> Fund:
    """A fund since new year whose money is used within the half-year."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    with on(BEGINS):
        kind = FundType.make(
            session, name="Use it", use_within=UseWithin.HALF_YEAR, grace_days=grace, by=cast.mona
        )
        return funds.fund(session, cast.acme, kind)


def gives(fund: Fund, day: date, amount: int, by: Person) -> int:
    with on(day):
        return fund.credit(Decimal(amount), "A gift", by=by, meant_on=day).entries[0]


def spends(fund: Fund, day: date, amount: int, by: Person) -> None:
    with on(day):
        fund.debit(Decimal(amount), "A banner", by=by, meant_on=day)


def hour(session: Session, day: date, at: int = 12) -> int:
    with on(day, at):
        return expiring.expire_due(session)


def expired(fund: Fund) -> int:
    return fund.balances()[AccountKind.EXPIRED] // 100


def test_what_was_not_used_by_its_end_expires_once(session: Session, cast: Cast) -> None:
    """F6: the oldest money is used first, and what was credited later stays."""
    fund = half_year_fund(session, cast)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    spends(fund, date(2026, 3, 1), 30, cast.mona)
    assert hour(session, HALF, 23) == 0
    gives(fund, date(2026, 7, 1), 50, cast.mona)

    assert hour(session, date(2026, 7, 1)) == 1
    assert hour(session, date(2026, 7, 1)) == 0

    entry = session.scalars(select(Entry).where(Entry.kind == EntryKind.EXPIRE)).one()
    assert (entry.amount, entry.meant_on, entry.by_id) == (70_00, HALF, None)
    assert (entry.cause, entry.facts["until"]) == (f"expiry/{fund.id}/2026-06-30", "2026-06-30")
    assert fund.balances()[AccountKind.AVAILABLE] == 50_00


def test_days_of_grace_are_days_to_use_it(session: Session, cast: Cast) -> None:
    """F6: what was credited in them is for the next half-year."""
    fund = half_year_fund(session, cast, grace=30)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    gives(fund, date(2026, 7, 3), 10, cast.mona)
    spends(fund, date(2026, 7, 20), 60, cast.mona)
    assert hour(session, date(2026, 7, 30)) == 0

    assert hour(session, date(2026, 7, 31)) == 1

    assert (expired(fund), fund.balances()[AccountKind.AVAILABLE]) == (40, 10_00)


def test_a_fund_expires_with_its_last_day_where_its_partner_is(session: Session, cast: Cast) -> None:
    """F6, M4: not at midnight of somebody else."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    cast.company.time_zone = "America/Los_Angeles"
    fund = funds.fund(session, cast.acme, ends_on=HALF)
    gives(fund, date(2026, 2, 1), 100, cast.mona)

    assert hour(session, date(2026, 7, 1), 6) == 0
    assert hour(session, date(2026, 7, 1), 8) == 1
    assert expired(fund) == 100


def test_an_expiry_taken_back_counts_as_given_that_day(session: Session, cast: Cast) -> None:
    """F6, F4: it stays until the end of the period in which staff gave it back."""
    fund = half_year_fund(session, cast)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    hour(session, date(2026, 7, 1))
    entry = session.scalars(select(Entry.id).where(Entry.kind == EntryKind.EXPIRE)).one()

    with on(date(2026, 7, 10)):
        fund.take_back(entry, "The fair was put off", by=cast.mona)
    assert hour(session, date(2026, 7, 10)) == 0
    assert hour(session, date(2027, 1, 1)) == 1

    assert expired(fund) == 100
    assert [
        one.meant_on
        for one in session.scalars(select(Entry).where(Entry.kind == EntryKind.EXPIRE).order_by(Entry.id))
    ] == [
        HALF,
        date(2026, 12, 31),
    ]


def test_what_comes_back_after_the_end_is_for_the_next_one(session: Session, cast: Cast) -> None:
    """F5, F6: an activity that cost less gives its rest some time to be used."""
    fund = half_year_fund(session, cast)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    with on(date(2026, 5, 1)):
        fund.post(EntryKind.RESERVE, 60_00, cause="activity/1/1", by=None, meant_on=date(2026, 5, 1))
    hour(session, date(2026, 7, 1))
    with on(date(2026, 8, 1)):
        fund.post(EntryKind.RELEASE, 60_00, cause="activity/1/r", by=None, meant_on=date(2026, 8, 1))

    assert hour(session, date(2026, 8, 1)) == 0
    assert expired(fund) == 40
    assert hour(session, date(2027, 1, 1)) == 1
    assert expired(fund) == 100


def test_what_comes_back_after_the_funds_own_end_expires_as_soon_as_somebody_looks(
    session: Session, cast: Cast
) -> None:
    """F6: there is no next end; each time under a cause of its own, and the ledger proves it."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme, ends_on=HALF)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    begun = date(2026, 5, 1)
    with on(begun):
        fund.post(EntryKind.RESERVE, 60_00, cause="activity/1/1", by=None, meant_on=begun)
        paid = fund.debit(Decimal(40), "A banner", by=cast.mona, meant_on=begun).entries[0]
    assert hour(session, date(2026, 7, 1)) == 0

    day = date(2026, 8, 1)
    with on(day):
        fund.post(EntryKind.RELEASE, 60_00, cause="activity/1/r", by=None, meant_on=day)
    assert (hour(session, day), hour(session, day)) == (1, 0)
    with on(day):
        fund.take_back(paid, "Never printed", by=cast.mona)
    assert (hour(session, day), hour(session, day)) == (1, 0)

    assert (expired(fund), fund.balances()[AccountKind.AVAILABLE]) == (100, 0)
    entries = session.scalars(select(Entry).where(Entry.kind == EntryKind.EXPIRE).order_by(Entry.id)).all()
    first = f"expiry/{fund.id}/2026-06-30"
    assert [one.cause for one in entries] == [first, f"{first}/2"]
    assert {said("expire", one.facts) for one in entries} == {
        "Came back after 30 Jun 2026, the fund’s last day"
    }
    found = [*verifying_entries.entries(session), *verifying_books.causes(session)]
    assert [one.sentence for one in found if one.rule != "F5"] == []  # there is no activity in this story


def test_an_expiry_taken_back_after_the_funds_own_end_stays(session: Session, cast: Cast) -> None:
    """F6, F4: what staff give back on purpose does not expire within the hour."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme, ends_on=HALF)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    hour(session, date(2026, 7, 1))
    entry = session.scalars(select(Entry.id).where(Entry.kind == EntryKind.EXPIRE)).one()

    with on(date(2026, 7, 10)):
        fund.take_back(entry, "The fair was put off", by=cast.mona)

    assert hour(session, date(2026, 7, 10)) == 0
    assert fund.balances()[AccountKind.AVAILABLE] == 100_00


def test_a_rule_made_today_lets_nothing_expire_for_days_gone_by(session: Session, cast: Cast) -> None:
    """F6"""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    kind = FundType.make(session, name="Projects", by=cast.mona)
    fund = funds.fund(session, cast.acme, kind)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    with on(date(2026, 9, 1)):
        kind.change(use_within=UseWithin.HALF_YEAR, by=cast.mona)

    assert hour(session, date(2026, 9, 1)) == 0
    assert hour(session, date(2027, 1, 1)) == 1


def test_warnings_come_sixty_thirty_and_seven_days_ahead_each_once(session: Session, cast: Cast) -> None:
    """F6: to the partner's administrators and to marketing, with what would expire."""
    fund = half_year_fund(session, cast)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    given = []
    for day in range(70, -2, -1):
        with on(HALF - timedelta(day)):
            if expiring.warn_due(session):
                given.append(day)
            assert expiring.warn_due(session) == 0

    assert given == [60, 30, 7]
    told = session.execute(
        select(Person.name, Step.facts["amount"].as_string())
        .join(Notification, Notification.person_id == Person.id)
        .join(Step, Step.id == Notification.step_id)
        .where(Step.kind == "fund.expires_soon")
        .distinct()
    ).all()
    assert sorted(told) == [("Alice Acme", "100.00 USD"), ("Mona Marketing", "100.00 USD")]


def test_a_worker_that_was_off_gives_the_nearest_warning_only(session: Session, cast: Cast) -> None:
    """F6"""
    fund = half_year_fund(session, cast)
    gives(fund, date(2026, 2, 1), 100, cast.mona)

    with on(HALF - timedelta(5)):
        assert expiring.warn_due(session) == 1
        assert expiring.warn_due(session) == 0

    assert session.scalars(select(Step.facts["days"].as_integer())).all() == [7]


def test_nobody_is_warned_of_nothing(session: Session, cast: Cast) -> None:
    """F6"""
    fund = half_year_fund(session, cast)
    gives(fund, date(2026, 2, 1), 100, cast.mona)
    spends(fund, date(2026, 3, 1), 100, cast.mona)

    with on(HALF - timedelta(5)):
        assert expiring.warn_due(session) == 0
        assert expiring.upcoming(session, [fund.id]) == {}


def test_the_hourly_jobs_expire_warn_and_write(fresh_app: Accord) -> None:
    """F6: each with real commits, and a letter to who wants one at once."""
    with unit_of_work() as session:
        cast = people.tell(session)
        fund = half_year_fund(session, cast)
        number = fund.id
        gives(fund, date(2026, 2, 1), 100, cast.mona)

    for day in (HALF - timedelta(5), date(2026, 7, 1), date(2026, 7, 1)):
        with on(day):
            jobs.warn_of_expiry()
            jobs.expire_funds()

    with unit_of_work() as session:
        assert expired(session.get_one(Fund, number)) == 100
        told = select(Step.kind).where(Step.subject_type == "fund").order_by(Step.id)
        assert session.scalars(told).all() == ["fund.expires_soon", "fund.expired"]
        letters = text("select count(*) from jobs.procrastinate_jobs where task_name = 'notifications.mail'")
        assert session.scalar(letters) == 4


# ---------------------------------------------------------------- against an oracle


@dataclass
class Till:
    """The same fund as a till of coins: each knows the day it was given for; the oldest are used first."""

    grace: int
    within: UseWithin
    moments: list[tuple[int, str, int, date]] = field(default_factory=list)
    done: set[date] = field(default_factory=set)

    def coins(self, until: int) -> tuple[list[date], int]:
        """The days of all coins put in before a moment, and how many were taken out."""
        put = [day for at, what, n, day in self.moments if at < until and what == "in" for _ in range(n)]
        out = sum(n for at, what, n, _ in self.moments if at < until and what == "out")
        back = sum(n for at, what, n, _ in self.moments if at < until and what == "back")
        return sorted(put), out - back

    def unused(self, end: date, until: int) -> int:
        """How many coins given for days up to the end nobody used."""
        coins, used = self.coins(until)
        return sum(day <= end for day in coins[used:])

    def holds(self) -> int:
        """How many coins are there."""
        coins, used = self.coins(10**9)
        return len(coins) - used


ACTS = st.lists(
    st.tuples(
        st.integers(0, 700),  # the day it happens
        st.sampled_from(["credit", "credit", "debit", "reserve", "release", "hour"]),
        st.integers(1, 40),
        st.integers(0, 60),  # for which day before
    ),
    max_size=25,
)


@given(ACTS, st.sampled_from([0, 20]), st.sampled_from(list(UseWithin)[1:]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_expiry_is_what_the_till_says(
    session: Session, cast: Cast, acts: list[tuple[int, str, int, int]], grace: int, within: UseWithin
) -> None:
    """F6: first in, first out, over two years of gifts, debits and activities, however seldom the worker runs."""
    with session.begin_nested() as undone:
        _play(session, cast, sorted(acts), grace, within)
        undone.rollback()


def _play(
    session: Session, cast: Cast, acts: list[tuple[int, str, int, int]], grace: int, within: UseWithin
) -> None:
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    with on(BEGINS):
        kind = FundType.make(session, name="Use it", use_within=within, grace_days=grace, by=cast.mona)
        fund = funds.fund(session, cast.acme, kind)
    till, reserved = Till(grace, within), 0
    for place, (days, what, amount, before) in enumerate(acts):
        day = BEGINS + timedelta(days)
        with on(day):
            meant = max(BEGINS, day - timedelta(before))
            cause = f"play/{place}"
            if what == "credit":
                fund.post(EntryKind.CREDIT, amount, cause=cause, by=cast.mona, meant_on=meant)
                till.moments.append((days, "in", amount, meant))
            elif what in {"debit", "reserve"} and amount <= till.holds():
                fund.post(EntryKind(what), amount, cause=cause, by=cast.mona, meant_on=day)
                till.moments.append((days, "out", amount, day))
                reserved += amount if what == "reserve" else 0
            elif what == "release" and amount <= reserved:
                fund.post(EntryKind.RELEASE, amount, cause=cause, by=cast.mona, meant_on=day)
                till.moments.append((days, "back", amount, day))
                reserved -= amount
            elif what == "hour":
                _compare(session, fund, till, days)
    with on(BEGINS + timedelta(701)):
        _compare(session, fund, till, 701)


def _compare(session: Session, fund: Fund, till: Till, days: int) -> None:
    """One run of the worker, and what the till gives away for the latest end that is over."""
    today = BEGINS + timedelta(days)
    end = period_end(today, till.within)
    while end + timedelta(till.grace) >= today:
        end = end_before(end, till.within)
    expected = 0
    if end >= BEGINS and end not in till.done:
        moment = (end + timedelta(till.grace) - BEGINS).days + 1
        expected = min(till.unused(end, moment), till.unused(end, 10**9))
    was = fund.balances()[AccountKind.EXPIRED]

    while expiring.expire_due(session):
        pass

    assert fund.balances()[AccountKind.EXPIRED] - was == expected
    if expected:
        till.done.add(end)
        till.moments.append((days, "out", expected, today))
    assert fund.balances()[AccountKind.AVAILABLE] == till.holds()
