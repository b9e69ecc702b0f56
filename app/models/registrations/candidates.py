"""What distribution knows of partners at one moment: their partnership, tier, portal, and how many leads they have in hand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.models.assessing.among import among
from app.models.ladder import Ladder, Rung
from app.models.leads import offer_book as book
from app.models.leads.lead import Lead, LeadStage
from app.models.leads.lead_offer import LeadOffer, OfferState
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.partner_type import PartnerType
from app.models.partnership import ActivePeriod, Partnership, TierPeriod
from app.models.program import ProgramVersion
from app.rules.distribution import Standing

LET_LAPSE = "let an offer of this lead lapse"


@dataclass(frozen=True)
class Known:
    """A partner by name, as distribution sees it."""

    partner_id: int
    name: str
    standing: Standing


def known(session: Session, partner_ids: Collection[int], lead_id: int) -> dict[int, Known]:
    """Return what is known of partners with regard to one lead, in a handful of questions however many they are."""
    refused = dict.fromkeys(book.lapses(session, lead_id), LET_LAPSE) | book.refusals(session, lead_id)
    in_hand = _in_hand(session, partner_ids)
    return {
        row.id: Known(
            row.id,
            row.name,
            Standing(
                active=row.partnership_id is not None,
                portal=row.portal_access,
                partner_type=row.type_name,
                rank=row.rank or 0,
                in_hand=in_hand.get(row.id, 0),
                refused=refused.get(row.id),
            ),
        )
        for row in session.execute(_partners(partner_ids))
    }


def _partners(partner_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Return partners with type, the partnership that is active today and the rank of the tier held in it."""
    today = book.today_of_partner()
    return (
        select(
            Partner.id,
            Partner.name,
            Partner.portal_access,
            PartnerType.name.label("type_name"),
            Partnership.id.label("partnership_id"),
            rank_of(TierPeriod.tier_id).label("rank"),
        )
        .join(PartnerType, PartnerType.id == Partner.partner_type_id)
        .outerjoin(OperatingCompany, OperatingCompany.id == Partner.operating_company_id)
        .outerjoin(
            ActivePeriod, and_(ActivePeriod.partner_id == Partner.id, ActivePeriod.during.contains(today))
        )
        .outerjoin(
            Partnership, and_(Partnership.id == ActivePeriod.partnership_id, Partnership.due_on >= today)
        )
        .outerjoin(
            TierPeriod, and_(TierPeriod.partnership_id == Partnership.id, TierPeriod.during.contains(today))
        )
        .where(among(Partner.id, partner_ids))
        .order_by(Partner.id)
    )


def rank_of(tier_id: Any, on: date | None = None) -> ScalarSelect[int]:
    """Return a tier's rank in the version that holds, else in the latest that has it, as part of a larger question."""
    rung, ladder = aliased(Rung), aliased(Ladder)
    holding = ProgramVersion.holding_id(on or clock.today())
    return (
        select(rung.rank)
        .join(ladder, ladder.id == rung.ladder_id)
        .where(rung.tier_id == tier_id)
        .order_by(case((ladder.version_id == holding, 0), else_=1), rung.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _in_hand(session: Session, partner_ids: Collection[int]) -> dict[int, int]:
    """Return how many leads each partner has in hand: on offer to it, or accepted and not closed."""
    offered = select(LeadOffer.partner_id).where(
        LeadOffer.state == OfferState.OPEN, among(LeadOffer.partner_id, partner_ids)
    )
    accepted = select(Lead.partner_id).where(
        Lead.stage == LeadStage.ACCEPTED, among(Lead.partner_id, partner_ids)
    )
    both = offered.union_all(accepted).subquery()
    counted = select(both.c.partner_id, func.count()).group_by(both.c.partner_id)
    rows: Any = session.execute(counted).all()
    return dict(rows)
