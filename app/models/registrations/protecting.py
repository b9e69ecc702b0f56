"""How long a registration protects a customer: the terms of its partner's type, reminders, and its end (L4, M4).

What a partner's act brings about at another partner's registration is done here row by row, never by an object that
another partner's session could find.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import clock
from app.models.event import Event
from app.models.person import Person, Role
from app.models.talk.step import Step
from app.rules.conflicts import REMIND_BEFORE

if TYPE_CHECKING:
    from app.models.registrations.registration import Registration

AT_ONCE = 500
"""Registrations that end in one transaction."""

_TODAY = "(cast(:now as timestamptz) at time zone coalesce(c.time_zone, v.time_zone, 'UTC'))::date"
_WHERE = """
    from partner p
    join partner_type t on t.id = p.partner_type_id
    left join operating_company c on c.id = p.operating_company_id
    left join vendor v on true
"""
_TERMS = text(
    f"select t.protection_days, t.extension_days, {_TODAY} as today {_WHERE} where p.id = :partner_id"
)
_EXPIRE = text(
    f"""
    update registration r set state = 'expired', ended_at = :now, version = r.version + 1
    from (
        select e.id, o.owner_id
        from registration e
        join opportunity o on o.id = e.opportunity_id
        join (select p.id as partner_id, {_TODAY} as today {_WHERE}) as days on days.partner_id = e.partner_id
        where e.state = 'protected' and e.protected_until < days.today
          and e.protected_until < (cast(:now as timestamptz) + interval '1 day')::date
          and (cast(:customer_id as bigint) is null or e.customer_id = cast(:customer_id as bigint)
               or e.opportunity_id = cast(:deal_id as bigint))
        order by e.id limit :most for no key update of e skip locked
    ) as due
    where r.id = due.id
    returning r.id, r.partner_id, r.opportunity_id, r.protected_until, r.registered_by_id, due.owner_id
"""  # noqa: S608 - our own words
)
_DUE_SOON = text(
    f"""
    select e.id, e.partner_id, e.opportunity_id, e.protected_until, e.registered_by_id, o.owner_id,
           e.reminded_days, days.today
    from registration e
    join opportunity o on o.id = e.opportunity_id
    join (select p.id as partner_id, {_TODAY} as today {_WHERE}) as days on days.partner_id = e.partner_id
    where e.state = 'protected' and e.protected_until >= days.today
      and e.protected_until <= days.today + {max(REMIND_BEFORE)}
      and coalesce(e.reminded_days, 10000) >
          case {" ".join(f"when e.protected_until <= days.today + {days} then {days}" for days in sorted(REMIND_BEFORE))} end
    order by e.id limit :most for no key update of e skip locked
"""  # noqa: S608 - our own words
)


@dataclass(frozen=True)
class Terms:
    """What holds for a partner today: its day, and the days of its type."""

    today: date
    protection_days: int
    extension_days: int


@dataclass(frozen=True)
class _Row:
    """A registration or a deal for the time line, by its numbers only."""

    session: Session
    __tablename__: str
    id: int
    partner_id: int
    owner_id: int | None = None

    def track(self, kind: str, *, by: Person | None, **facts: Any) -> None:
        """Record what happened to it."""
        Event.record(self.session, kind, self, by=by, partner_id=self.partner_id, after=facts)


@dataclass(frozen=True)
class Reminding:
    """Who reads what when a protection ends or is about to."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)

    SUBJECTS: ClassVar[tuple[str, str]] = ("registration", "opportunity")

    def say(self, session: Session, row: Any) -> None:
        """Put it into both time lines, and tell who registered and who works the deal."""
        told = [number for number in (row.registered_by_id, row.owner_id) if number is not None]
        told = told or administrators_of(session, row.partner_id)
        for table, number in zip(self.SUBJECTS, (row.id, row.opportunity_id), strict=True):
            one = _Row(session, table, number, row.partner_id, row.owner_id)
            to = told if table == "opportunity" else ()
            Step.take(one, self.kind, by=None, to=to, protected_until=row.protected_until, **self.facts)


def terms_of(session: Session, partner_id: int) -> Terms:
    """Return a partner's day and the days of its type."""
    row = session.execute(_TERMS, {"partner_id": partner_id, "now": clock.now()}).one()
    return Terms(row.today, row.protection_days, row.extension_days)


def reminded(today: date, until: date) -> int | None:
    """Return the reminder that is past when a protection begins so near its end; None when all are to come."""
    left = (until - today).days
    return next((days for days in sorted(REMIND_BEFORE) if left <= days), None)


def expire_due(session: Session, customer_id: int | None = None, deal_id: int | None = None) -> int:
    """End the protections whose last day is over where their partner is; return how many.

    Asked about a customer, only its own and those of a deal that is to be registered again.
    """
    values = {"now": clock.now(), "customer_id": customer_id, "deal_id": deal_id, "most": AT_ONCE}
    rows = session.execute(_EXPIRE, values).all()
    for row in rows:
        Reminding("registration.expired").say(session, row)
    return len(rows)


def remind_due(session: Session) -> int:
    """Remind of protections that end in 14, 7 and 1 days, each once; return how many reminders there were."""
    rows = session.execute(_DUE_SOON, {"now": clock.now(), "most": AT_ONCE}).all()
    for row in rows:
        days = reminded(row.today, row.protected_until)
        session.execute(
            text("update registration set reminded_days = :days where id = :id"), {"days": days, "id": row.id}
        )
        Reminding("registration.ends_soon", {"days": (row.protected_until - row.today).days}).say(
            session, row
        )
    return len(rows)


def administrators_of(session: Session, partner_id: int) -> list[int]:
    """Return a partner's administrators."""
    of_partner = select(Person.id).where(
        Person.partner_id == partner_id, Person.active, Person.roles.contains([Role.PARTNER_ADMINISTRATOR])
    )
    return list(session.scalars(of_partner))


def to_decide(registration: Registration) -> list[int]:
    """Return who of the vendor decides about a registration: the partner's manager, else all who may."""
    return deciders(registration.session, registration.partner_id)


def deciders(session: Session, partner_id: int) -> list[int]:
    """Return the partner's manager, else the channel managers and administrators."""
    from app.models.partner import Partner  # noqa: PLC0415 - partners know nothing of registrations

    managed = select(Person.id).join(Partner, Partner.manager_id == Person.id)
    manager = session.scalar(managed.where(Partner.id == partner_id, Person.active))
    if manager is not None:
        return [manager]
    staff = select(Person.id).where(
        Person.partner_id.is_(None),
        Person.active,
        Person.roles.overlap([Role.CHANNEL_MANAGER.value, Role.ADMINISTRATOR.value]),
    )
    return list(session.scalars(staff))
