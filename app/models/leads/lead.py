"""A lead: somebody who may buy, passed between vendor and partners (L1, L2)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked
from app.models.changing import check_version, lock
from app.models.leads import lead_facts
from app.models.owning import NotYours, Owned
from app.rules.lead_stages import LeadAct, LeadStage, Standing

if TYPE_CHECKING:
    from app.models.deals.opportunity import Opportunity
    from app.models.leads.lead_passage import LeadPassage
    from app.models.partner import Partner
    from app.models.person import Person

__all__ = ["Lead", "LeadAct", "LeadStage"]

TONES = {
    LeadStage.CONVERTED: "good",
    LeadStage.DISQUALIFIED: "neutral",
    LeadStage.WITHDRAWN: "neutral",
    LeadStage.NEW: "warn",
}


class Lead(Owned, Tracked, Numbered, Base):
    """Somebody who may buy; without a partner it waits in the vendor's queue."""

    __tablename__ = "lead"
    __table_args__ = (
        CheckConstraint("closed_on >= created_on", name="closed_after_created"),
        CheckConstraint("budget is null or currency is not null", name="budget_has_currency"),
        Index("ix_lead_search", "search", postgresql_using="gin"),
        Index("ix_lead_partner_id_created_on_id", "partner_id", "created_on", "id"),
        Index("ix_lead_partner_id_closed_on", "partner_id", "closed_on"),
        Index("ix_lead_created_on_id", "created_on", "id"),
        Index("ix_lead_stage_created_on_id", "stage", "created_on", "id"),
        Index("uq_lead_partner_id_id", "partner_id", "id", unique=True),
        Index("ix_lead_owner_id_id", "owner_id", "id"),
        Index("ix_lead_customer_id", "customer_id"),
        Index("ix_lead_campaign_id", "campaign_id"),
        Index("ix_lead_without_customer", "id", postgresql_where=text("customer_id is null")),
        Index("ix_lead_partner_id_stage_created_on_id", "partner_id", "stage", "created_on", "id"),
    )

    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    key: Mapped[str | None] = mapped_column(unique=True)
    company: Mapped[str]
    contact: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    website: Mapped[str | None]
    country: Mapped[str | None]
    region: Mapped[str | None]
    city: Mapped[str | None]
    need: Mapped[str | None]
    source: Mapped[str | None]
    stage: Mapped[LeadStage] = mapped_column(default=LeadStage.NEW)
    created_on: Mapped[date]
    closed_on: Mapped[date | None]
    budget: Mapped[Decimal | None]
    currency: Mapped[str | None]
    tax_number: Mapped[str | None]
    note: Mapped[str | None]
    reason: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    passed_by_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    staged_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', accord_fold(company || ' ' || coalesce(contact, '') || ' ' || coalesce(email, '')"
            " || ' ' || coalesce(city, '') || ' ' || coalesce(key, '')))",
            persisted=True,
        ),
        deferred=True,
    )

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    partner: Mapped[Partner | None] = relationship(foreign_keys=[partner_id], lazy="raise")

    # -- questions

    @property
    def stage_words(self) -> str:
        """Return the stage as a reader says it."""
        return self.stage.value.capitalize()

    @property
    def tone(self) -> str:
        """Return the colour of the stage."""
        return TONES.get(self.stage, "info")

    @property
    def counts(self) -> str:
        """Say in a sentence for which parameters it counts (L2, P8)."""
        registered = "It counts as a registered lead on the day it was created"
        if self.stage is LeadStage.CONVERTED and self.closed_on is not None:
            return f"{registered}, and as a converted one on the day it was closed."
        return f"{registered}; as a converted one it counts once it is converted."

    @property
    def standing(self) -> Standing:
        """Return where it is; whether it is on offer is another question (`lead_working.on_offer`)."""
        return Standing(self.stage, self.partner_id is not None)

    @property
    def waits_since(self) -> datetime | date:
        """Return since when it is at its stage, with who has it; imported ones, since they were created."""
        return self.staged_at or self.created_on

    # -- verbs

    @classmethod
    def register(
        cls,
        session: Session,
        *,
        by: Person | None,
        partner_id: int | None = None,
        owner_id: int | None = None,
        **facts: Any,
    ) -> Lead:
        """Write down who may buy; what a partner registers is its own at once, other leads wait with the vendor (L1)."""
        from app.models.leads import lead_working  # noqa: PLC0415 - working leads is about leads

        return lead_working.register(
            session,
            facts,
            by=by,
            partner_id=by.partner_id if by and by.partner_id else partner_id,
            owner_id=owner_id,
        )

    def edit(self, *, by: Person, version: int | None = None, **facts: Any) -> None:
        """Change what is known of it; who wrote on an older version is told what changed meanwhile."""
        self._begin(by)
        check_version(self, version)
        with self.session.no_autoflush:
            lead_facts.write(self, facts, lead_facts.EDITED)
        fields = sorted(self.changes()[1])
        if fields:
            self._step("lead.described", by, fields=[name.replace("_", " ") for name in fields])

    def qualify(self, *, by: Person) -> None:
        """Say that somebody looked at it and that it is worth passing on."""
        self._begin(by)
        self._move(LeadAct.QUALIFY)
        self._step("lead.qualified", by)

    def disqualify(self, reason: str, *, by: Person) -> None:
        """Close it for good reason: nobody buys here."""
        self._close(LeadAct.DISQUALIFY, "lead.disqualified", "Say why it is not worth pursuing.", reason, by)

    def withdraw(self, reason: str, *, by: Person) -> None:
        """Take it out of the pipeline; it is never deleted (L7)."""
        self._close(LeadAct.WITHDRAW, "lead.withdrawn", "Say why it is withdrawn.", reason, by)

    def reopen(self, *, by: Person) -> None:
        """Put a closed lead back to where it was: with its partner, or into the vendor's queue; staff do that."""
        self._begin(by)
        if not by.is_staff:
            raise NotYours("The vendor reopens leads. Ask your partner manager.")
        self._move(LeadAct.REOPEN)
        self.closed_on, self.reason = None, None
        self._step("lead.reopened", by)

    def assign(self, owner_id: int | None, *, by: Person, version: int | None = None) -> None:
        """Say who works it: somebody of those who have it, or nobody."""
        from app.models.leads import lead_working  # noqa: PLC0415

        lead_working.assign(self, owner_id, by=by, version=version)

    def pass_back(self, reason: str, *, by: Person) -> None:
        """Give it back to the vendor, or take it back from the partner: it is in the vendor's queue again (L1)."""
        from app.models.leads import lead_working  # noqa: PLC0415

        lead_working.pass_back(self, reason, by=by)

    def pass_to(self, named: str, reason: str, *, by: Person) -> LeadPassage | None:
        """Ask to pass it to another partner; where the vendor need not consent, it is offered there at once (L1)."""
        from app.models.leads.lead_passage import LeadPassage  # noqa: PLC0415

        return LeadPassage.ask(self, named, reason, by=by)

    def convert(self, *, by: Person, version: int | None = None, **deal: Any) -> Opportunity:
        """Make it an opportunity of the partner that has it; the lead counts as converted from today on (L2, P8)."""
        from app.models.leads import lead_working  # noqa: PLC0415

        return lead_working.convert(self, deal, by=by, version=version)

    # -- how

    def _begin(self, by: Person) -> None:
        lock(self)
        self.check_edit(by)

    def _move(self, act: LeadAct) -> None:
        from app.models.leads import lead_working  # noqa: PLC0415

        lead_working.move(self, act)

    def _close(self, act: LeadAct, kind: str, sentence: str, reason: str, by: Person) -> None:
        from app.models.leads import lead_working  # noqa: PLC0415

        self._begin(by)
        self.reason = lead_facts.reason_given(reason, sentence)
        self._move(act)
        self.closed_on = lead_working.closing_day(self)
        lead_working.end_passage(self, by=by)
        self._step(kind, by, reason=self.reason)

    def _step(self, kind: str, by: Person | None, **facts: Any) -> None:
        from app.models.talk.step import Step  # noqa: PLC0415 - steps are about leads

        Step.take(self, kind, by=by, **facts)
