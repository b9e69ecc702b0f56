"""That a lead or deal came of an activity, so that its return can be read (F5)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.models.base import Base, Numbered, PartnerOwned
from app.models.changing import lock, refused_by
from app.models.leads.lead import Lead
from app.models.talk.step import Step
from app.rules.activities import Act
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.activities.activity import Activity
    from app.models.deals.opportunity import Opportunity
    from app.models.person import Person

ONCE = ("uq_activity_link_lead_id", "uq_activity_link_opportunity_id")


class ActivityLink(PartnerOwned, Numbered, Base):
    """A lead or a deal that an activity brought; one record comes of one activity."""

    __tablename__ = "activity_link"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "activity_id"], ["activity.partner_id", "activity.id"]),
        CheckConstraint("num_nonnulls(lead_id, opportunity_id) = 1", name="one_record"),
        Index("ix_activity_link_activity_id", "activity_id"),
        Index("ix_activity_link_partner_id", "partner_id"),
        Index("uq_activity_link_lead_id", "partner_id", "lead_id", unique=True),
        Index("uq_activity_link_opportunity_id", "partner_id", "opportunity_id", unique=True),
    )

    activity_id: Mapped[int]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"))
    linked_at: Mapped[datetime]
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    # -- verbs

    @classmethod
    def link(cls, activity: Activity, record: Lead | Opportunity, *, by: Person) -> ActivityLink:
        """Say that a lead or deal of the same partner came of an approved activity."""
        session = activity.session
        activity.check_edit(by)
        lock(activity)
        activity.standing().check(Act.LINK, activity.title)
        if record.partner_id != activity.partner_id:
            raise RuleBroken("Link what belongs to the same partner as the activity.", "record")
        is_lead = isinstance(record, Lead)
        made = cls(
            partner_id=activity.partner_id,
            activity_id=activity.id,
            lead_id=record.id if is_lead else None,
            opportunity_id=None if is_lead else record.id,
            linked_at=clock.now(),
            linked_by_id=by.id,
        )
        there = RuleBroken("This is linked with an activity already. Unlink it there first.", "record")
        with refused_by(session, dict.fromkeys(ONCE, there)):
            session.add(made)
        name = record.company if isinstance(record, Lead) else record.name
        Step.take(activity, "activity.linked", by=by, name=name)
        return made

    def unlink(self, activity: Activity, *, by: Person) -> None:
        """Say that it did not come of the activity after all."""
        from app.models.deals.opportunity import Opportunity  # noqa: PLC0415 - only to name it

        session = self.session
        activity.check_edit(by)
        if self.activity_id != activity.id:
            raise RuleBroken("This link belongs to another activity.")
        lead = None if self.lead_id is None else session.get(Lead, self.lead_id)
        deal = None if self.opportunity_id is None else session.get(Opportunity, self.opportunity_id)
        name = lead.company if lead is not None else deal.name if deal is not None else "a record"
        session.delete(self)
        session.flush()
        Step.take(activity, "activity.unlinked", by=by, name=name)
