"""What a partner's page asks: what it has, who works there, what happened lately, how it stood when last assessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.models.activities.activity import Activity
from app.models.assessment import Assessment
from app.models.certificate import Certificate
from app.models.deals.opportunity import Opportunity
from app.models.document import Document
from app.models.event import Event
from app.models.happenings import NOISE
from app.models.leads.lead import Lead
from app.models.measurement import Measurement
from app.models.orders.order import Order
from app.models.partner_type import PartnerType, Tier
from app.models.partnership import ActivePeriod, Partnership, TierPeriod
from app.models.person import Contact, Person
from app.models.price_list import PriceListPartner
from app.models.training import Training

LATEST = 8


@dataclass(frozen=True)
class Holdings:
    """How many of each noun a partner has."""

    leads: int
    opportunities: int
    orders: int
    activities: int
    trainings: int
    certificates: int
    measurements: int
    documents: int
    price_lists: int


_COUNTED = (
    Lead,
    Opportunity,
    Order,
    Activity,
    Training,
    Certificate,
    Measurement,
    Document,
    PriceListPartner,
)
_HOLDINGS = select(
    *(
        select(func.count())
        .where(noun.partner_id == bindparam("partner_id"))
        .select_from(noun)
        .scalar_subquery()
        for noun in _COUNTED
    )
)


def holdings(session: Session, partner_id: int) -> Holdings:
    """Count what a partner has, in one question."""
    return Holdings(*session.execute(_HOLDINGS, {"partner_id": partner_id}).one())


def partnerships(session: Session, partner_id: int, on: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the partner's partnerships with type, tier held and whether active on a day, the latest first."""
    return session.execute(_partnerships(), {"partner": partner_id, "on": on}).all()


@cache
def _partnerships() -> Select[*tuple[Any, ...]]:
    on = bindparam("on", type_=Date())
    return (
        select(
            Partnership,
            PartnerType.name.label("type_name"),
            Tier.name.label("tier_name"),
            ActivePeriod.id.label("active_id"),
        )
        .join(PartnerType, PartnerType.id == Partnership.partner_type_id)
        .outerjoin(
            TierPeriod, and_(TierPeriod.partnership_id == Partnership.id, TierPeriod.during.contains(on))
        )
        .outerjoin(Tier, Tier.id == TierPeriod.tier_id)
        .outerjoin(
            ActivePeriod,
            and_(
                ActivePeriod.partnership_id == Partnership.id,
                ActivePeriod.during.contains(on),
                Partnership.due_on >= on,
            ),
        )
        .where(Partnership.partner_id == bindparam("partner"))
        .order_by(Partnership.start_on.desc())
    )


def people(session: Session, partner_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the partner's people with their addresses, the active first, by name."""
    return session.execute(_PEOPLE, {"partner": partner_id}).all()


_PEOPLE = (
    select(Person, Contact.email.label("email"))
    .outerjoin(Contact, Contact.person_id == Person.id)
    .where(Person.partner_id == bindparam("partner"))
    .order_by(Person.active.desc(), Person.name, Person.id)
)


def lately(session: Session, partner_id: int, reader: Person) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what changed for the partner lately, as far as the reader may see it (A7), with who did it."""
    query = (
        select(Event, Person.name.label("actor_name"))
        .outerjoin(Person, Person.id == Event.actor_id)
        .options(joinedload(Event.detail))
        .where(
            Event.partner_id == partner_id,
            Event.readable_by(reader),
            *(~Event.kind.startswith(prefix, autoescape=True) for prefix in NOISE),
        )
        .order_by(Event.id.desc())
        .limit(LATEST)
    )
    return session.execute(query).all()


_earned, _above = aliased(Tier), aliased(Tier)
_LAST_ASSESSED = (
    select(Assessment, _earned.name.label("earned"), _above.name.label("above"))
    .join(_earned, _earned.id == Assessment.earned_tier_id)
    .outerjoin(_above, _above.id == Assessment.next_tier_id)
    .where(Assessment.partnership_id == bindparam("partnership_id"))
    .order_by(Assessment.assessed_on.desc(), Assessment.id.desc())
    .limit(1)
)


def last_assessed(session: Session, partnership_id: int) -> Row[*tuple[Any, ...]] | None:
    """Return the latest stored assessment of a partnership with the names of the tiers earned and next."""
    return session.execute(_LAST_ASSESSED, {"partnership_id": partnership_id}).one_or_none()
