"""How a lead is worked: registered, given to somebody, given back, converted (L1, L2, L7).

Every act locks the lead's row first and asks again. What takes a lead out of a partner's sight is written in the
vendor's books; whoever acted cannot read it any more afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, bindparam, select, update
from sqlalchemy.orm import Session

from app import clock, scope
from app.models.changing import check_version, lock
from app.models.leads import lead_facts
from app.models.leads import offer_book as book
from app.models.leads.lead import Lead
from app.models.leads.lead_passage import LeadPassage, PassageState
from app.models.owning import WORKING
from app.models.partner import Partner
from app.models.person import Person
from app.models.talk.step import Step
from app.rules.lead_stages import LeadAct, LeadStage, Standing
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.deals.opportunity import Opportunity

TAKEN_BACK = "lead.taken_back"
KNOWN = {
    "website": "website",
    "customer_email": "email",
    "tax_number": "tax_number",
    "country": "country",
    "description": "need",
}
"""Facts of a deal that its lead knows already, each by the lead's name for it."""


class CannotWorkIt(RuleBroken):
    """The person is not of those who have the lead, or does not work leads."""


# ---------------------------------------------------------------- questions


def standing(lead: Lead) -> Standing:
    """Return where a lead is, on offer or not."""
    is_out = lead.partner_id is None and lead.stage is LeadStage.HANDED_OFF
    on_offer = is_out and book.open_offer(lead.session, lead.id) is not None
    return Standing(lead.stage, lead.partner_id is not None, on_offer)


def closing_day(lead: Lead) -> date:
    """Return the day on which a lead closes that is closed now: today where its partner is (M4)."""
    if lead.partner_id is None:
        today = scope.today()
    else:
        today = lead.session.get_one(Partner, lead.partner_id).today()
    return max(today, lead.created_on)


def workers(session: Session, partner_id: int | None) -> Sequence[Row[int, str]]:
    """Return the number and name of those who may work the leads of a partner, or the vendor's, by name."""
    return session.execute(_workers(partner_id is None), {"partner": partner_id}).all()


@cache
def _workers(of_the_vendor: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - one of two questions, composed once
    person, roles = Person.__table__.c, tuple(WORKING) if of_the_vendor else book.WORKING
    whose = person.partner_id.is_(None) if of_the_vendor else person.partner_id == bindparam("partner")
    people = select(person.id, person.name).where(
        whose, person.active, person.roles.overlap([role.value for role in roles])
    )
    return people.order_by(person.name, person.id).limit(500)


# ---------------------------------------------------------------- acts


def register(
    session: Session,
    facts: dict[str, Any],
    *,
    by: Person | None,
    partner_id: int | None,
    owner_id: int | None,
) -> Lead:
    """Write a lead down; what a partner registers is worked by who registered it."""
    lead = Lead(partner_id=partner_id, stage=LeadStage.NEW, created_on=scope.today(), staged_at=clock.now())
    lead.check_edit(by)
    lead_facts.write(lead, facts, lead_facts.FACTS)
    lead.owner_id = owner_id if owner_id is not None or by is None or partner_id != by.partner_id else by.id
    if lead.owner_id is not None and (by is None or lead.owner_id != by.id):
        _worker(session, lead, lead.owner_id)
    session.add(lead)
    Step.take(lead, "lead.registered", by=by, to=_manager(session, partner_id), company=lead.company)
    _reassess(session, partner_id, by)
    return lead


def move(lead: Lead, act: LeadAct) -> None:
    """Let a locked lead stand at the stage an act leads to; StageForbids says why it cannot."""
    lead.stage = standing(lead).after(act)
    lead.staged_at = clock.now()


def assign(lead: Lead, owner_id: int | None, *, by: Person, version: int | None = None) -> None:
    """Say who works a lead; under a setting its former owner does not see it any more (L7)."""
    lock(lead)
    lead.check_edit(by)
    check_version(lead, version)
    if owner_id == lead.owner_id:
        return
    owner = None if owner_id is None else _worker(lead.session, lead, owner_id)
    with book.opened(lead.session):
        lead.owner_id = owner_id
        if owner is None:
            Step.take(lead, "lead.unassigned", by=by)
        else:
            Step.take(lead, "lead.assigned", by=by, owner=owner.name)


def pass_back(lead: Lead, reason: str, *, by: Person) -> None:
    """Put a partner's lead into the vendor's queue; who gave it back is never offered it again, from whom it was taken may be."""
    lock(lead)
    lead.check_edit(by)
    sentence = "Say why, so that the next one to get this lead is the right one."
    words = lead_facts.reason_given(reason, sentence)
    stage = standing(lead).after(LeadAct.GIVE_BACK)
    kind = TAKEN_BACK if by.is_staff else book.GAVE_BACK
    release(lead, stage, kind, by=by, reason=words)


def release(
    lead: Lead, stage: LeadStage, kind: str, *, by: Person, passed_by: int | None = None, **facts: Any
) -> None:
    """Take a locked lead from its partner, which keeps the steps taken so far."""
    session, partner_id = lead.session, lead.partner_id
    end_passage(lead, by=by)
    with book.opened(session):
        was = book.lock_lead(session, lead.id)
        nobodys = {
            "partner_id": None,
            "owner_id": None,
            "note": None,
        }  # what a partner noted is not for the next one
        became = {"stage": stage, **nobodys}
        to = book.everybody(_manager(session, partner_id), [was.owner_id])
        book.move_lead(session, lead.id, stage, passed_by_partner_id=passed_by, **nobodys)
        Step.take(book.trail_of_lead(session, was, partner_id, became), kind, by=by, to=to, **facts)
        _reassess(session, partner_id, by)


def convert(lead: Lead, deal: dict[str, Any], *, by: Person, version: int | None) -> Opportunity:
    """Open the deal a lead has become; it keeps what the lead knew."""
    from app.models.deals.opportunity import Opportunity  # noqa: PLC0415 - a deal comes from a lead

    session = lead.session
    lock(lead)
    lead.check_edit(by)
    check_version(lead, version)
    stage = standing(lead).after(LeadAct.CONVERT)
    partner = session.get_one(Partner, lead.partner_id)
    known = {name: getattr(lead, own) for name, own in KNOWN.items()}
    facts = {"customer": lead.company, "owner_id": lead.owner_id, **known, **deal}
    opened = Opportunity.open(session, partner, by=by, lead=lead, **facts)
    lead.stage, lead.staged_at, lead.closed_on = stage, clock.now(), closing_day(lead)
    end_passage(lead, by=by)
    to = _manager(session, lead.partner_id)
    Step.take(lead, "lead.converted", by=by, to=to, name=opened.name, opportunity_id=opened.id)
    _reassess(session, lead.partner_id, by)
    return opened


def end_passage(lead: Lead, *, by: Person | None) -> None:
    """Withdraw the wish to pass a lead on, if one waits: the lead goes another way."""
    session = lead.session
    waiting = (LeadPassage.lead_id == lead.id) & (LeadPassage.state == PassageState.WAITING)
    numbers = list(session.scalars(select(LeadPassage.id).where(waiting)))
    if numbers:
        values = {
            "state": PassageState.WITHDRAWN,
            "decided_at": clock.now(),
            "decided_by_id": by.id if by else None,
        }
        with book.opened(session):
            session.execute(
                update(LeadPassage).where(waiting).values(values), execution_options=UNSYNCHRONISED
            )
        for number in numbers:
            book.read_anew(session, LeadPassage, number)


UNSYNCHRONISED = {"synchronize_session": False}


# ---------------------------------------------------------------- how


def _worker(session: Session, lead: Lead, owner_id: int) -> Person:
    """Return who is to work a lead; RuleBroken when it is nobody of those who have it."""
    owner = session.get(Person, owner_id, populate_existing=True)
    roles = set(book.WORKING if lead.partner_id is not None else WORKING)
    if (
        owner is None
        or owner.partner_id != lead.partner_id
        or not owner.active
        or roles.isdisjoint(owner.roles)
    ):
        raise CannotWorkIt("Choose somebody who works leads for those who have this one.", "owner_id")
    return owner


def _manager(session: Session, partner_id: int | None) -> list[int]:
    return [] if partner_id is None else book.manager_of(session, partner_id)


def _reassess(session: Session, partner_id: int | None, by: Person | None) -> None:
    from app.models.assessing import reassess  # noqa: PLC0415 - assessing reads leads
    from app.models.assessment import Cause  # noqa: PLC0415

    if partner_id is not None:
        reassess(session, [partner_id], cause=Cause.FACT, by=by)
