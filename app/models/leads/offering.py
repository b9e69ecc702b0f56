"""What happens when a lead is offered, accepted, declined, taken back, or not answered in time (L1, L2).

Each act locks the lead's row, asks again, then writes: the offer, the lead, a step on the lead's time line for the
vendor and the partner concerned, and one on the offer's, which is all the partner sees before it accepts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.models.base import plain
from app.models.leads import offer_book as book
from app.models.leads.lead import LeadStage
from app.models.leads.lead_offer import (
    HOURS,
    Afterwards,
    LeadOffer,
    OfferLapsed,
    OfferOver,
    OfferState,
    card_title,
)
from app.models.person import Person
from app.models.talk.step import Step
from app.rules.refusals import RuleBroken

LONGEST = 8760  # hours: a year
REASON = 1000
FREE = {LeadStage.NEW, LeadStage.QUALIFIED, LeadStage.HANDED_OFF}
OPENLY = ("country", "region", "city", "need", "budget", "currency")
PERSONAL = ("company", "contact", "email", "phone", "website")
"""What tells who the customer is; the card leaves it out where the rule hides it."""


@dataclass(frozen=True)
class Terms:
    """On what terms a lead is offered."""

    hours: int = HOURS
    rule_id: int | None = None
    hides_personal: bool = False
    afterwards: Afterwards = Afterwards.QUEUE
    from_partner_id: int | None = None


# ---------------------------------------------------------------- offering


def put(session: Session, lead_id: int, partner_id: int, terms: Terms, *, by: Person | None) -> int:
    """Offer a lead to a partner and return the offer's number; RuleBroken when it cannot be."""
    if not 1 <= terms.hours <= LONGEST:
        raise RuleBroken(f"Give the partner 1 to {LONGEST:,} hours to answer.", "hours")
    with book.opened(session):
        lead = book.lock_lead(session, lead_id)
        check_free(session, lead)
        partner = _check_partner(session, lead_id, partner_id)
        now = clock.now()
        until = now + timedelta(hours=terms.hours)
        card = card_of(lead, hides_personal=terms.hides_personal)
        values = {
            "lead_id": lead_id,
            "partner_id": partner_id,
            "state": OfferState.OPEN,
            "offered_at": now,
            "offered_by_id": None if by is None else by.id,
            "answer_by": until,
            "rule_id": terms.rule_id,
            "from_partner_id": terms.from_partner_id,
            "afterwards": terms.afterwards,
            "hides_personal": terms.hides_personal,
            "card": card,
        }
        offer_id = session.scalars(insert(LeadOffer).values(values).returning(LeadOffer.id)).one()
        book.move_lead(session, lead_id, LeadStage.HANDED_OFF)
        became = {"stage": LeadStage.HANDED_OFF}
        _tell_lead(session, lead, partner_id, "lead.offered", became, by=by, partner=partner, until=until)
        _tell_partner(
            session, offer_id, partner_id, "lead_offer.made", by=by, company=card_title(card), until=until
        )
    return offer_id


def card_of(lead: Row[Any], *, hides_personal: bool) -> dict[str, Any]:
    """Return what the partner may see before it accepts."""
    shown = OPENLY if hides_personal else (*PERSONAL, *OPENLY, "source")
    return {name: plain(getattr(lead, name)) for name in shown}


def is_free(session: Session, lead: Row[Any]) -> bool:
    """Say whether a lead waits in the queue, so that a rule may send it."""
    waits = lead.partner_id is None and lead.stage in {LeadStage.NEW, LeadStage.QUALIFIED}
    return waits and book.open_offer(session, lead.id) is None


def check_free(session: Session, lead: Row[Any]) -> None:
    """Refuse to offer what is somebody's, closed, or on offer already; an offer whose time is over lapses now."""
    if lead.partner_id is not None:
        name = book.partner_now(session, lead.partner_id).name
        raise RuleBroken(f"{name} has this lead. Take it back first.")
    if lead.stage not in FREE:
        raise RuleBroken(f"This lead is {lead.stage.value}, so it is not offered. Open it again first.")
    waiting = book.open_offer(session, lead.id)
    if waiting is None:
        return
    if clock.now() < waiting.answer_by:
        name = book.partner_now(session, waiting.partner_id).name
        raise RuleBroken(
            f"{name} has this lead on offer until {moment(waiting.answer_by)}. Take that offer back first."
        )
    _end(session, lead, waiting, OfferState.LAPSED, by=None)


def _check_partner(session: Session, lead_id: int, partner_id: int) -> str:
    """Return the partner's name; RuleBroken when it cannot have the lead."""
    partner = book.partner_now(session, partner_id)
    refused = book.refusals(session, lead_id).get(partner_id)
    if refused is not None:
        raise RuleBroken(f"{partner.name} {refused}, so it is not offered to it again.", "partner")
    if not partner.active:
        raise RuleBroken(f"{partner.name} has no active partnership. Choose another partner.", "partner")
    if not partner.portal_access:
        raise RuleBroken(f"The portal of {partner.name} is closed; nobody there could answer.", "partner")
    return str(partner.name)


# ---------------------------------------------------------------- answering


def accept(session: Session, offer_id: int, lead_id: int, *, by: Person) -> None:
    """Give the lead to the partner, and to the person who accepts it."""
    from app.models.assessing import reassess  # noqa: PLC0415 - assessing reads leads
    from app.models.assessment import Cause  # noqa: PLC0415

    with book.opened(session):
        lead, offer = _answerable(session, offer_id, lead_id, by)
        now = clock.now()
        book.close_offer(session, offer_id, OfferState.ACCEPTED, at=now, by=by)
        book.move_lead(session, lead_id, LeadStage.ACCEPTED, partner_id=offer.partner_id, owner_id=by.id)
        name = book.partner_now(session, offer.partner_id).name
        to = book.everybody(book.manager_of(session, offer.partner_id), [offer.offered_by_id])
        became = {"stage": LeadStage.ACCEPTED, "partner_id": offer.partner_id, "owner_id": by.id}
        _tell_lead(session, lead, offer.partner_id, "lead.accepted", became, by=by, to=to, partner=name)
        _tell_partner(
            session,
            offer_id,
            offer.partner_id,
            "lead_offer.accepted",
            by=by,
            company=lead.company,
            person=by.name,
        )
        reassess(session, [offer.partner_id], cause=Cause.FACT, by=by)


def decline(session: Session, offer_id: int, lead_id: int, reason: str, *, by: Person) -> None:
    """Turn the lead down; it goes on at once."""
    _check_reason(reason, "Say why, so that the next one to get this lead is the right one.")
    with book.opened(session):
        lead, offer = _answerable(session, offer_id, lead_id, by)
        _end(session, lead, offer, OfferState.DECLINED, by=by, reason=reason)
        _go_on(session, lead, offer)


def withdraw(session: Session, offer_id: int, lead_id: int, reason: str, *, by: Person | None) -> None:
    """Take an open offer back into the queue."""
    _check_reason(reason, "Say why; the partner reads it.")
    with book.opened(session):
        lead = book.lock_lead(session, lead_id)
        offer = book.offer_now(session, offer_id)
        _check_open(session, offer)
        _end(session, lead, offer, OfferState.WITHDRAWN, by=by, reason=reason)
        book.move_lead(session, lead_id, LeadStage.QUALIFIED)


def lapse(session: Session, offer_id: int, lead_id: int) -> bool:
    """Let the lead go on when its offer's time is over; False when there is nothing to do (any more)."""
    with book.opened(session):
        lead = book.lock_lead(session, lead_id)
        offer = book.offer_now(session, offer_id)
        is_due = offer.state is OfferState.OPEN and clock.now() >= offer.answer_by
        if is_due:
            _end(session, lead, offer, OfferState.LAPSED, by=None)
            _go_on(session, lead, offer)
    return is_due


def moment(at: datetime) -> str:
    """Return an instant as a sentence says it."""
    told = at.astimezone(UTC)
    return f"{told:%d %b %Y, %H:%M} UTC".lstrip("0")


def _answerable(session: Session, offer_id: int, lead_id: int, by: Person) -> tuple[Row[Any], Row[Any]]:
    """Return the lead, locked, and its offer, which this person may answer now; RuleBroken otherwise."""
    lead = book.lock_lead(session, lead_id)
    offer = book.offer_now(session, offer_id)
    if by.partner_id != offer.partner_id:
        raise RuleBroken("Only the partner that the lead is offered to can answer.")
    _check_open(session, offer)
    if clock.now() >= offer.answer_by:
        raise OfferLapsed(
            f"The time to answer was over on {moment(offer.answer_by)}, and the lead goes on to somebody else."
        )
    if lead.partner_id is not None or lead.stage is not LeadStage.HANDED_OFF:
        raise OfferOver("This lead is not on offer any more.")
    return lead, offer


def _check_open(session: Session, offer: Row[Any]) -> None:
    """Refuse an offer that is over, saying what became of it."""
    if offer.state is OfferState.OPEN:
        return
    who = session.scalar(select(Person.name).where(Person.id == offer.answered_by_id)) or "Somebody"
    at = moment(offer.answered_at or offer.answer_by)
    why = f": {offer.reason}" if offer.reason else "."
    sentences = {
        OfferState.ACCEPTED: f"{who} accepted this lead already, on {at}.",
        OfferState.DECLINED: f"{who} declined this lead already, on {at}{why}",
        OfferState.WITHDRAWN: f"This offer was taken back on {at}{why}",
    }
    if offer.state in sentences:
        raise OfferOver(sentences[offer.state])
    raise OfferLapsed(f"The time to answer was over on {moment(offer.answer_by)}, and the lead has gone on.")


def _check_reason(reason: str, sentence: str) -> None:
    if not reason:
        raise RuleBroken(sentence, "reason")
    if len(reason) > REASON:
        raise RuleBroken(f"Say it in at most {REASON:,} characters.", "reason")


# ---------------------------------------------------------------- what follows


def _end(
    session: Session,
    lead: Row[Any],
    offer: Row[Any],
    state: OfferState,
    *,
    by: Person | None,
    reason: str | None = None,
) -> None:
    """Close an offer without the partner getting the lead, and tell both sides."""
    at = None if state is OfferState.LAPSED else clock.now()
    book.close_offer(session, offer.id, state, at=at, by=by, reason=reason)
    name = book.partner_now(session, offer.partner_id).name
    facts = {"partner": name} if reason is None else {"partner": name, "reason": reason}
    to = book.everybody(book.manager_of(session, offer.partner_id), [offer.offered_by_id])
    became = {"stage": LeadStage.QUALIFIED} if state is OfferState.WITHDRAWN else {}
    _tell_lead(session, lead, offer.partner_id, f"lead.offer_{state.value}", became, by=by, to=to, **facts)
    own = (
        {"company": card_title(offer.card)}
        if reason is None
        else {"company": card_title(offer.card), "reason": reason}
    )
    _tell_partner(session, offer.id, offer.partner_id, f"lead_offer.{state.value}", by=by, **own)


def _go_on(session: Session, lead: Row[Any], offer: Row[Any]) -> None:
    """Offer the lead to the next one where the offer says so; else, or when nobody is left, it returns to the queue."""
    from app.models.leads import distributing  # noqa: PLC0415 - distributing makes offers

    if offer.afterwards is Afterwards.NEXT and distributing.go_on(session, lead.id, offer.rule_id):
        return
    book.move_lead(session, lead.id, LeadStage.QUALIFIED)
    why = "nobody is left whom the rules name" if offer.afterwards is Afterwards.NEXT else "its offer said so"
    became = {"stage": LeadStage.QUALIFIED}
    _tell_lead(session, lead, None, "lead.queued", became, by=None, to=book.staff(session), why=why)


def _tell_lead(
    session: Session,
    lead: Row[Any],
    partner_id: int | None,
    kind: str,
    became: Mapping[str, Any],
    *,
    by: Person | None,
    to: Collection[int] = (),
    **facts: Any,
) -> None:
    """Take a step on the lead's time line: the vendor's, and that of the partner it is about."""
    Step.take(book.trail_of_lead(session, lead, partner_id, became), kind, by=by, to=to, **facts)


def _tell_partner(
    session: Session, offer_id: int, partner_id: int, kind: str, *, by: Person | None, **facts: Any
) -> None:
    """Take a step on the offer's time line, and tell the partner's people who work leads."""
    people = book.people_of(session, partner_id)
    Step.take(book.trail_of_offer(session, offer_id, partner_id), kind, by=by, to=people, **facts)
