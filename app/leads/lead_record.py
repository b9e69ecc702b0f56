"""What the page of a lead shows besides its facts: what may be done next, who was offered it, where it is to go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import aliased

from app.access import Permission, current_person, may
from app.extensions import db
from app.models import (
    Lead,
    LeadOffer,
    LeadPassage,
    LeadStage,
    OfferState,
    Opportunity,
    Partner,
    PassageState,
    Person,
)
from app.rules.lead_stages import LeadAct, Standing

OFFERS = 20
STAFF_ACTS = frozenset({LeadAct.REOPEN, LeadAct.HAND_OFF})


@dataclass(frozen=True)
class Record:
    """A lead as its reader may work it."""

    standing: Standing
    acts: frozenset[LeadAct]
    may_edit: bool
    may_pass_on: bool
    offers: Sequence[Row[Any]]
    passage: LeadPassage | None
    deal: Row[Any] | None
    passed_by: Partner | None = None

    @property
    def open_offer(self) -> Row[Any] | None:
        """Return the offer that waits for an answer."""
        return next((row for row in self.offers if row[0].state is OfferState.OPEN), None)

    def allows(self, name: str) -> bool:
        """Say whether the reader may do this now; `name` is the act's, such as `convert`."""
        return LeadAct[name.upper()] in self.acts

    @property
    def next_act(self) -> str | None:
        """Return the one act that brings the lead on, for who reads."""
        order: tuple[str, ...] = (
            ("HAND_OFF", "QUALIFY", "REOPEN") if current_person.is_staff else ("QUALIFY", "CONVERT")
        )
        if self.standing.stage is LeadStage.NEW:
            order = ("QUALIFY",)
        return next((name.lower() for name in order if LeadAct[name] in self.acts), None)


def of(lead: Lead) -> Record:
    """Read all of it: three questions at most."""
    offers = _offers(lead) if current_person.is_staff else []
    on_offer = any(row[0].state is OfferState.OPEN for row in offers)
    standing = Standing(lead.stage, lead.partner_id is not None, on_offer)
    may_edit = may(Permission.LEADS_WRITE) and lead.may_be_edited_by(current_person)
    passage = _passage(lead) if lead.partner_id is not None and standing.is_open else None
    acts = frozenset(act for act in LeadAct if standing.allows(act) and _may(act, may_edit=may_edit))
    return Record(
        standing,
        acts,
        may_edit,
        may_pass_on=may_edit
        and not current_person.is_staff
        and LeadAct.GIVE_BACK in acts
        and passage is None,
        offers=offers,
        passage=passage,
        deal=_deal(lead) if lead.stage is LeadStage.CONVERTED else None,
    )


def _may(act: LeadAct, *, may_edit: bool) -> bool:
    """Say whether the reader has the right to an act: offering and reopening are the vendor's."""
    if act in {LeadAct.ACCEPT, LeadAct.RETURN}:
        return False
    if act in STAFF_ACTS:
        return may(Permission.LEADS_PASS)
    return may_edit


def _offers(lead: Lead) -> list[Row[Any]]:
    """Return to whom it was offered, the latest first, with who answered."""
    return list(db.session.execute(_offers_of(), {"lead": lead.id}))


@cache
def _offers_of() -> Select[*tuple[Any, ...]]:
    answered, offered = aliased(Person), aliased(Person)
    return (
        select(
            LeadOffer,
            Partner.name.label("partner_name"),
            answered.name.label("answered_by"),
            offered.name.label("offered_by"),
        )
        .join(Partner, Partner.id == LeadOffer.partner_id)
        .outerjoin(answered, answered.id == LeadOffer.answered_by_id)
        .outerjoin(offered, offered.id == LeadOffer.offered_by_id)
        .where(LeadOffer.lead_id == bindparam("lead"))
        .order_by(LeadOffer.id.desc())
        .limit(OFFERS)
    )


def _passage(lead: Lead) -> LeadPassage | None:
    waiting = select(LeadPassage).where(
        LeadPassage.lead_id == lead.id, LeadPassage.state == PassageState.WAITING
    )
    return db.session.scalars(waiting).one_or_none()


def _deal(lead: Lead) -> Row[Any] | None:
    """Return the opportunity it became, while there is one."""
    found: Row[Any] | None = db.session.execute(DEAL_OF, {"lead": lead.id}).one_or_none()
    return found


DEAL = Opportunity.__table__.c
DEAL_OF: Select[Any] = (
    select(DEAL.id, DEAL.name)
    .where(DEAL.lead_id == bindparam("lead"), DEAL.deleted_at.is_(None))
    .order_by(DEAL.id)
    .limit(1)
)
