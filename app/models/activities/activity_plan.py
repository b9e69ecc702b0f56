"""The plan of an activity: how it is written down, what it must say, and what lets it be submitted (F5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from app import clock
from app.models.activities.activity_standing import today_of
from app.models.activities.activity_type import ActivityType
from app.models.funds.fund import Fund
from app.models.leads.lead_working import workers
from app.models.owning import NotYours
from app.models.talk.step import Step
from app.rules import activities as rule
from app.rules import ledger
from app.rules.money import rounded
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.activities.activity import Activity
    from app.models.person import Person

TEXTS: Final = frozenset({"title", "plan", "place"})
VALUES: Final = frozenset(
    {
        "activity_type_id",
        "starts_on",
        "ends_on",
        "budget",
        "vendor_percent",
        "expected_leads",
        "expected_amount",
        "owner_id",
    }
)
SHARED: Final = frozenset({"title", "plan", "activity_type_id", "starts_on", "ends_on"})
"""What all parts of a joint activity have in common; it is changed in the joint activity."""


class PartOfMore(RuleBroken):
    """A part of a joint activity: what is decided about all parts is decided there."""

    def __init__(self) -> None:
        super().__init__(
            "This is part of a joint activity. Its vendor plans, submits and decides all parts together."
        )


class Ended(RuleBroken):
    """The partnership whose fund would pay is not active."""

    def __init__(self) -> None:
        super().__init__(
            "The partnership is not active today, so nothing new is submitted or approved for it."
            " What was approved before can still be completed and settled."
        )


def begin(
    session: Session, fund: Fund, *, by: Person | None, facts: dict[str, Any], joint_id: int | None = None
) -> Activity:
    """Write down a new plan, or a part of a joint one."""
    from app.models.activities.activity import Activity  # noqa: PLC0415 - an activity has these verbs

    if by is not None and by.partner_id not in {None, fund.partner_id}:
        raise NotYours("Only the partner itself and the vendor plan activities for it.")
    activity = Activity(partner_id=fund.partner_id, created_at=clock.now(), joint_id=joint_id)
    activity.vendor_percent, activity.round = rule.HUNDRED, 0
    activity.status = _status("draft")
    activity.proposed_by_id = None if by is None else by.id
    activity.owner_id = by.id if by is not None and by.partner_id is not None else None
    activity.check_edit(by)
    with session.no_autoflush:
        pay_from(activity, fund)
        write(session, activity, facts)
    session.add(activity)
    Step.take(activity, "activity.drafted", by=by, title=activity.title)
    return activity


def write(session: Session, activity: Activity, facts: dict[str, Any]) -> None:
    """Set what was given, and check the whole plan."""
    before = activity.owner_id
    for name, value in facts.items():
        if name in TEXTS:
            text = (value or "").strip()
            setattr(activity, name, text or (None if name == "place" else ""))
        elif name in VALUES:
            setattr(activity, name, value)
        else:
            raise TypeError(f"An activity has no {name}")
    check(activity)
    if "activity_type_id" in facts:
        _check_type(session, activity)
    if activity.owner_id not in {None, before}:
        _check_owner(session, activity)


def check(activity: Activity) -> None:
    """Refuse a plan that says too little, or what cannot be."""
    rule.check_plan(
        rule.Plan(
            activity.title,
            activity.plan,
            activity.starts_on,
            activity.ends_on,
            activity.budget,
            activity.currency,
            activity.vendor_percent,
            activity.expected_leads,
            activity.expected_amount,
            activity.place,
        )
    )


def check_to_submit(activity: Activity, by: Person) -> None:
    """Refuse to ask for money for what is over, of a fund that has not begun, or of a partnership that ended."""
    check(activity)
    today = today_of(activity)
    if by.partner_id is not None:
        rule.check_days(activity.ends_on, today)
    check_possible(activity, today)


def check_possible(activity: Activity, today: date) -> None:
    """Refuse what is new of a fund that has not begun or is over, or of a partnership that ended (P3, F6)."""
    fund = activity.session.get_one(Fund, activity.fund_id)
    ledger.check_day(today, fund.starts_on)
    if fund.ends_on is not None and fund.ends_on < today:
        raise RuleBroken(f"The fund ended on {fund.ends_on}, so it pays for nothing new.", "fund_id")
    if fund.currency != activity.currency:
        raise RuleBroken(f"The fund is in {fund.currency}. Write the budget anew.", "budget")
    if not activity.partnership_is_active():
        raise Ended


def stand_submitted(activity: Activity) -> None:
    """Let an activity wait for the steps of a new round."""
    activity.status, activity.submitted_at = _status("submitted"), clock.now()
    activity.round += 1
    activity.reason = None


def facts_of(activity: Activity, budget: Decimal | None = None) -> dict[str, Any]:
    """Return what an entry keeps of the activity it is for."""
    amount = rounded(budget or activity.budget, activity.currency)
    return {
        "activity": activity.title,
        "budget": f"{amount:f}",
        "currency": activity.currency,
        "percent": f"{activity.vendor_percent.normalize():f}",
        "formula": rule.FORMULA,
        "rule": "F5",
    }


def in_words(changed: dict[str, Any]) -> str:
    """Return what was changed, for the time line."""
    names = (name.removesuffix("_id").replace("_", " ") for name in changed if name != "currency")
    return ", ".join(names)


def _status(value: str) -> Any:
    from app.models.activities.activity import ActivityStatus  # noqa: PLC0415 - an activity has these verbs

    return ActivityStatus(value)


def pay_from(activity: Activity, fund: Fund | None) -> None:
    """Let a fund of the partner pay for it."""
    if fund is None or fund.partner_id != activity.partner_id:
        raise RuleBroken("Choose a fund of this partner.", "fund_id")
    activity.fund_id, activity.currency = fund.id, fund.currency


def _check_type(session: Session, activity: Activity) -> None:
    kind = session.get(ActivityType, activity.activity_type_id)
    if kind is None:
        raise RuleBroken("Choose a type of activity.", "activity_type_id")
    if not kind.active:
        raise RuleBroken(f"“{kind.name}” is not in use any more. Choose another type.", "activity_type_id")


def _check_owner(session: Session, activity: Activity) -> None:
    if activity.owner_id not in {row.id for row in workers(session, activity.partner_id)}:
        raise RuleBroken("Choose somebody who works for this partner.", "owner_id")
