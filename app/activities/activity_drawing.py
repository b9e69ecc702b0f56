"""How an activity is drawn: the path it walks, and bars of who pays what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.models import Activity, ActivityStatus

S = ActivityStatus
WHOLE = Decimal(100)
WALKED = (
    (S.DRAFT, "Draft", "created_at"),
    (S.SUBMITTED, "Submitted", "submitted_at"),
    (S.APPROVED, "Approved", "decided_at"),
    (S.COMPLETED, "Completed", "completed_at"),
    (S.SETTLED, "Settled", "settled_at"),
)
ENDED = {S.DECLINED: "Declined", S.CANCELLED: "Cancelled"}


@dataclass(frozen=True)
class Place:
    """A step of the path: behind, here, or ahead."""

    label: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class Part:
    """A part of a bar: what it stands for, how much, and where it is drawn."""

    name: str
    label: str
    amount: Decimal
    begin: str
    width: str


def path(activity: Activity) -> list[Place]:
    """Return the steps of the activity, those behind it with their moments (F5)."""
    ended = ENDED.get(activity.status)
    if ended is not None:
        steps = (
            WALKED if activity.checklist is not None else WALKED[:2]
        )  # a checklist is kept once it is approved
        behind = [Place(label, "done", at) for _, label, name in steps if (at := getattr(activity, name))]
        return [*behind, Place(ended, "here", activity.decided_at if activity.status is S.DECLINED else None)]
    stands = S.DRAFT if activity.status is S.RETURNED else activity.status
    here = [status for status, _, _ in WALKED].index(stands)
    walked = [_place(activity, at, here) for at in range(len(WALKED))]
    return [one for at, one in enumerate(walked) if at >= here or one.at is not None]


def _place(activity: Activity, at: int, here: int) -> Place:
    _, label, name = WALKED[at]
    if at == here and activity.status is S.RETURNED:
        return Place("Returned", "here", activity.decided_at)
    moment = getattr(activity, name) if at <= here else None
    return Place(label, "here" if at == here else "done" if at < here else "ahead", moment)


def bar(parts: Sequence[tuple[str, str, Decimal]]) -> list[Part]:
    """Return parts as a bar of a hundred draws them; those of nothing are left out."""
    whole = sum((amount for _, _, amount in parts), Decimal(0))
    drawn, begin = [], Decimal(0)
    for name, label, amount in parts:
        if amount > 0:
            width = (amount * WHOLE / whole).quantize(Decimal("0.01"))
            drawn.append(Part(name, label, amount, f"{begin:f}", f"{width:f}"))
            begin += width
    return drawn
