"""Letters about news: at once, or one a day, as each person wants it; never for what was rolled back, each once.

A letter is written in its reader's scope, so that it holds nothing the reader may not see. It is sent while its news are
locked, and carries the same name at every try: a mail program takes two of one name for one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from procrastinate import RetryStrategy
from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from app import clock, database, filters, mail, scope
from app.jobs import task
from app.models import Contact, Digest, Notification, OperatingCompany, Partner, Person, Role, Vendor
from app.news import News, news_of, told

log = logging.getLogger(__name__)

MORNING = 7  # o'clock
STALE = timedelta(days=14)
MOST = 1000
SHOWN = 30
"""So many news are written out in one letter; of the others it says how many they are."""

TRIES = 3
PREFERENCES = "/notifications/preferences"
AGAIN = RetryStrategy(max_attempts=8, exponential_wait=3, retry_exceptions=[mail.NotSent])
"""A mail server that is away is asked again after 3 seconds, then 9, and so on for about three hours."""


@dataclass(frozen=True)
class Addressee:
    """Who a letter is for, and how they read it."""

    person_id: int
    name: str
    email: str
    locale: str
    zone: str
    vendor: str
    reading: scope.Scope


@task("notifications.mail", retry=AGAIN)
def write(person_id: int) -> None:
    """Write to a person who wants to know at once."""
    deliver(person_id, Digest.AT_ONCE)


@task("notifications.digest", cron="3 * * * *")
def digest() -> None:
    """Every hour: write to those for whom it is morning and who want one letter a day."""
    with database.unit_of_work() as books:
        waiting = books.execute(_people().where(Person.digest == Digest.DAILY, Person.active)).all()
    for row in waiting:
        today = _morning(row)
        if today is None:
            continue
        try:
            deliver(row.id, Digest.DAILY, today=today)
        except mail.NotSent as trouble:
            log.warning("The digest of person %s waits an hour: %s", row.id, trouble)


def _morning(row: Row[Any]) -> date | None:
    """Return the day it is where a person is, once it is morning and nothing was written that day."""
    here = clock.now().astimezone(ZoneInfo(row.zone))
    is_due = here.hour >= MORNING and (row.digested_on is None or row.digested_on < here.date())
    return here.date() if is_due else None


def deliver(person_id: int, wanted: Digest, *, today: date | None = None) -> None:
    """Write one letter with all that a person was not told yet; raises NotSent when it should be tried again."""
    for _ in range(TRIES):
        with database.unit_of_work() as books:
            addressee = _addressee(books, person_id, wanted)
            waiting = list(books.scalars(_unmailed(person_id)))
        if addressee is None:
            return
        letter = _letter(addressee, waiting)
        with database.unit_of_work() as books:
            if today is not None and not _begins(books, person_id, today):
                return
            locked = list(books.scalars(_unmailed(person_id).with_for_update(skip_locked=True)))
            if not set(waiting) <= set(locked):
                if not locked:
                    return  # another worker is at it
                continue
            if letter is not None:
                _send(letter)
            done = update(Notification).where(Notification.id.in_(waiting))
            books.execute(done.values(mailed_at=clock.now()))
            return


def _send(letter: mail.Letter) -> None:
    try:
        mail.send(letter, current_app.config["ACCORD"])
    except mail.Unwanted as refusal:
        log.warning("A letter was refused for good and is not sent again: %s", refusal)


def _begins(books: Session, person_id: int, today: date) -> bool:
    """Keep that a person was written to today; False when another worker did."""
    is_first = Person.digested_on.is_(None) | (Person.digested_on < today)
    kept: Any = books.execute(
        update(Person).where(Person.id == person_id, is_first).values(digested_on=today)
    )
    return bool(kept.rowcount)


def _unmailed(person_id: int) -> Any:
    return (
        select(Notification.id)
        .where(
            Notification.person_id == person_id,
            Notification.mailed_at.is_(None),
            Notification.at > clock.now() - STALE,
        )
        .order_by(Notification.id)
        .limit(MOST)
    )


# ---------------------------------------------------------------- who


def _people() -> Any:
    zone = func.coalesce(Person.time_zone, OperatingCompany.time_zone, Vendor.time_zone, "UTC")
    return (
        select(
            Person.id,
            Person.partner_id,
            Person.name,
            Person.roles,
            Person.digested_on,
            Contact.email,
            func.coalesce(Person.locale, Vendor.locale, "en").label("locale"),
            zone.label("zone"),
            Vendor.name.label("vendor"),
            Vendor.own_only,
        )
        .join(Contact, Contact.person_id == Person.id)
        .outerjoin(Partner, Partner.id == Person.partner_id)
        .outerjoin(OperatingCompany, OperatingCompany.id == Partner.operating_company_id)
        .outerjoin(Vendor, Vendor.id == 1)
        .where(Person.partner_id.is_(None) | Partner.portal_access)
    )


def _addressee(books: Session, person_id: int, wanted: Digest) -> Addressee | None:
    """Return who wants a letter of this kind; None for who left, cannot enter, or wants none."""
    asked = _people().where(Person.id == person_id, Person.active, Person.digest == wanted)
    row = books.execute(asked).one_or_none()
    if row is None:
        return None
    is_staff = row.partner_id is None
    narrowed = bool(row.own_only) and not is_staff and Role.PARTNER_ADMINISTRATOR not in row.roles
    reading = scope.Scope(
        scope.Role.STAFF if is_staff else scope.Role.PARTNER,
        row.partner_id,
        row.id,
        read_only=True,
        zone=row.zone,
        own_only=narrowed,
    )
    return Addressee(row.id, row.name, row.email, row.locale, row.zone, row.vendor or "Accord", reading)


# ---------------------------------------------------------------- what


def _letter(to: Addressee, numbers: Sequence[int]) -> mail.Letter | None:
    """Return the letter about what is still unread and in view; None when there is nothing to say."""
    with database.unit_of_work(to.reading) as own:
        asked = news_of(to.person_id).where(Notification.id.in_(numbers), Notification.read_at.is_(None))
        news = told(own, list(own.scalars(asked.order_by(Notification.id))))
    if not news:
        return None
    base: str = current_app.config["ACCORD"].base_url
    with filters.read_by(to.locale, to.zone):
        words = {"to": to, "news": news[:SHOWN], "base": base, "preferences": base + PREFERENCES}
        words["more"] = max(len(news) - SHOWN, 0)
        return mail.Letter(
            recipient=to.email,
            name=to.name,
            subject=_subject(to, news),
            text=render_template("mail/news.txt", **words),
            html=render_template("mail/news.html", **words),
            key=f"news-{to.person_id}-{news[-1].id}-{len(news)}",
            unsubscribe=base + PREFERENCES,
        )


def _subject(to: Addressee, news: Sequence[News]) -> str:
    if len(news) == 1:
        return f"{news[0].title}: {news[0].what}"
    return f"{len(news)} news from {to.vendor}"
