"""An offer of a lead to a partner: it waits for an answer until an instant, and at most one is open (L1, L2)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.lead import Lead


class OfferState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Afterwards(StrEnum):
    """Where a lead goes when its offer is declined or lapses."""

    NEXT = "next"
    QUEUE = "queue"


class LeadOffer(Tracked, PartnerOwned, Numbered, Base):
    """A lead held out to one partner, which sees its card only until it accepts."""

    __tablename__ = "lead_offer"
    __table_args__ = (
        Index("uq_lead_offer_open", "lead_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_lead_offer_due", "answer_by", postgresql_where=text("state = 'open'")),
        Index("ix_lead_offer_partner_id_state_answer_by", "partner_id", "state", "answer_by", "id"),
        Index("ix_lead_offer_lead_id_id", "lead_id", "id"),
        Index("ix_lead_offer_rule_id_id", "rule_id", "id"),
    )

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"))
    state: Mapped[OfferState] = mapped_column(default=OfferState.OPEN)
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("distribution_rule.id"))
    from_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    afterwards: Mapped[Afterwards] = mapped_column(default=Afterwards.QUEUE)
    hides_personal: Mapped[bool] = mapped_column(default=False)
    card: Mapped[dict[str, Any]]

    lead: Mapped[Lead] = relationship(lazy="raise")
