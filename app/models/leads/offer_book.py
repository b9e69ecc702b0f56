"""What offering a lead reads and writes: plain values in and out, so that a partner's act may do it in the vendor's books.

Whoever acts, the lead's row is locked first; what is read from then on stays true until the commit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, cast, func, inspect, literal, select, union_all, update
from sqlalchemy.orm import Session

from app import clock, scope
from app.models.base import Base, plain
from app.models.event import Event
from app.models.leads.lead import Lead, LeadStage
from app.models.leads.lead_offer import LeadOffer, OfferState
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.partnership import ActivePeriod, Partnership
from app.models.person import Person, Role
from app.models.talk.step import Step
from app.models.vendor import Vendor

GAVE_BACK = "lead.passed_back"
"""The step by which a partner gives a lead back; it is not offered to it again."""

WORKING = (Role.PARTNER_ADMINISTRATOR, Role.OPERATIONS_AGENT)
"""Whom of a partner an offer is for (A2)."""

PASSING = (Role.ADMINISTRATOR, Role.CHANNEL_MANAGER, Role.SALES)
"""Staff who may pass leads (A2)."""


@contextmanager
def opened(session: Session) -> Iterator[None]:
    """Open the vendor's books where a partner's person acts; for everybody else they lie open."""
    acting = scope.current()
    if acting is not None and acting.role is scope.Role.PARTNER:
        with scope.books(session):
            yield
    else:
        session.flush()
        yield


@dataclass(frozen=True)
class Trail:
    """A row as the trail of changes names it, for who acts without seeing the row itself."""

    session: Session
    __tablename__: str
    id: int
    partner_id: int | None
    owner_id: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    def track(self, kind: str, *, by: Person | None, **facts: Any) -> None:
        """Record what happened to the row, with what changed in it."""
        before = {name: plain(value) for name, value in self.before.items()}
        after = {name: plain(value) for name, value in {**self.after, **facts}.items()}
        Event.record(self.session, kind, self, by=by, before=before, after=after)


# ---------------------------------------------------------------- questions


def lock_lead(session: Session, lead_id: int) -> Row[Any]:
    """Lock a lead until the end of the transaction, and return what it holds now."""
    columns = [one for one in Lead.__table__.c if one.name != "search"]
    row = select(*columns).where(Lead.id == lead_id).with_for_update(key_share=True)
    return session.execute(row).one()


def offer_now(session: Session, offer_id: int) -> Row[Any]:
    """Return an offer as it stands now; its lead is locked."""
    return session.execute(select(*LeadOffer.__table__.c).where(LeadOffer.id == offer_id)).one()


def open_offer(session: Session, lead_id: int) -> Row[Any] | None:
    """Return the offer of a lead that waits for an answer, if there is one."""
    known = select(*LeadOffer.__table__.c).where(
        LeadOffer.lead_id == lead_id, LeadOffer.state == OfferState.OPEN
    )
    return session.execute(known).one_or_none()


def refusals(session: Session, lead_id: int) -> dict[int, str]:
    """Return the partners that do not get a lead again, each with the reason in words (L1)."""
    turned_down = select(LeadOffer.partner_id, literal("turned this lead down").label("why")).where(
        LeadOffer.lead_id == lead_id, LeadOffer.state == OfferState.DECLINED
    )
    given_back = select(Step.partner_id, literal("gave this lead back").label("why")).where(
        Step.subject_type == Lead.__tablename__, Step.subject_id == lead_id, Step.kind == GAVE_BACK
    )
    rows: Any = session.execute(union_all(turned_down, given_back)).all()
    return {row.partner_id: row.why for row in rows}


def lapses(session: Session, lead_id: int) -> set[int]:
    """Return the partners that let an offer of a lead lapse: rules pass them by, a person may ask them again."""
    lapsed = select(LeadOffer.partner_id).where(
        LeadOffer.lead_id == lead_id, LeadOffer.state == OfferState.LAPSED
    )
    return set(session.scalars(lapsed))


def today_of_partner() -> ColumnElement[Any]:
    """Return the calendar day it is for a partner (M4), in a question that joins its operating company."""
    vendors = select(Vendor.time_zone).limit(1).scalar_subquery()
    zone = func.coalesce(OperatingCompany.time_zone, vendors, "UTC")
    return cast(func.timezone(zone, clock.now()), Date)


def is_active(partner_id: Any, today: Any) -> ColumnElement[bool]:
    """Return the condition that a partner has an active partnership on a day (P1)."""
    return (
        select(ActivePeriod.id)
        .join(Partnership, Partnership.id == ActivePeriod.partnership_id)
        .where(
            ActivePeriod.partner_id == partner_id,
            ActivePeriod.during.contains(today),
            Partnership.due_on >= today,
        )
        .exists()
    )


def partner_now(session: Session, partner_id: int) -> Row[str, bool, bool]:
    """Return a partner's name, whether its portal is open, and whether it has an active partnership today."""
    today = today_of_partner()
    known = (
        select(Partner.name, Partner.portal_access, is_active(Partner.id, today).label("active"))
        .outerjoin(OperatingCompany, OperatingCompany.id == Partner.operating_company_id)
        .where(Partner.id == partner_id)
    )
    return session.execute(known).one()


def people_of(session: Session, partner_id: int) -> list[int]:
    """Return who of a partner works its leads."""
    working = select(Person.id).where(
        Person.partner_id == partner_id, Person.active, Person.roles.overlap([one.value for one in WORKING])
    )
    return list(session.scalars(working))


def staff(session: Session) -> list[int]:
    """Return the vendor's people who may pass leads."""
    passing = select(Person.id).where(
        Person.partner_id.is_(None), Person.active, Person.roles.overlap([one.value for one in PASSING])
    )
    return list(session.scalars(passing))


def manager_of(session: Session, partner_id: int) -> list[int]:
    """Return who of the vendor looks after a partner."""
    manager_id = session.scalar(select(Partner.manager_id).where(Partner.id == partner_id))
    return [] if manager_id is None else [manager_id]


# ---------------------------------------------------------------- writing


def move_lead(session: Session, lead_id: int, stage: LeadStage, **values: Any) -> None:
    """Let a locked lead stand at another stage."""
    changed = update(Lead).where(Lead.id == lead_id)
    session.execute(
        changed.values(stage=stage, staged_at=clock.now(), version=Lead.version + 1, **values),
        execution_options={"synchronize_session": False},
    )
    read_anew(session, Lead, lead_id)


def close_offer(
    session: Session,
    offer_id: int,
    state: OfferState,
    *,
    at: datetime | None = None,
    by: Person | None = None,
    reason: str | None = None,
) -> None:
    """Let an open offer end; its lead is locked."""
    ended = update(LeadOffer).where(LeadOffer.id == offer_id, LeadOffer.state == OfferState.OPEN)
    values = {"state": state, "answered_at": at, "answered_by_id": by.id if by else None, "reason": reason}
    done: Any = session.execute(ended.values(values), execution_options={"synchronize_session": False})
    if done.rowcount != 1:
        raise RuntimeError(f"Offer {offer_id} was not open although its lead is locked.")
    read_anew(session, LeadOffer, offer_id)


def read_anew(session: Session, noun: type[Base], number: int) -> None:
    """Read a row anew that the session knows as an object; where it does not, there is nothing to do."""
    known = session.identity_map.get(session.identity_key(noun, number))
    if known is not None:
        columns = [one.key for one in inspect(noun).column_attrs if not one.deferred]
        session.refresh(known, columns)


def trail_of_lead(
    session: Session, lead: Row[Any], partner_id: int | None, became: Mapping[str, Any]
) -> Trail:
    """Return a lead, as it was when it was locked, as the trail of changes names it."""
    changed = {name: value for name, value in became.items() if getattr(lead, name) != value}
    before = {name: getattr(lead, name) for name in changed}
    return Trail(session, Lead.__tablename__, lead.id, partner_id, lead.owner_id, before, changed)


def trail_of_offer(session: Session, offer_id: int, partner_id: int) -> Trail:
    """Return an offer as the trail of changes names it."""
    return Trail(session, LeadOffer.__tablename__, offer_id, partner_id)


def everybody(*groups: Collection[int | None]) -> list[int]:
    """Return everybody of some groups once."""
    return sorted({one for group in groups for one in group if one is not None})
