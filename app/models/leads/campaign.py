"""A campaign: a public form through which somebody who may buy becomes a lead (L1)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.models.base import Base, Numbered, Tracked
from app.models.changing import check_version, enter, lock, refused_by
from app.models.event import Event
from app.models.vendor import Vendor
from app.rules import reaching
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.leads.lead import Lead
    from app.models.person import Person

LONGEST = {
    "name": 100, "slug": 60, "heading": 200, "text": 20_000, "thanks": 5_000, "consent_text": 2_000, "source": 100,
}  # fmt: skip
"""Letters each may have."""
TERMS = (*LONGEST, "country", "opens_on", "closes_on")
"""What a campaign says and may be changed."""
FIELDS = ("company", "contact", "email", "phone", "website", "country", "city", "need")
"""What its form asks for."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Campaign(Tracked, Numbered, Base):
    """A page anybody may open, and where its leads come from."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("closes_on >= opens_on", name="closes_after_it_opens"),)

    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    heading: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    thanks: Mapped[str] = mapped_column(default="")
    consent_text: Mapped[str | None]
    source: Mapped[str]
    country: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    # -- questions

    def is_open(self, today: date) -> bool:
        """Say whether its form takes leads on a day."""
        has_begun = self.opens_on is None or self.opens_on <= today
        return self.active and has_begun and (self.closes_on is None or today <= self.closes_on)

    def state(self, today: date) -> tuple[str, str]:
        """Return how it stands on a day, in a word, and the word's colour."""
        if not self.active or (self.closes_on is not None and self.closes_on < today):
            return "Closed", "neutral"
        return ("Open", "good") if self.is_open(today) else ("Not open yet", "warn")

    @classmethod
    def by_slug(cls, session: Session, slug: str) -> Campaign | None:
        """Return the campaign of a public address."""
        return session.scalars(select(cls).where(cls.slug == slug)).one_or_none()

    # -- verbs

    @classmethod
    def plan(cls, session: Session, *, by: Person | None, **terms: Any) -> Campaign:
        """Plan a campaign; its page is open from its first day on."""
        campaign = cls()
        campaign._fill(terms)
        campaign._check_free(session)
        enter(session, campaign, "campaign.planned", by=by, refusals=campaign._taken())
        return campaign

    def change(self, *, by: Person | None, version: int | None = None, **terms: Any) -> None:
        """Change what the page says; leads that came in already stay as they are."""
        lock(self)
        check_version(self, version)
        with self.session.no_autoflush:
            self._fill(terms)
            self._check_free(self.session)
        before, after = self.changes()
        if after:
            with refused_by(self.session, self._taken()):
                pass  # what was filled in is flushed, and the database says whether name and address are free
            Event.record(self.session, "campaign.changed", self, by=by, before=before, after=after)

    def close(self, *, by: Person | None) -> None:
        """Take no more leads; the page says so kindly."""
        lock(self)
        if self.active:
            self.active = False
            self.track("campaign.closed", by=by, name=self.name)

    def reopen(self, *, by: Person | None) -> None:
        """Take leads again, as far as its days allow."""
        lock(self)
        if not self.active:
            self.active = True
            self.track("campaign.opened", by=by, name=self.name)

    def take_in(self, facts: dict[str, Any], *, consent: bool = False) -> Lead:
        """Write down who filled in the form, as a new lead in the vendor's queue; RuleBroken names the field."""
        from app.models.leads import lead_facts, offer_book  # noqa: PLC0415 - leads come from campaigns
        from app.models.leads.lead import Lead, LeadStage  # noqa: PLC0415
        from app.models.talk.step import Step  # noqa: PLC0415

        session = self.session
        today = clock.today(Vendor.here(session).time_zone)
        if not self.is_open(today):
            raise CampaignClosed("This campaign is closed.")
        if self.consent_text and not consent:
            raise RuleBroken("Agree to this, so that we may answer you.", "consent")
        lead = Lead(stage=LeadStage.NEW, created_on=today, staged_at=clock.now())
        given = {name: facts.get(name) for name in FIELDS}
        lead_facts.write(lead, {**given, "source": self.source, "campaign_id": self.id}, lead_facts.FACTS)
        session.add(lead)
        agreed: dict[str, Any] = {"consent": self.consent_text} if self.consent_text else {}
        Step.take(lead, "lead.came_in", by=None, to=offer_book.staff(session), campaign=self.name, **agreed)
        return lead

    # -- how

    def _fill(self, terms: dict[str, Any]) -> None:
        for name, value in terms.items():
            if name not in TERMS:
                raise TypeError(f"A campaign has no {name} to change.")
            setattr(self, name, value.strip() if isinstance(value, str) else value)
        for name, longest in LONGEST.items():
            if len(getattr(self, name) or "") > longest:
                raise RuleBroken(f"Use at most {longest:,} letters.", name)
        for name, sentence in (
            ("name", "Name the campaign."),
            ("heading", "Write the heading of its page."),
            ("source", "Write the source its leads get."),
        ):
            if not getattr(self, name):
                raise RuleBroken(sentence, name)
        self.slug = (self.slug or slug_of(self.name)).lower()
        if not _SLUG.fullmatch(self.slug):
            raise RuleBroken(
                "An address has small letters, digits and single dashes, such as solar-spring.", "slug"
            )
        self.consent_text = self.consent_text or None
        self.country = reaching.country(self.country) if self.country else None
        if self.opens_on and self.closes_on and self.closes_on < self.opens_on:
            raise RuleBroken("Choose a last day that is not before the first.", "closes_on")

    def _check_free(self, session: Session) -> None:
        for field, refusal in (("name", "uq_campaign_name"), ("slug", "uq_campaign_slug")):
            column = getattr(Campaign, field)
            same = select(Campaign.id).where(
                column == getattr(self, field), Campaign.id.is_distinct_from(self.id)
            )
            if session.scalar(same) is not None:
                raise self._taken()[refusal]

    def _taken(self) -> dict[str, RuleBroken]:
        return {
            "uq_campaign_name": RuleBroken(
                f"There is a campaign “{self.name}” already; choose another name.", "name"
            ),
            "uq_campaign_slug": RuleBroken(
                f"Another campaign has the address “{self.slug}”; choose another one.", "slug"
            ),
        }


class CampaignClosed(RuleBroken):
    """A campaign that is closed, or not open yet, takes no leads."""


def slug_of(name: str) -> str:
    """Return an address made of a name: small letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[: LONGEST["slug"]].strip("-")
