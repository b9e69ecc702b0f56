"""Registering a deal: ask, take the lock, ask again, write. The first one to hold the lock wins (L4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, TextClause, insert, text
from sqlalchemy.orm import Session

from app import clock, scope
from app.models.deals.opportunity import Opportunity, StageKind
from app.models.registrations import conflicts
from app.models.registrations.conflicts import Question
from app.models.registrations.meeting import meet, one_at_a_time
from app.models.registrations.protecting import deciders, expire_due, reminded, terms_of
from app.models.registrations.registration import Registration, RegistrationState
from app.models.throttle import Throttle
from app.rules.conflicts import Answer, Verdict, last_day
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

A_PERSON, A_PARTNER = 120, 2000
"""Questions a person may ask in ten minutes, and a partner's people together on a day; a refused registration is one."""
PERSON_PER, PARTNER_PER = timedelta(minutes=10), timedelta(days=1)


class CustomerProtected(RuleBroken):
    """Somebody else registered this customer first."""


class TooManyQuestions(RuleBroken):
    """So many customers were asked about that it looks like reading our books."""

    def __init__(self) -> None:
        super().__init__(
            "You asked about very many customers in a short time. Register the deals you have, or ask again later."
        )


@dataclass(frozen=True)
class _Claimed:
    """What came of it: the answer, and the registration's number unless somebody else was first."""

    answer: Answer
    registration_id: int | None = None


def register(session: Session, deal: Opportunity, *, by: Person | None) -> Registration:
    """Claim the customer of a deal; CustomerProtected with the sentence for who comes second."""
    deal.check_edit(by)
    session.flush()
    question = Question.about(deal)
    asked = question.identity()
    if not (asked.name or conflicts.can_be_asked(asked)):
        raise RuleBroken("Write the customer's name, web site or e-mail address first.", "customer")
    with scope.books(session) as books:
        own = _check(books, deal, by)
        told = conflicts.protected_by_mark(books, question.identity(own), deal.partner_id)
        claimed = _Claimed(told) if told else _claim(session, books, deal, by, own)
    if claimed.registration_id is None:
        raise CustomerProtected(conflicts.words(claimed.answer), "customer")
    session.expire(deal, ["customer_id"])
    registration = session.get_one(Registration, claimed.registration_id)
    if registration.state is RegistrationState.PROTECTED:
        registration.happened("registration.protected", by=by, protected_until=registration.protected_until)
    else:
        to = deciders(session, registration.partner_id)
        registration.happened("registration.waiting", by=by, to=to)
    return registration


_NOW = """
    select s.kind, o.deleted_at, r.state, p.website, p.email,
           r.protected_until < (cast(:now as timestamptz) at time zone
               coalesce(c.time_zone, v.time_zone, 'UTC'))::date as is_over,
           (select coalesce(sum(tries), 0) from throttle
            where name = :person and "window" > :person_since) as person_asked,
           (select coalesce(sum(tries), 0) from throttle
            where name = :partner and "window" > :partner_since) as partner_asked
    from opportunity o
    join opportunity_stage s on s.id = o.stage_id
    join partner p on p.id = o.partner_id
    left join operating_company c on c.id = p.operating_company_id
    left join vendor v on true
    left join registration r on r.opportunity_id = o.id and r.state in ('waiting', 'returned', 'protected')
    where o.id = :deal_id
"""
_STANDING, _HELD = text(_NOW), text(f"{_NOW} for no key update of o")


def _check(
    books: Connection, deal: Opportunity, by: Person | None, question: TextClause = _STANDING
) -> frozenset[str]:
    """Refuse what is closed or registered already, and who asked too often; return the partner's own domains.

    A protection whose last day is over is none.
    """
    now = clock.now()
    asks = by is not None and by.partner_id is not None
    person, partner = counted_as(by.id, by.partner_id) if by is not None and asks else ("", "")
    values = {
        "deal_id": deal.id,
        "now": now,
        "person": person,
        "person_since": now - PERSON_PER,
        "partner": partner,
        "partner_since": now - PARTNER_PER,
    }
    standing = books.execute(question, values).one()
    if standing.kind != StageKind.OPEN or standing.deleted_at is not None:
        raise RuleBroken("Only a deal under way can be registered.")
    if standing.state is not None and not standing.is_over:
        raise RuleBroken("This deal is registered already.", "customer")
    if standing.person_asked >= A_PERSON or standing.partner_asked >= A_PARTNER:
        raise TooManyQuestions
    return conflicts.domains_of(standing.website, standing.email)


def _claim(
    session: Session, books: Connection, deal: Opportunity, by: Person | None, own: frozenset[str]
) -> _Claimed:
    """Ask; then, under the lock, look at the deal and ask again, and write if nobody else was first."""
    question = Question.about(deal)
    told = conflicts.found(books, question, deal.partner_id, own).answer
    if told.verdict is Verdict.PROTECTED:
        return _Claimed(told)
    one_at_a_time(books)
    _check(books, deal, by, _HELD)
    seen = conflicts.found(books, question, deal.partner_id, own)
    if seen.answer.verdict is Verdict.PROTECTED:
        return _Claimed(seen.answer)
    customer_id = meet(books, question, seen)
    expire_due(session, customer_id=customer_id, deal_id=deal.id)
    books.execute(
        Opportunity.__table__.update()
        .where(Opportunity.__table__.c.id == deal.id)
        .values(customer_id=customer_id)
    )
    terms = terms_of(session, deal.partner_id)
    is_free = seen.answer.verdict is Verdict.FREE
    until = last_day(terms.today, terms.protection_days) if is_free else None
    row = {
        "partner_id": deal.partner_id,
        "opportunity_id": deal.id,
        "customer_id": customer_id,
        "state": RegistrationState.PROTECTED if is_free else RegistrationState.WAITING,
        "shared": False,
        "registered_at": clock.now(),
        "registered_by_id": None if by is None else by.id,
        "protected_until": until,
        "reminded_days": None if until is None else reminded(terms.today, until),
        "version": 1,
    }
    table = Registration.__table__
    number = books.execute(insert(table).values(row).returning(table.c.id)).scalar_one()
    return _Claimed(seen.answer, number)


# ---------------------------------------------------------------- how often may be asked


def counted_as(person_id: int | None, partner_id: int | None) -> dict[str, timedelta]:
    """Return under which names the questions of a person and of its partner are counted, and for how long."""
    return {
        f"conflicts person {person_id}": PERSON_PER,
        f"conflicts partner {partner_id}": PARTNER_PER,
    }


def check_asked(session: Session, by: Person) -> None:
    """Refuse in words who, or whose colleagues, asked too often lately."""
    with scope.books(session):
        person, partner = Throttle.tried_all(session, counted_as(by.id, by.partner_id)).values()
    if person >= A_PERSON or partner >= A_PARTNER:
        raise TooManyQuestions
