"""Distribution: which partner is offered a lead, by ordered rules and a rotation anybody can recompute (L1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from app.models.base import Base, Numbered, Tracked
from app.models.changing import check_version, enter, lock, refused_by
from app.models.event import Event
from app.models.leads.lead_offer import Afterwards, LeadOffer
from app.models.partner import Partner
from app.models.partner_type import PartnerType, Tier
from app.rules import reaching
from app.rules.distribution import either
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.leads.campaign import Campaign
    from app.models.leads.lead import Lead
    from app.models.person import Person

LONGEST_WORD = 100
LONGEST_WAIT = 8760  # hours: a year
MOST_WEIGHT = 1000
MOST_WORDS = 50
TERMS = (
    "name", "by_itself", "countries", "regions", "needs", "sources", "campaign_id", "partner_type_id", "tier_id",
    "capacity", "hours", "hides_personal", "afterwards",
)  # fmt: skip
"""What a rule says and may be changed."""


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
    campaign: Mapped[Campaign | None] = relationship(lazy="raise")
    partner_type: Mapped[PartnerType | None] = relationship(lazy="raise")
    tier: Mapped[Tier | None] = relationship(lazy="raise")

    # -- questions

    @property
    def for_words(self) -> str:
        """Say in a sentence for which leads the rule is; its campaign is loaded."""
        conditions = (
            ("from", self.countries),
            ("in", self.regions),
            ("that need", self.needs),
            ("with the source", self.sources),
            ("of the campaign", [self.campaign.name] if self.campaign else []),
        )
        told = [f"{word} {either(names)}" for word, names in conditions if names]
        return f"Leads {', '.join(told)}" if told else "Every lead"

    @property
    def to_words(self) -> str:
        """Say in a sentence which of its partners may have a lead; its type and tier are loaded."""
        told = [self.partner_type.name] if self.partner_type else []
        told += [f"from {self.tier.name} up"] if self.tier else []
        told += [f"at most {self.capacity} in hand"] if self.capacity else []
        return ", ".join(told) or "all of its partners"

    @classmethod
    def in_order(cls, session: Session) -> list[DistributionRule]:
        """Return every rule in its order, with what its page says of it."""
        loaded = (
            joinedload(cls.campaign),
            joinedload(cls.partner_type),
            joinedload(cls.tier),
            selectinload(cls.shares).joinedload(DistributionShare.partner),
        )
        return list(session.scalars(select(cls).options(*loaded).order_by(cls.position, cls.id)))

    # -- verbs

    @classmethod
    def draw_up(cls, session: Session, *, by: Person | None, **terms: Any) -> DistributionRule:
        """Add a rule after all others; it decides nothing until it has partners."""
        last = session.scalar(select(func.max(cls.position))) or 0
        rule = cls(position=last + 1)
        rule._fill(session, terms)
        enter(session, rule, "distribution_rule.drawn_up", by=by, refusals=rule._taken())
        return rule

    def change(self, *, by: Person | None, version: int | None = None, **terms: Any) -> None:
        """Change the rule for the leads to come; offers already made stay as they are."""
        lock(self)
        check_version(self, version)
        with self.session.no_autoflush:
            self._fill(self.session, terms)
        if self.changes()[1]:
            before, after = self.changes()
            with refused_by(self.session, self._taken()):
                pass  # what was filled in is flushed, and the database says whether the name is free
            kind = "distribution_rule.changed"
            Event.record(self.session, kind, self, by=by, before=before, after=after)

    def switch(self, *, on: bool, by: Person | None) -> None:
        """Let the rule decide, or not, from now on."""
        lock(self)
        if self.active is not on:
            self.active = on
            self.track("distribution_rule.switched_on" if on else "distribution_rule.switched_off", by=by)

    def move(self, *, up: bool, by: Person | None) -> None:
        """Let the rule be asked one place earlier or later; at the end of the list nothing happens."""
        session = self.session
        rules = list(
            session.scalars(
                select(DistributionRule)
                .order_by(DistributionRule.id)
                .with_for_update(key_share=True)
                .execution_options(populate_existing=True)
            )
        )
        rules.sort(key=lambda rule: (rule.position, rule.id))
        place = rules.index(self)
        other = place - 1 if up else place + 1
        if 0 <= other < len(rules):
            rules[place], rules[other] = rules[other], rules[place]
            for position, rule in enumerate(rules, start=1):
                rule.position = position
            self.track("distribution_rule.moved", by=by, place=other + 1)

    def delete(self, *, by: Person | None) -> None:
        """Take away a rule that never decided anything; one that did stays, so that the log can be read."""
        session = self.session
        lock(self)
        decided = session.scalar(select(func.count(Decision.id)).where(Decision.rule_id == self.id)) or 0
        if decided:
            raise RuleBroken(
                f"This rule decided {decided} times, and its log stays readable. Switch it off instead."
            )
        self.track("distribution_rule.deleted", by=by, name=self.name)
        session.execute(delete(DistributionShare).where(DistributionShare.rule_id == self.id))
        session.delete(self)
        session.flush()

    def weigh(self, partner: Partner, weight: int, *, by: Person | None) -> None:
        """Let a partner take part with a weight, or with another one; the rotation then begins anew."""
        if not 1 <= weight <= MOST_WEIGHT:
            raise RuleBroken(f"A weight is a whole number from 1 to {MOST_WEIGHT}.", "weight")
        session = self.session
        lock(self)
        share = self._share(partner.id)
        was = None if share is None else share.weight
        if share is None:
            stands = self._where_it_stood(partner.id)
            session.add(
                DistributionShare(rule_id=self.id, partner_id=partner.id, weight=weight, current=stands)
            )
        else:
            share.weight = weight
        if was != weight:
            self.track("distribution_rule.weighed", by=by, partner=partner.name, weight=weight)

    def leave_out(self, partner: Partner, *, by: Person | None) -> None:
        """Let a partner take part no longer; what is on offer to it stays on offer."""
        lock(self)
        share = self._share(partner.id)
        if share is not None:
            self.session.delete(share)
            self.track("distribution_rule.left_out", by=by, partner=partner.name)

    # -- how

    def _fill(self, session: Session, terms: dict[str, Any]) -> None:
        for name, value in terms.items():
            if name not in TERMS:
                raise TypeError(f"A rule has no {name} to change.")
            setattr(self, name, value)
        self.name = (self.name or "").strip()
        if not self.name or len(self.name) > LONGEST_WORD:
            raise RuleBroken(f"Name the rule, in at most {LONGEST_WORD} letters.", "name")
        for name in ("countries", "regions", "needs", "sources"):
            setattr(self, name, listed(getattr(self, name) or [], name))
        self.countries = [reaching.country(one, "countries") for one in self.countries]
        if not 1 <= (self.hours or 0) <= LONGEST_WAIT:
            raise RuleBroken(f"Give partners 1 to {LONGEST_WAIT:,} hours to answer.", "hours")
        if self.capacity is not None and self.capacity < 1:
            raise RuleBroken(
                "Write how many leads one partner may have in hand, or leave it empty.", "capacity"
            )
        tier = session.get(Tier, self.tier_id) if self.tier_id is not None else None
        if tier and self.partner_type_id not in {None, tier.partner_type_id}:
            raise RuleBroken("This tier belongs to another partner type. Choose one of this type.", "tier_id")

    def _taken(self) -> dict[str, RuleBroken]:
        sentence = f"There is a rule “{self.name}” already; choose another name."
        return {"uq_distribution_rule_name": RuleBroken(sentence, "name")}

    def _share(self, partner_id: int) -> DistributionShare | None:
        known = select(DistributionShare).where(
            DistributionShare.rule_id == self.id, DistributionShare.partner_id == partner_id
        )
        return self.session.scalars(known.execution_options(populate_existing=True)).one_or_none()

    def _where_it_stood(self, partner_id: int) -> int:
        """Return a partner's value after the latest decision: who only left for a moment goes on."""
        latest = select(Decision.candidates, Decision.excluded).where(Decision.rule_id == self.id)
        row = self.session.execute(latest.order_by(Decision.sequence.desc()).limit(1)).one_or_none()
        if row is None:
            return 0
        stood: dict[int, int] = {one["partner_id"]: one.get("stands", 0) for one in row.excluded}
        stood |= {one["partner_id"]: one["after"] for one in row.candidates}
        return stood.get(partner_id, 0)


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


class Decision(Numbered, Base):
    """One turn of a rule's rotation, with everything that is needed to recompute it; never changed."""

    __tablename__ = "distribution_decision"
    __table_args__ = (
        UniqueConstraint("rule_id", "sequence"),
        Index("ix_distribution_decision_lead_id", "lead_id"),
        Index("ix_distribution_decision_at_id", "at", "id"),
        Index("ix_distribution_decision_rule_id_chosen_partner_id", "rule_id", "chosen_partner_id"),
        Index("ix_distribution_decision_chosen_partner_id_at_id", "chosen_partner_id", "at", "id"),
    )

    rule_id: Mapped[int | None] = mapped_column(ForeignKey("distribution_rule.id"))
    sequence: Mapped[int]
    at: Mapped[datetime]
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"))
    candidates: Mapped[list[Any]]
    excluded: Mapped[list[Any]]
    chosen_partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    why: Mapped[str]


def listed(names: list[str], field: str) -> list[str]:
    """Return the names of a condition, each once, in their order."""
    told = list(dict.fromkeys(" ".join(str(one).split()) for one in names))
    told = [one for one in told if one]
    if len(told) > MOST_WORDS or any(len(one) > LONGEST_WORD for one in told):
        raise RuleBroken(f"Write at most {MOST_WORDS} names of at most {LONGEST_WORD} letters each.", field)
    return told


def distribute(session: Session, lead: Lead, *, by: Person | None) -> LeadOffer | None:
    """Offer a free lead to whom pinned accounts, then the rules name; None when they name nobody (L1)."""
    from app.models.leads import distributing  # noqa: PLC0415 - distributing reads the rules

    offer_id = distributing.send(session, lead.id, by=by)
    return None if offer_id is None else session.get(LeadOffer, offer_id)
