"""Deferred work: which task follows which event, in the transaction of the event itself.

A verb never defers a job; it records an event. What follows is deferred with the session's own connection
just before the commit, so a job never exists for a change that was rolled back (recipe C6).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial, wraps
from typing import Any, cast

import procrastinate
import psycopg
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import clock, database
from app.models import Cause, Customer, FundDifference, Lead, LeadOffer, Opportunity, Throttle, renewal
from app.models.activities import activity_reminding
from app.models.assessing import nightly
from app.models.event import PENDING, Happened
from app.models.funds import differing, expiring
from app.models.leads import distributing
from app.models.registrations import protecting
from app.models.talk.notification import TOLD
from config import Settings

log = logging.getLogger(__name__)

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
deferring = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
"""Defers by the session's own connection, also inside a job, where the queue's connections are the worker's."""

FOLLOWS: dict[str, str] = {
    "import.asked": "importing.run",
    "assessments.asked": "assessments.run",
    "import.done": "customers.attach",
    "ledger.proof_asked": "ledger.prove",
    "lead.came_in": "leads.distribute",
    "lead.qualified": "leads.distribute",
}

_flask: list[Flask] = []


def task(
    name: str, *, cron: str | None = None, retry: procrastinate.RetryStrategy | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a task under its name; it runs inside the application, periodic ones by `cron`."""

    def register(work: Callable[..., None]) -> Callable[..., None]:
        @wraps(work)
        def inside(**arguments: Any) -> None:
            with _flask[0].app_context():
                work(**arguments)

        if cron is None:
            queue.task(name=name, retry=retry or False)(inside)
        else:
            queue.periodic(cron=cron)(queue.task(name=name)(_punctual(inside)))
        return work

    return register


def _punctual(inside: Callable[[], None]) -> Callable[[int], None]:
    """Return a periodic task's function; what minute it was meant for is not asked."""

    def at(timestamp: int) -> None:  # noqa: ARG001 - the queue names it so
        inside()

    return at


def work(app: Flask, settings: Settings, *, wait: bool = True) -> None:
    """Do jobs: for ever, or with `wait` False until none is left."""
    _flask[:] = [app]
    address = (settings.direct_database_url or settings.database_url or "").replace("+psycopg", "", 1)
    connector = procrastinate.PsycopgConnector(
        conninfo=address,
        kwargs={"options": "-c search_path=public,jobs -c role=accord_worker -c statement_timeout=0"},
    )
    with queue.replace_connector(connector) as opened:
        opened.run_worker(wait=wait, install_signal_handlers=wait, listen_notify=wait)


@task("partnerships.night", cron="7 * * * *")
def night() -> None:
    """Every hour: where a day is over, renew or end what was due, then assess everybody on that day (P1, P9)."""
    with database.unit_of_work() as session:
        zones = nightly.zones(session)
    for zone in zones:
        with database.unit_of_work() as session:
            renewal.close_or_renew(session, clock.today(zone), nightly.members(session, zone))
            renewal.warn(session, clock.today(zone), nightly.members(session, zone))
            days = nightly.days_to_close(session, zone)
        for day in days:
            database.retried(partial(_close_day, zone, day))


@task("assessments.run")
def assess_everybody(**_subject: Any) -> None:
    """Assess every active partner as of today, because somebody asked for it."""
    with database.unit_of_work() as session:
        zones = nightly.zones(session)
    for zone in zones:
        with database.unit_of_work() as session:
            portions = nightly.partners_of(session, zone, clock.today(zone))
        for portion in portions:
            with database.unit_of_work() as session:
                nightly.assess_apart(session, clock.today(zone), portion, cause=Cause.STAFF)


@task("leads.lapse", cron="* * * * *")
def lapse() -> None:
    """Every minute: let offers lapse that nobody answered in time, one lead per transaction (L1)."""
    with database.unit_of_work() as session:
        due = LeadOffer.due(session)
    for offer_id in due:
        try:
            database.retried(partial(_lapse, offer_id))
        except Exception:  # one lead that cannot go on does not keep the others waiting
            log.exception("Offer %s could not lapse", offer_id)


def _lapse(offer_id: int) -> None:
    with database.unit_of_work() as session:
        session.get_one(LeadOffer, offer_id).lapse()


@task("throttles.forget", cron="23 3 * * *")
def forget_tries() -> None:
    """Every day: drop what was counted against too many tries, once its window is long over."""
    with database.unit_of_work() as session:
        Throttle.forget(session, clock.now() - timedelta(days=2))


@task("leads.distribute")
def distribute(*, subject_id: int, **_subject: Any) -> None:
    """Send a lead that came in or was qualified, where a rule sends its leads by itself (L1)."""
    database.retried(partial(_distribute, subject_id))


def _distribute(lead_id: int) -> None:
    with database.unit_of_work() as session:
        distributing.by_itself(session, lead_id)


@task("registrations.expire", cron="12 * * * *")
def expire_registrations() -> None:
    """Every hour: end the protections whose last day is over where their partner is (L4)."""
    _while_some_are_left(protecting.expire_due)


@task("registrations.remind", cron="17 * * * *")
def remind_of_registrations() -> None:
    """Every hour: remind of protections that end in 14, 7 and 1 days, each once (L4)."""
    _while_some_are_left(protecting.remind_due)


@task("funds.expire", cron="27 * * * *")
def expire_funds() -> None:
    """Every hour: let money expire whose last day is over where its partner is (F6)."""
    _while_some_are_left(expiring.expire_due)


@task("funds.warn", cron="32 * * * *")
def warn_of_expiry() -> None:
    """Every hour: warn of what expires in 60, 30 and 7 days, each once (F6)."""
    _while_some_are_left(expiring.warn_due)


@task("activities.remind", cron="27 * * * *")
def remind_of_activities() -> None:
    """Every hour: remind of decisions about activities that are overdue, of each step once (F5)."""
    _while_some_are_left(activity_reminding.remind_overdue)


@task("funds.compare", cron="41 2 * * *")
def compare_funds() -> None:
    """Every night: say where the ledger is not what the deals are, and repair nothing (F3)."""
    new: list[int] = []
    looked_at = 0
    while True:
        found = database.retried(partial(_compare, looked_at))
        if found is None:
            break
        looked_at, some = found
        new += some
    with database.unit_of_work() as session:
        differing.settle_vanished(session)
        if new:
            differing.tell(session, session.get_one(FundDifference, new[0]), len(new))


def _compare(after: int) -> tuple[int, list[int]] | None:
    """Look at the deals after a number; return the last one's, and the differences that are new."""
    with database.unit_of_work() as session:
        deals = differing.deals_after(session, after)
        return (deals[-1], [one.id for one in differing.look(session, deals)]) if deals else None


@task("customers.attach")
def attach_customers(**_subject: Any) -> None:
    """Find out whose deals and leads those are that came without a customer (L3)."""
    for noun in (Opportunity, Lead):
        _while_some_are_left(partial(Customer.attach, noun=noun))


@task("customers.attach_new", cron="*/5 * * * *")
def attach_new_customers() -> None:
    """Every five minutes: the same for what was written or changed by hand."""
    attach_customers()


def _while_some_are_left(work: Callable[[Session], int]) -> None:
    """Do a part of some work per transaction, each done again when the database asks for it, until none is left."""

    def part() -> int:
        with database.unit_of_work() as session:
            return work(session)

    while database.retried(part):
        pass


def _close_day(zone: str, day: date) -> None:
    """Assess everybody in a zone on a day that is over, some partners per transaction."""
    with database.unit_of_work() as session:
        portions = nightly.partners_of(session, zone, day)
    refused = 0
    for portion in portions:
        with database.unit_of_work() as session:
            refused += nightly.assess_apart(session, day, portion)
    with database.unit_of_work() as session:
        nightly.close(session, zone, day, refused=refused)


@event.listens_for(Session, "before_commit")
def _defer_what_follows(session: Session) -> None:
    session.flush()
    happened: list[Happened] = session.info.pop(PENDING, [])
    for each in happened:
        name = FOLLOWS.get(each.kind)
        if name is not None:
            driver = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
            deferring.configure_task(name, connection=driver).defer(subject_id=each.subject_id)
    for person_id in sorted(session.info.pop(TOLD, ())):
        driver = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
        deferring.configure_task("notifications.mail", connection=driver).defer(person_id=person_id)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop(PENDING, None)
    session.info.pop(TOLD, None)
