"""A passage: a partner asks to pass a lead to another partner, with the vendor's consent (L1)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.leads.lead import Lead
    from app.models.partner import Partner
    from app.models.person import Person


class PassageState(StrEnum):
    """What became of the wish to pass a lead on."""

    WAITING = "waiting"
    CONSENTED = "consented"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TONES = {PassageState.WAITING: "warn", PassageState.CONSENTED: "good", PassageState.REFUSED: "bad"}


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
    asked_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[asked_by_id], viewonly=True)
    to_partner: Mapped[Partner | None] = relationship(
        lazy="raise", foreign_keys=[to_partner_id], viewonly=True
    )

    # -- questions

    @property
    def is_waiting(self) -> bool:
        """Say whether the vendor still has to decide."""
        return self.state is PassageState.WAITING

    @property
    def state_words(self) -> str:
        """Return the state as a reader says it."""
        return self.state.value.capitalize()

    @property
    def tone(self) -> str:
        """Return the colour of the state."""
        return TONES.get(self.state, "neutral")

    # -- verbs

    @classmethod
    def ask(cls, lead: Lead, named: str, reason: str, *, by: Person) -> LeadPassage | None:
        """Ask to pass a lead to the partner named; None when the vendor need not consent and it was offered there."""
        from app.models.leads import lead_crossing  # noqa: PLC0415 - crossing is about passages

        return lead_crossing.ask(lead, named, reason, by=by)

    def consent(self, partner: Partner, *, by: Person) -> None:
        """Let the lead go on: it is offered to the partner that was meant."""
        from app.models.leads import lead_crossing  # noqa: PLC0415

        lead_crossing.consent(self, partner, by=by)

    def refuse(self, answer: str, *, by: Person) -> None:
        """Keep the lead where it is, with an answer that the asking partner reads."""
        from app.models.leads import lead_crossing  # noqa: PLC0415

        lead_crossing.refuse(self, answer, by=by)

    def withdraw(self, *, by: Person) -> None:
        """Take the wish back before it is decided."""
        from app.models.leads import lead_crossing  # noqa: PLC0415

        lead_crossing.withdraw(self, by=by)
