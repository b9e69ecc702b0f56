"""The list of activities, as the vendor and the partner see it: what is planned, what it costs, who is next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app import filters as formats
from app import scope
from app.access import Permission, current_person, may
from app.activities import words
from app.activities.proposing import is_off
from app.extensions import db
from app.listing import Column, Page, choice, day, matches
from app.listing.audience import SharedListing, partner_column, partner_filter
from app.models import (
    Activity,
    ActivityApproval,
    ActivityStatus,
    ActivityType,
    ApprovalState,
    Fund,
    FundType,
    Partner,
    Person,
    Role,
)
from app.models.activities.waiting import decided_by, lacking_proofs, undecided, unsent
from app.rules.activities import share
from app.rules.money import from_minor

SUMMED = 2000
"""Of so many activities the sum is worth the question it costs."""
SAID = 3
WAITS = {
    "me": "For me",
    "submission": "For the partner to submit",
    "decision": "For a decision",
    "proofs": "For proofs, and over",
    "settlement": "For the settlement",
}


def _activities() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Activity,
            Partner.name.label("partner_name"),
            ActivityType.name.label("type_name"),
            Person.name.label("owner_name"),
        )
        .outerjoin(Partner, Partner.id == Activity.partner_id)
        .outerjoin(ActivityType, ActivityType.id == Activity.activity_type_id)
        .outerjoin(Person, Person.id == Activity.owner_id)
    )


@dataclass(frozen=True)
class Listed:
    """An activity of the list with who is asked next, and until when."""

    activity: Activity
    partner_name: str | None
    type_name: str | None
    owner_name: str | None
    role: Role | None
    due_at: datetime | None

    @property
    def id(self) -> int:
        """Return the activity's number in the database: where the next screen goes on."""
        return self.activity.id

    def __getitem__(self, place: int) -> Activity:
        """Return the activity, as the first of a row."""
        return (self.activity,)[place]

    @property
    def next(self) -> str:
        """Say who does what next, and until when."""
        return words.next_step(self.activity, self.role, self.due_at, scope.today())

    @property
    def from_fund(self) -> Decimal:
        """Return what the fund pays of the budget."""
        return from_minor(self.activity.reserved_amount(), self.activity.currency)


def _with_steps(session: Session, rows: list[Any]) -> list[Any]:
    """Add whose turn it is in the approval of these activities, in one question."""
    turns = select(ActivityApproval.activity_id, ActivityApproval.role, ActivityApproval.due_at).where(
        ActivityApproval.activity_id.in_([row[0].id for row in rows]),
        ActivityApproval.state == ApprovalState.WAITING,
        ActivityApproval.due_at.is_not(None),
    )
    turn = {number: (role, due_at) for number, role, due_at in session.execute(turns)}
    return [
        Listed(row[0], row.partner_name, row.type_name, row.owner_name, *turn.get(row[0].id, (None, None)))
        for row in rows
    ]


def _waits(given: str) -> ColumnElement[bool]:
    """Return the condition of what an activity waits for."""
    conditions: dict[str, Callable[[], ColumnElement[bool]]] = {
        "me": _mine,
        "submission": unsent,
        "decision": undecided,
        "proofs": lambda: lacking_proofs(scope.today()),
        "settlement": lambda: Activity.status == ActivityStatus.COMPLETED,
    }
    return conditions[given]()


def _mine() -> ColumnElement[bool]:
    """Return the condition of what waits for the reader: a decision; for a partner an answer, or proofs."""
    if current_person.is_staff:
        return decided_by(current_person)
    own = or_(Activity.owner_id == current_person.id, Activity.owner_id.is_(None))
    return and_(or_(unsent(), lacking_proofs(scope.today())), own)


def types() -> list[tuple[str, str]]:
    """Return every type of activity, those in use first."""
    known = select(ActivityType.id, ActivityType.name).order_by(ActivityType.active.desc(), ActivityType.name)
    return [(str(row.id), row.name) for row in db.session.execute(known)]


def _fund_types() -> list[tuple[str, str]]:
    known = select(FundType.id, FundType.name).order_by(FundType.name)
    return [(str(row.id), row.name) for row in db.session.execute(known)]


def _of_fund(given: str) -> ColumnElement[bool]:
    return Activity.fund_id.in_(select(Fund.id).where(Fund.fund_type_id == int(given)))


@dataclass(frozen=True)
class ActivityListing(SharedListing):
    """The list both faces read, with what the activities of it cost."""

    def page(self, args: Any | None = None, where: ColumnElement[bool] | None = None) -> Page:
        """Return the screen asked for, with what all its activities cost, by currency, where that is cheap."""
        page = super().page(args, where)
        page.note = _cost(page)
        return page


def _cost(page: Page) -> str | None:
    """Say what the whole list costs, and what of it the funds pay, by currency (M1: never one with another)."""
    if not page.items or page.total > SUMMED:
        return None
    columns = (Activity.currency, Activity.budget, Activity.vendor_percent)
    rows = page.selected().with_only_columns(*columns, maintain_column_froms=True).order_by(None)
    sums: dict[str, tuple[Decimal, int]] = {}
    for currency, budget, percent in db.session.execute(rows):
        whole, paid = sums.get(currency, (Decimal(0), 0))
        sums[currency] = whole + budget, paid + share(budget, percent, currency)
    return _said(sorted(sums.items()))


def _said(sums: Sequence[tuple[str, tuple[Decimal, int]]]) -> str:
    said = [
        f"{formats.money(budget, currency)} {currency},"
        f" {formats.money(from_minor(paid, currency), currency)} from funds"
        for currency, (budget, paid) in sums[:SAID]
    ]
    more = len(sums) - SAID
    if more > 0:
        said.append("1 more currency" if more == 1 else f"{more} more currencies")
    return " · ".join(said)


def _money(activity: Activity) -> str:
    return activity.currency


LIST = ActivityListing(
    "activities",
    query=_activities,
    key=Activity.id,
    columns=[
        Column("title", "Title", lambda row: row[0].title),
        partner_column(),
        Column("type", "Type", lambda row: row.type_name),
        Column(
            "status",
            "Status",
            lambda row: words.status(row[0]),
            kind="badge",
            tone=lambda row: words.tone(row[0]),
        ),
        Column("starts", "Starts", lambda row: row[0].starts_on, sort=Activity.starts_on, kind="day"),
        Column("ends", "Ends", lambda row: row[0].ends_on, kind="day"),
        Column(
            "budget", "Budget", lambda row: row[0].budget, kind="money", currency=lambda row: _money(row[0])
        ),
        Column(
            "fund",
            "From the fund",
            lambda row: row.from_fund,
            kind="money",
            currency=lambda row: _money(row[0]),
        ),
        Column("next", "Next step", lambda row: row.next),
        Column("owner", "Owner", lambda row: row.owner_name),
    ],
    filters=[
        choice("waits", "Waiting", list(WAITS.items()), _waits),
        choice(
            "status",
            "Status",
            [(one.value, one.value.capitalize()) for one in ActivityStatus],
            lambda given: Activity.status == ActivityStatus(given),
        ),
        choice("type", "Type", types, lambda given: Activity.activity_type_id == int(given)),
        partner_filter(Activity.partner_id),
        choice("fund_type", "Fund", _fund_types, _of_fund),
        day("from", "Takes place from", lambda on: Activity.ends_on >= on),
        day("to", "Takes place to", lambda on: Activity.starts_on <= on),
    ],
    search=lambda words_: matches(Activity.search, words_),
    default="-starts",
    href=lambda row: words.address(row[0].id),
    empty=(
        "No activities yet",
        "An event, an advertisement, a mailing: propose what the fund should pay for, and follow it from here.",
    ),
    action=lambda: (
        ("Propose an activity", url_for(f"{words.face()}.new"))
        if may(Permission.ACTIVITIES_WRITE) and not is_off()
        else None
    ),
    prepare=_with_steps,
)
