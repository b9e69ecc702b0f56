"""How a lead goes from one partner to another (L1): with the vendor's consent, or at once where none is needed.

The asking partner names the other in its own words. Where consent is needed nothing is looked up before staff decide,
so the answer does not tell whether there is such a partner. Where none is needed, what stands in the way is one
sentence whatever the cause.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.models.changing import lock
from app.models.leads import lead_facts, lead_working, offering
from app.models.leads import offer_book as book
from app.models.leads.lead import Lead
from app.models.leads.lead_passage import LeadPassage, PassageState
from app.models.partner import Partner
from app.models.person import Person
from app.models.talk.step import Step
from app.models.vendor import Vendor
from app.rules.lead_stages import LeadAct
from app.rules.refusals import RuleBroken, shown

LONGEST = 200
PASSED_ON = "lead.passed_on"


class AlreadyDecided(RuleBroken):
    """Somebody decided on the passage, or the lead went another way."""


def ask(lead: Lead, named: str, reason: str, *, by: Person) -> LeadPassage | None:
    """Keep the wish until staff decide, or offer the lead at once."""
    session = lead.session
    lock(lead)
    lead.check_edit(by)
    if by.partner_id is None:
        raise RuleBroken("Staff pass a lead on by taking it back and offering it to the other partner.")
    words = lead_facts.reason_given(reason, "Say why the other partner is the right one.")
    name = " ".join(named.split())
    if not 1 <= len(name) <= LONGEST:
        raise RuleBroken("Write the name or the code of the partner it should go to.", "named")
    lead_working.standing(lead).after(LeadAct.GIVE_BACK)
    if Vendor.here(session).cross_sale_consent:
        return _keep(session, lead, name, words, by)
    _offer_at_once(session, lead, name, words, by)
    return None


def consent(passage: LeadPassage, partner: Partner, *, by: Person) -> None:
    """Release the lead and offer it to the partner staff found to be meant."""
    session = passage.session
    lead = _undecided(passage)
    if partner.id == passage.partner_id:
        raise RuleBroken("This partner has the lead already. Choose the one it should go to.", "partner")
    _decide(passage, PassageState.CONSENTED, by, to_partner_id=partner.id)
    _cross(session, lead, partner.id, by, reason=passage.reason)


def refuse(passage: LeadPassage, answer: str, *, by: Person) -> None:
    """Say no, in words for the asking partner."""
    words = lead_facts.reason_given(answer, "Say why; the partner that asked reads it.")
    lead = _undecided(passage)
    _decide(passage, PassageState.REFUSED, by, answer=words)
    Step.take(lead, "lead.passage_refused", by=by, to=[passage.asked_by_id], reason=words)


def withdraw(passage: LeadPassage, *, by: Person) -> None:
    """Take the wish back; the lead stays where it is."""
    lead = _undecided(passage)
    lead.check_edit(by)
    with book.opened(passage.session):
        _decide(passage, PassageState.WITHDRAWN, by)
    Step.take(lead, "lead.passage_withdrawn", by=by)


# ---------------------------------------------------------------- how


def _keep(session: Session, lead: Lead, named: str, reason: str, by: Person) -> LeadPassage:
    waiting = select(LeadPassage.id).where(
        LeadPassage.lead_id == lead.id, LeadPassage.state == PassageState.WAITING
    )
    if session.scalar(waiting) is not None:
        raise RuleBroken("You asked for this lead already. Wait for the answer, or take the wish back first.")
    row = {
        "partner_id": lead.partner_id,
        "lead_id": lead.id,
        "named": named,
        "state": PassageState.WAITING,
        "reason": reason,
        "asked_at": clock.now(),
        "asked_by_id": by.id,
    }
    with book.opened(session):
        number = session.scalars(insert(LeadPassage).values(row).returning(LeadPassage.id)).one()
        to = book.manager_of(session, by.partner_id or 0) or book.staff(session)
    Step.take(lead, "lead.passage_asked", by=by, to=to, named=named, reason=reason)
    return session.get_one(LeadPassage, number)


def _offer_at_once(session: Session, lead: Lead, named: str, reason: str, by: Person) -> None:
    cannot = RuleBroken(
        f"This lead cannot go to {shown(named)}. Look at the name again, or ask your partner manager.",
        "named",
    )
    with book.opened(session):
        partner_id = _named(session, named)
        if partner_id is None or partner_id == lead.partner_id:
            raise cannot
        try:
            _cross(session, lead, partner_id, by, reason=reason)
        except RuleBroken:
            raise cannot from None


def _named(session: Session, named: str) -> int | None:
    """Return the partner of a code or, when only one has it, of a name; case is ignored."""
    by_code = select(Partner.id).where(func.lower(Partner.code) == named.lower())
    by_name = select(Partner.id).where(Partner.sort_name == func.accord_fold(named)).limit(2)
    found = list(session.scalars(by_code)) or list(session.scalars(by_name))
    return found[0] if len(found) == 1 else None


def _cross(session: Session, lead: Lead, to_partner_id: int, by: Person, *, reason: str) -> None:
    """Take the lead from its partner and offer it to the other; nobody's consent is asked any more."""
    from_partner_id, lead_id = lead.partner_id, lead.id
    stage = lead_working.standing(lead).after(LeadAct.GIVE_BACK)
    lead_working.release(lead, stage, PASSED_ON, by=by, passed_by=from_partner_id, reason=reason)
    terms = offering.Terms(from_partner_id=from_partner_id)
    offering.put(session, lead_id, to_partner_id, terms, by=by)


def _undecided(passage: LeadPassage) -> Lead:
    """Lock the lead of a passage that waits, and return it; AlreadyDecided when it waits no more."""
    session = passage.session
    lead = session.get(Lead, passage.lead_id)
    if lead is not None:
        lock(lead)
    session.refresh(passage, attribute_names=["state", "partner_id", "reason"])
    if lead is None or passage.state is not PassageState.WAITING or lead.partner_id != passage.partner_id:
        raise AlreadyDecided("This was decided meanwhile, or the lead went another way.")
    return lead


def _decide(passage: LeadPassage, state: PassageState, by: Person, **values: Any) -> None:
    session = passage.session
    decided = update(LeadPassage).where(LeadPassage.id == passage.id)
    session.execute(
        decided.values(state=state, decided_at=clock.now(), decided_by_id=by.id, **values),
        execution_options=lead_working.UNSYNCHRONISED,
    )
    book.read_anew(session, LeadPassage, passage.id)
