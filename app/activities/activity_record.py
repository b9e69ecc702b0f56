"""What the page of an activity shows: its path, its approval, its money, its proofs, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import Permission, current_person, may
from app.activities import words
from app.activities.activity_drawing import Part, Place, bar, path
from app.activities.activity_links import Linked, linked
from app.activities.finding import found
from app.conversation import conversation
from app.extensions import db
from app.listing.audience import crumb
from app.models import (
    Activity,
    ActivityProof,
    ActivitySettlement,
    ActivityStatus,
    Entry,
    Partner,
    Person,
)
from app.models.activities.activity_returns import Return, returns
from app.models.activities.activity_standing import ApprovalStep, Held
from app.models.funds.fund_reading import zone_of_partner
from app.rules.activities import NEW, Act
from app.rules.money import from_minor

S = ActivityStatus


@dataclass(frozen=True)
class Item:
    """A proof of the checklist with the files there are for it."""

    name: str
    files: Sequence[ActivityProof]


@dataclass(frozen=True)
class Payment:
    """What was paid, and whether it was taken back."""

    row: ActivitySettlement
    amount: Decimal
    by: str | None
    is_undone: bool


@dataclass(frozen=True)
class Moved:
    """An entry of the ledger for this activity."""

    id: int
    kind: str
    amount: Decimal
    posted_at: datetime
    zone: str
    """Where the fund's days are counted, so that an entry has one day on every page (M4)."""
    reverses_id: int | None
    href: str | None


@dataclass(frozen=True)
class Round:
    """The steps of one submission."""

    number: int
    steps: Sequence[ApprovalStep]


@dataclass(frozen=True)
class ActivityPage:
    """An activity as its reader may work it."""

    activity: Activity
    acts: frozenset[Act]
    steps: Sequence[ApprovalStep]
    items: Sequence[Item]
    held: Held
    payments: Sequence[Payment]
    entries: Sequence[Moved] | None
    is_active: bool
    today: date
    """The day it is for the partner (M4)."""
    linked: Sequence[Linked]
    came: Return
    refused: str | None = None
    refused_item: str | None = None

    def may(self, name: str) -> bool:
        """Say whether the reader may do an act now, by its name."""
        return Act(name) in self.acts

    def amount(self, units: int) -> Decimal:
        """Return so many minor units as an amount."""
        return from_minor(units, self.activity.currency)

    @property
    def from_fund(self) -> Decimal:
        """Return what the fund pays of the budget."""
        return self.amount(self.activity.reserved_amount())

    @property
    def released(self) -> Decimal:
        """Return what went back to the fund, of what was once reserved for it."""
        undone = {one.reverses_id for one in self.entries or ()}
        given = (one.amount for one in self.entries or () if one.kind == "release" and one.id not in undone)
        return sum(given, Decimal(0))

    @property
    def turn(self) -> ApprovalStep | None:
        """Return the step whose turn it is."""
        return next((one for one in self.steps if one.is_next), None)

    @property
    def rounds(self) -> list[Round]:
        """Return the steps of approval by submission, the latest first."""
        numbers = dict.fromkeys(one.round for one in self.steps)
        return [Round(number, [one for one in self.steps if one.round == number]) for number in numbers]

    @property
    def item_names(self) -> list[str]:
        """Return what the checklist asks for."""
        return [one.name for one in self.items]

    @property
    def is_ahead(self) -> bool:
        """Say whether it is not approved yet, so that nothing is to be proved."""
        return self.activity.status in {S.DRAFT, S.SUBMITTED, S.RETURNED}

    @property
    def is_over(self) -> bool:
        """Say whether its last day is behind."""
        return self.activity.ends_on < self.today

    @property
    def is_provable(self) -> bool:
        """Say whether there is a file for every proof, and it has begun."""
        return all(one.files for one in self.items) and self.activity.starts_on <= self.today

    @property
    def path(self) -> list[Place]:
        """Return the steps of the activity, those behind it with their moments (F5)."""
        return path(self.activity)

    @property
    def sharing(self) -> list[Part]:
        """Return who pays which part of the budget."""
        rest = self.activity.budget - self.from_fund
        return bar([("fund", "The fund", self.from_fund), ("partner", "The partner", rest)])

    @property
    def standing(self) -> list[Part]:
        """Return what of the fund's part is spent, still reserved, and was given back."""
        spent, reserved = self.amount(self.held.spent), self.amount(self.held.reserved)
        return bar(
            [
                ("spent", "Spent", spent),
                ("reserved", "Still reserved", reserved),
                ("free", "Given back", self.released),
            ]
        )


def page(
    activity_id: int, refused: str | None = None, refused_item: str | None = None
) -> ResponseReturnValue:
    """Show an activity; 422 with the sentence when a file for it was refused."""
    activity = found(activity_id)
    shown = _read(activity, refused, refused_item)
    return render_template(
        "activities/show.html",
        page=shown,
        activity=activity,
        words=words,
        whose=crumb(activity.partner),
        fund_href=fund_href(activity),
        joint_words=_joint_words(),
        joint_href=_joint_href(activity),
        talk=conversation(activity),
    ), 422 if refused else 200


def _read(activity: Activity, refused: str | None, refused_item: str | None) -> ActivityPage:
    is_active = activity.partnership_is_active()
    return ActivityPage(
        activity,
        acts_of(activity) if is_active else acts_of(activity) - NEW,
        activity.steps(),
        _items(activity),
        activity.held(),
        _payments(activity),
        _entries(activity),
        is_active,
        activity.partner.today(),
        linked(activity),
        returns(db.session(), [activity.id])[activity.id],
        refused,
        refused_item,
    )


def acts_of(activity: Activity) -> frozenset[Act]:
    """Return what the reader may do with it now, by right and by where it stands."""
    return activity.acts(current_person) if may(Permission.ACTIVITIES_WRITE) else frozenset()


def _joint_words() -> str:
    """Say what a part of a joint activity means for who reads it."""
    if current_person.is_staff:
        return "This is one partner’s part of a joint activity: all parts are approved together, or none."
    return "The vendor plans this together with several partners; this is your part of it, paid by your fund."


def _joint_href(activity: Activity) -> str | None:
    """Return where all parts are read: by the vendor alone."""
    if activity.joint_id is None or not current_person.is_staff:
        return None
    return url_for("partnership.joint_activities.show", joint_id=activity.joint_id)


def _items(activity: Activity) -> list[Item]:
    """Return the checklist with its files; files for what is not asked for any more stand at the end."""
    proofs = activity.proofs()
    wanted = activity.wanted_proofs()
    others = dict.fromkeys(one.item for one in proofs if one.item not in wanted)
    return [Item(name, [one for one in proofs if one.item == name]) for name in (*wanted, *others)]


def _payments(activity: Activity) -> list[Payment]:
    rows = activity.settlements()
    paying = select(Person.id, Person.name).where(Person.id.in_({row.by_id for row, _ in rows}))
    names = {one.id: one.name for one in db.session.execute(paying)} if rows else {}
    return [
        Payment(row, from_minor(row.amount, activity.currency), names.get(row.by_id or 0), is_undone)
        for row, is_undone in rows
    ]


def _entries(activity: Activity) -> list[Moved] | None:
    """Return the activity's entries for those who may read funds; None for the others (F8)."""
    if not may(Permission.FUNDS_READ, Permission.PORTAL_FUNDS_READ):
        return None
    columns = (Entry.id, Entry.kind, Entry.amount, Entry.posted_at, Entry.reverses_id)
    rows = (
        select(*columns, zone_of_partner().label("zone"))
        .join(Partner, Partner.id == Entry.partner_id)
        .where(Entry.activity_id == activity.id)
        .order_by(Entry.sequence)
    )
    return [
        Moved(
            row.id,
            row.kind.value,
            from_minor(row.amount, activity.currency),
            row.posted_at,
            row.zone,
            row.reverses_id,
            _href(activity, row),
        )
        for row in db.session.execute(rows)
    ]


def _href(activity: Activity, row: Any) -> str | None:
    """Return where an entry explains itself: staff open the entry, partners their fund."""
    if current_person.is_staff:
        return _where("partnership.fund_entries.show", entry_id=row.id)
    return _where("portal.funds.show", fund_id=activity.fund_id)


def fund_href(activity: Activity) -> str | None:
    """Return where the fund that pays is read, for those who may."""
    if not may(Permission.FUNDS_READ, Permission.PORTAL_FUNDS_READ):
        return None
    face = "partnership" if current_person.is_staff else "portal"
    return _where(f"{face}.funds.show", fund_id=activity.fund_id)


def _where(endpoint: str, **address: Any) -> str | None:
    return url_for(endpoint, **address) if endpoint in current_app.view_functions else None
