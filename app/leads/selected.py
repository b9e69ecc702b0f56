"""What can be done with many leads, deals or orders at once: each record's own verb decides, row by row (L7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from app.access import Permission, current_person
from app.extensions import db
from app.leads import choices
from app.listing import Act, Question
from app.models import Lead, Opportunity, Order, Person
from app.models.leads.distribution import distribute
from app.rules.refusals import RuleBroken

NOBODY = "nobody"


def _owners(noun: Any) -> Callable[[Sequence[int]], choices.Choices]:
    """Return who may work the selected records: colleagues, and for staff the people of the one partner they are of."""

    def offer(numbers: Sequence[int]) -> choices.Choices:
        if not current_person.is_staff:
            return [(NOBODY, "Nobody"), *choices.workers(current_person.partner_id)]
        partners = list(db.session.scalars(select(noun.partner_id).where(noun.id.in_(numbers)).distinct()))
        theirs = choices.workers(partners[0]) if len(partners) == 1 and partners[0] is not None else []
        return [(NOBODY, "Nobody"), *theirs, *choices.workers(None)]

    return offer


def _owner(given: str) -> int | None:
    return None if given == NOBODY else choices.number(given)


def _assign_lead(lead: Lead, given: str, by: Person) -> None:
    lead.assign(_owner(given), by=by)


def _assign_deal(deal: Opportunity, given: str, by: Person) -> None:
    if deal.deleted_at is not None:
        raise RuleBroken("This deal was deleted.")
    deal.edit(by=by, owner_id=_owner(given))


def _assign_order(order: Order, given: str, by: Person) -> None:
    order.assign(_owner(given), by=by)


def _distribute(lead: Lead, _given: str, by: Person) -> None:
    if distribute(lead.session, lead, by=by) is None:
        raise RuleBroken("No rule names a partner for it. Offer it by hand.")


LEADS = (
    Act(
        "assign",
        "Assign…",
        Permission.LEADS_WRITE,
        Lead,
        lambda lead: lead.company,
        _assign_lead,
        "assigned",
        Question("Who works them", _owners(Lead)),
    ),
    Act(
        "distribute",
        "Offer by the rules",
        Permission.LEADS_PASS,
        Lead,
        lambda lead: lead.company,
        _distribute,
        "offered",
    ),
)
DEALS = (
    Act(
        "assign",
        "Assign…",
        Permission.OPPORTUNITIES_WRITE,
        Opportunity,
        lambda deal: deal.name,
        _assign_deal,
        "assigned",
        Question("Who works them", _owners(Opportunity)),
    ),
)
ORDERS = (
    Act(
        "assign",
        "Assign…",
        Permission.ORDERS_WRITE,
        Order,
        lambda order: order.number,
        _assign_order,
        "assigned",
        Question("Who works them", _owners(Order)),
    ),
)
