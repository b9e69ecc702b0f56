"""A round of approval: which steps it takes, by the amount in program currency, and until when each is due (F5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import scope
from app.models.activities.activity_approval import ActivityApproval, ApprovalState
from app.models.activities.approval_rule import ApprovalRule
from app.models.latest_rates import latest_rates
from app.models.operating_company import OperatingCompany
from app.models.partner import Partner
from app.models.partnership_questions import currency_of_the_day
from app.models.person import Person, Role
from app.models.vendor import Vendor
from app.rules import activities as rule
from app.rules.activities import Rung
from app.rules.money import convert, from_minor

if TYPE_CHECKING:
    from app.models.activities.activity import Activity


@dataclass(frozen=True)
class Round:
    """The steps a submission takes, and whether two people are needed."""

    rungs: Sequence[Rung]
    two_person: bool

    @property
    def first(self) -> Role:
        """Return whose turn it is first."""
        return Role(self.rungs[0].role)

    def begin(self, activity: Activity, *, by: Person, today: date) -> None:
        """Write the steps of the activity's round; the first one’s days begin to count."""
        session = activity.session
        with scope.books(session):
            zone = zone_of(session, activity.partner_id)
            for position, rung in enumerate(self.rungs, start=1):
                step = ActivityApproval(
                    partner_id=activity.partner_id,
                    activity_id=activity.id,
                    round=activity.round,
                    position=position,
                    role=Role(rung.role),
                    due_at=due(today, rung.days, zone) if position == 1 else None,
                    state=ApprovalState.WAITING,
                    two_person=self.two_person,
                    requested_by_id=by.id,
                )
                session.add(step)


def planned(session: Session, amounts: Sequence[tuple[int, str]], today: date) -> Round:
    """Return the round for amounts (in minor units of their currencies) that are decided about together."""
    with scope.books(session):
        rules = session.execute(
            select(ApprovalRule.from_amount, ApprovalRule.role, ApprovalRule.days).order_by(
                ApprovalRule.position
            )
        )
        rungs = [Rung(row.from_amount, row.role.value, row.days) for row in rules]
        above = session.scalar(select(Vendor.two_person_above))
        amount = in_program_currency(session, amounts, today)
    return Round(rule.steps(rungs, amount), rule.needs_two(above, amount))


def in_program_currency(session: Session, amounts: Sequence[tuple[int, str]], on: date) -> Decimal | None:
    """Return what amounts make in program currency by the latest rates known; None where a rate or a program is missing."""
    program = session.scalar(select(currency_of_the_day(on)))
    rates = latest_rates(session, {currency for _, currency in amounts}, on)
    total = Decimal(0)
    for units, currency in amounts:
        rate = Decimal(1) if currency == program else rates.get(currency)
        if program is None or rate is None:
            return None
        total += convert(from_minor(units, currency), rate)
    return total


def due(today: date, days: int, zone: str) -> datetime:
    """Return the last second of the day by which a step is to be decided, in the partner's zone (M4)."""
    return datetime.combine(today + timedelta(days=days), time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def due_day(session: Session, step: ActivityApproval) -> date | None:
    """Return the last day on which a step can be decided in time, as its partner counts days (M4)."""
    if step.due_at is None:
        return None
    return step.due_at.astimezone(ZoneInfo(zone_of(session, step.partner_id))).date()


def due_for_turn(session: Session, step: ActivityApproval, today: date) -> datetime:
    """Return until when a step is to be decided whose turn comes today, as the table of steps says now."""
    days = session.scalar(select(ApprovalRule.days).where(ApprovalRule.position == step.position))
    return due(today, days or DAYS, zone_of(session, step.partner_id))


DAYS = 10
"""For a step whose rule was retired meanwhile."""


def zone_of(session: Session, partner_id: int) -> str:
    """Return the time zone in which a partner's days are counted (M4)."""
    zone = func.coalesce(OperatingCompany.time_zone, select(Vendor.time_zone).scalar_subquery(), "UTC")
    asked = (
        select(zone)
        .select_from(Partner)
        .outerjoin(OperatingCompany, OperatingCompany.id == Partner.operating_company_id)
        .where(Partner.id == partner_id)
    )
    return session.scalar(asked) or "UTC"
