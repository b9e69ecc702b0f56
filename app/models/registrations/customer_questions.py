"""Who works at which customers: what the vendor's people see of every deal, lead and registration (L3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Text,
    and_,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.models.deals.opportunity import Opportunity, OpportunityStage
from app.models.leads.lead import Lead
from app.models.partner import Partner
from app.models.registrations.customer import Customer, CustomerMark, MarkKind
from app.models.registrations.registration import Registration, RegistrationState
from app.rules.conflicts import folded

MOST = 200
WORD = 3


@dataclass(frozen=True)
class Standing:
    """A deal or lead at a customer, with the deal's latest registration."""

    customer_id: int
    kind: str
    id: int
    name: str
    partner_id: int | None
    partner_name: str | None
    stage: str
    stage_kind: str
    amount: Decimal | None
    currency: str | None
    since: date
    registration_id: int | None
    state: RegistrationState | None
    protected_until: date | None
    shared: bool

    @property
    def is_deal(self) -> bool:
        """Say whether it is a deal, rather than a lead."""
        return self.kind == "opportunity"


def standing_at(session: Session, ids: Sequence[int]) -> dict[int, list[Standing]]:
    """Return what stands at these customers, what is alive first; of a customer with very much, the latest."""
    latest = (
        select(Registration.opportunity_id, func.max(Registration.id).label("id"))
        .where(Registration.customer_id.in_(ids))
        .group_by(Registration.opportunity_id)
        .subquery()
    )
    deals = (
        select(
            Opportunity.customer_id,
            literal("opportunity").label("kind"),
            Opportunity.id,
            Opportunity.name,
            Opportunity.partner_id,
            Partner.name.label("partner_name"),
            OpportunityStage.name.label("stage"),
            cast(OpportunityStage.kind, String).label("stage_kind"),
            Opportunity.amount,
            Opportunity.currency,
            Opportunity.created_on.label("since"),
            Registration.id.label("registration_id"),
            Registration.state,
            Registration.protected_until,
            func.coalesce(Registration.shared, literal_column("false")).label("shared"),
        )
        .join(Partner, Partner.id == Opportunity.partner_id)
        .join(OpportunityStage, OpportunityStage.id == Opportunity.stage_id)
        .outerjoin(latest, latest.c.opportunity_id == Opportunity.id)
        .outerjoin(Registration, Registration.id == latest.c.id)
        .where(Opportunity.customer_id.in_(ids), Opportunity.deleted_at.is_(None))
        .order_by((OpportunityStage.kind == "open").desc(), Opportunity.created_on.desc(), Opportunity.id)
        .limit(MOST)
    )
    leads = (
        select(
            Lead.customer_id,
            literal("lead").label("kind"),
            Lead.id,
            Lead.company.label("name"),
            Lead.partner_id,
            Partner.name.label("partner_name"),
            cast(Lead.stage, String).label("stage"),
            literal("").label("stage_kind"),
            Lead.budget.label("amount"),
            Lead.currency,
            Lead.created_on.label("since"),
            null().label("registration_id"),
            null().label("state"),
            null().label("protected_until"),
            literal_column("false").label("shared"),
        )
        .outerjoin(Partner, Partner.id == Lead.partner_id)
        .where(Lead.customer_id.in_(ids))
        .order_by(Lead.created_on.desc(), Lead.id)
        .limit(MOST)
    )
    found: dict[int, list[Standing]] = {number: [] for number in ids}
    for question in (deals, leads):
        for row in session.execute(question):
            found[row.customer_id].append(Standing(*row))
    return found


def protected_for(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return for which partners customers are protected, and until when."""
    rows = session.execute(
        select(Registration.customer_id, Registration.protected_until, Partner.name)
        .join(Partner, Partner.id == Registration.partner_id)
        .where(Registration.customer_id.in_(ids), Registration.state == RegistrationState.PROTECTED)
        .order_by(Registration.id)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(row)
    return found


def under_way(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return how many deals are under way at customers."""
    open_deals = (
        select(Opportunity.customer_id, func.count().label("deals"))
        .join(OpportunityStage, OpportunityStage.id == Opportunity.stage_id)
        .where(
            Opportunity.customer_id.in_(ids),
            Opportunity.deleted_at.is_(None),
            OpportunityStage.kind == "open",
        )
        .group_by(Opportunity.customer_id)
    )
    return {row.customer_id: row.deals for row in session.execute(open_deals)}


def marks_of(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[MarkKind, str]]]:
    """Return the marks of customers: web domains, mail domains, tax numbers."""
    rows = session.execute(
        select(CustomerMark.customer_id, CustomerMark.kind, CustomerMark.value)
        .where(CustomerMark.customer_id.in_(ids))
        .order_by(CustomerMark.kind.desc(), CustomerMark.value)
    )
    found: dict[int, list[tuple[MarkKind, str]]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append((row.kind, row.value))
    return found


def named(words: str) -> ColumnElement[bool]:
    """Return the condition that a customer's name holds all words, each perhaps in part."""
    name = folded(words) or words
    tri = func.accord_tri(Customer.folded)
    parts: list[ColumnElement[bool]] = []
    for word in name.split():
        letters = (
            [word[place : place + WORD] for place in range(len(word) - WORD + 1)]
            if len(word) >= WORD
            else [f"  {word}"[-WORD:]]
            if len(word) > 1
            else [f"  {word}"]
        )
        parts.append(tri.op("@>")(cast(letters, ARRAY(Text))))
        if len(word) >= WORD:
            parts.append(Customer.folded.contains(word, autoescape=True))
    return and_(*parts) if parts else literal(value=False)


def with_mark(given: str) -> ColumnElement[bool]:
    """Return the condition that a customer has a domain or number that begins so."""
    begun = CustomerMark.value.startswith(given.strip().lower(), autoescape=True)
    number = CustomerMark.value.startswith(given.strip().upper().replace(" ", ""), autoescape=True)
    marked = union_all(
        select(CustomerMark.customer_id).where(CustomerMark.kind.in_([MarkKind.WEB, MarkKind.MAIL]), begun),
        select(CustomerMark.customer_id).where(CustomerMark.kind == MarkKind.TAX, number),
    )
    return Customer.id.in_(marked)
