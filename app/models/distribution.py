"""Distribution: which partner is offered a lead, by ordered rules and a rotation anybody can recompute (L1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked
from app.models.lead_offer import Afterwards, LeadOffer
from app.rules.conflicts import domain_of, folded, mail_domain_of

if TYPE_CHECKING:
    from app.models.lead import Lead
    from app.models.partner import Partner
    from app.models.person import Person

LONGEST_NAME = 300


class DistributionRule(Tracked, Numbered, Base):
    """Which leads a rule is for, which partners may have them, and how long they may think."""

    __tablename__ = "distribution_rule"
    __table_args__ = (
        CheckConstraint("hours between 1 and 8760", name="hours_are_some"),
        CheckConstraint("capacity > 0", name="capacity_is_some"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    by_itself: Mapped[bool] = mapped_column(default=False)
    countries: Mapped[list[Any]] = mapped_column(default=list)
    regions: Mapped[list[Any]] = mapped_column(default=list)
    needs: Mapped[list[Any]] = mapped_column(default=list)
    sources: Mapped[list[Any]] = mapped_column(default=list)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    partner_type_id: Mapped[int | None] = mapped_column(ForeignKey("partner_type.id"))
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tier.id"))
    capacity: Mapped[int | None]
    hours: Mapped[int] = mapped_column(default=48)
    hides_personal: Mapped[bool] = mapped_column(default=False)
    afterwards: Mapped[Afterwards] = mapped_column(default=Afterwards.NEXT)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    shares: Mapped[list[DistributionShare]] = relationship(back_populates="rule", lazy="raise")


class DistributionShare(Numbered, Base):
    """A partner's weight in a rule, and where the rotation stands with it."""

    __tablename__ = "distribution_share"
    __table_args__ = (
        UniqueConstraint("rule_id", "partner_id"),
        CheckConstraint("weight between 1 and 1000", name="weight_is_some"),
        Index("ix_distribution_share_partner_id", "partner_id"),
    )

    rule_id: Mapped[int] = mapped_column(ForeignKey("distribution_rule.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    weight: Mapped[int] = mapped_column(default=1)
    current: Mapped[int] = mapped_column(default=0)

    rule: Mapped[DistributionRule] = relationship(back_populates="shares", lazy="raise")
    partner: Mapped[Partner] = relationship(lazy="raise")


class PinnedAccount(Tracked, Numbered, Base):
    """A customer whose leads always go to one partner first: a web domain, or a company's name."""

    __tablename__ = "pinned_account"
    __table_args__ = (Index("ix_pinned_account_partner_id", "partner_id"),)

    mark: Mapped[str] = mapped_column(unique=True)
    shown: Mapped[str]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))

    partner: Mapped[Partner] = relationship(lazy="raise")


class Decision(Numbered, Base):
    """One turn of a rule's rotation, with everything that is needed to recompute it; never changed."""

    __tablename__ = "distribution_decision"
    __table_args__ = (
        UniqueConstraint("rule_id", "sequence"),
        Index("ix_distribution_decision_lead_id", "lead_id"),
    )

    rule_id: Mapped[int | None] = mapped_column(ForeignKey("distribution_rule.id"))
    sequence: Mapped[int]
    at: Mapped[datetime]
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"))
    candidates: Mapped[list[Any]]
    excluded: Mapped[list[Any]]
    chosen_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    why: Mapped[str]


def marks_of(company: str | None, website: str | None, email: str | None) -> list[str]:
    """Return by what a pinned account is known again, the surest first: web domain, mail domain, folded name."""
    web, mail = domain_of(website), mail_domain_of(email)
    name = folded((company or "")[:LONGEST_NAME])
    marks = [f"domain {one}" for one in (web, mail) if one] + ([f"name {name}"] if name else [])
    return list(dict.fromkeys(marks))


def distribute(session: Session, lead: Lead, *, by: Person | None) -> LeadOffer | None:
    """Offer a free lead to whom pinned accounts, then the rules name; None when they name nobody (L1)."""
    from app.models import distributing  # noqa: PLC0415 - distributing reads the rules

    offer_id = distributing.send(session, lead.id, by=by)
    return None if offer_id is None else session.get(LeadOffer, offer_id)
