"""An offer of a lead to a partner: it waits for an answer until an instant, and at most one is open (L1, L2).

A partner's person answers without seeing the lead itself, so every verb locks the lead's row in the vendor's books and
asks again there: who comes a moment late is told what happened meanwhile. The deadline is checked by the verb; the job
that lets offers lapse only moves on what nobody answered.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.leads.distribution import DistributionRule
    from app.models.leads.lead import Lead
    from app.models.partner import Partner
    from app.models.person import Person

HOURS = 48
"""How long a partner may think when nobody says otherwise."""


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


TONES = {
    OfferState.OPEN: "warn",
    OfferState.ACCEPTED: "good",
    OfferState.LAPSED: "bad",
}


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

    # -- questions

    @property
    def title(self) -> str:
        """Return what the partner reads before it accepts: the company, or where the customer is."""
        return card_title(self.card)

    @property
    def is_open(self) -> bool:
        """Say whether the partner may still answer, now."""
        return self.state is OfferState.OPEN and clock.now() < self.answer_by

    @property
    def state_words(self) -> str:
        """Return the state as a reader says it; one whose time is over has lapsed, though no job came by yet."""
        is_over = self.state is OfferState.OPEN and not self.is_open
        return (OfferState.LAPSED if is_over else self.state).value.capitalize()

    @property
    def tone(self) -> str:
        """Return the colour of the state."""
        return TONES.get(OfferState(self.state_words.lower()), "neutral")

    @classmethod
    def due(cls, session: Session, limit: int = 1000) -> list[int]:
        """Return the offers nobody answered in time, the oldest first."""
        over = select(cls.id).where(cls.state == OfferState.OPEN, cls.answer_by <= clock.now())
        return list(session.scalars(over.order_by(cls.answer_by, cls.id).limit(limit)))

    # -- verbs

    @classmethod
    def make(
        cls,
        lead: Lead,
        partner: Partner,
        *,
        by: Person | None,
        hours: int | None = None,
        rule: DistributionRule | None = None,
        hides_personal: bool = False,
        after: str = Afterwards.QUEUE,
        from_partner_id: int | None = None,
    ) -> LeadOffer:
        """Hold a lead out to a partner; RuleBroken when the lead is not free or the partner cannot have it (L1)."""
        from app.models.leads import offering  # noqa: PLC0415 - offering is about offers

        terms = offering.Terms(
            hours=HOURS if hours is None else hours,
            rule_id=None if rule is None else rule.id,
            hides_personal=hides_personal,
            afterwards=Afterwards(after),
            from_partner_id=from_partner_id,
        )
        session = lead.session
        return session.get_one(cls, offering.put(session, lead.id, partner.id, terms, by=by))

    def accept(self, *, by: Person) -> None:
        """Take the lead: from now on it is the partner's, and who accepts it works it."""
        from app.models.leads import offering  # noqa: PLC0415

        offering.accept(self.session, self.id, self.lead_id, by=by)

    def decline(self, reason: str, *, by: Person) -> None:
        """Turn the lead down for good, with the reason; it goes on to the next or back to the queue."""
        from app.models.leads import offering  # noqa: PLC0415

        offering.decline(self.session, self.id, self.lead_id, reason.strip(), by=by)

    def withdraw(self, reason: str, *, by: Person | None) -> None:
        """Take the offer back; the lead returns to the queue."""
        from app.models.leads import offering  # noqa: PLC0415

        offering.withdraw(self.session, self.id, self.lead_id, reason.strip(), by=by)

    def lapse(self) -> bool:
        """Let the lead go on when nobody answered in time; False when somebody did, or there still is time."""
        from app.models.leads import offering  # noqa: PLC0415

        return offering.lapse(self.session, self.id, self.lead_id)

    @classmethod
    def lapse_due(cls, session: Session) -> int:
        """Let every offer lapse that nobody answered in time, and say how many; the job does so one by one."""
        return sum(session.get_one(cls, number).lapse() for number in cls.due(session))


class OfferOver(RuleBroken):
    """An offer that was answered, taken back or lapsed cannot be answered again."""


class OfferLapsed(OfferOver):
    """The time to answer is over."""


def card_title(card: dict[str, Any]) -> str:
    """Return what a lead is called before it is accepted: its company, or where the customer is."""
    where = ", ".join(card[name] for name in ("city", "region", "country") if card.get(name))
    return card.get("company") or (f"A customer in {where}" if where else "A customer")
