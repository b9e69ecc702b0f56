"""A passage: a partner asks to pass a lead to another partner, with the vendor's consent (L1)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.lead import Lead


class PassageState(StrEnum):
    """What became of the wish to pass a lead on."""

    WAITING = "waiting"
    CONSENTED = "consented"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class LeadPassage(Tracked, PartnerOwned, Numbered, Base):
    """A cross-sale: the partner that has the lead names whom it should go to, in its own words."""

    __tablename__ = "lead_passage"
    __table_args__ = (
        Index("uq_lead_passage_waiting", "lead_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_lead_passage_state_id", "state", "id"),
        Index("ix_lead_passage_partner_id_id", "partner_id", "id"),
        Index("ix_lead_passage_lead_id_id", "lead_id", "id"),
    )

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"))
    named: Mapped[str]
    to_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    state: Mapped[PassageState] = mapped_column(default=PassageState.WAITING)
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None]

    lead: Mapped[Lead] = relationship(lazy="raise")
