"""P1: what happens when a partnership is due: a type that renews by itself renews it for a year; otherwise it ends.

Warnings 60, 30 and 7 days ahead are events, for those that end.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Text, cast, exists, select
from sqlalchemy.orm import Session

from app.models.assessing.among import among
from app.models.event import Event, EventDetail
from app.models.ladder import Ladder
from app.models.partnership import ActivePeriod, Partnership, SecondActivePartnership
from app.models.program import ProgramVersion
from app.rules.periods import DAY, add_years

WARNED = "partnership.due_soon"
AHEAD = (60, 30, 7)


def close_or_renew(session: Session, today: date, partner_ids: Collection[int]) -> list[Partnership]:
    """On the day after the due day: renew for a year where the type says so, else end the open period."""
    due = session.scalars(
        select(Partnership)
        .where(Partnership.due_on < today, _is_open(today - DAY), among(Partnership.partner_id, partner_ids))
        .order_by(Partnership.id)
    ).all()
    still_open = set(
        session.scalars(select(ActivePeriod.partnership_id).where(ActivePeriod.during.contains(today)))
    )
    for partnership in due:
        if _renews(session, partnership):
            partnership.renew(_next_due(partnership.due_on, today), by=None)
            if partnership.id not in still_open:
                with suppress(SecondActivePartnership):  # another one was begun since, and that one stays
                    partnership.activate(by=None)
        elif partnership.id in still_open:
            partnership.deactivate(by=None)
    return list(due)


def warn(session: Session, today: date, partner_ids: Collection[int]) -> list[Partnership]:
    """Say once, 60, 30 and 7 days ahead, that an active partnership will end; a warning missed is made up for."""
    warned: list[Partnership] = []
    for days in AHEAD:
        nearer = max((fewer for fewer in AHEAD if fewer < days), default=-1)
        soon = select(Partnership).where(
            Partnership.due_on <= today + timedelta(days=days),
            Partnership.due_on > today + timedelta(days=nearer),
            _is_open(today),
            among(Partnership.partner_id, partner_ids),
            ~_was_warned(days),
        )
        for partnership in session.scalars(soon.order_by(Partnership.id)).all():
            if _renews(session, partnership):
                continue
            after = {"days": days, "due_on": partnership.due_on}
            Event.record(session, WARNED, partnership, by=None, after=after)
            warned.append(partnership)
    return warned


def _next_due(due_on: date, today: date) -> date:
    """The first anniversary of the due day that is still to come."""
    years = 1
    while add_years(due_on, years) < today:
        years += 1
    return add_years(due_on, years)


def _is_open(on: date) -> ColumnElement[bool]:
    return exists().where(ActivePeriod.partnership_id == Partnership.id, ActivePeriod.during.contains(on))


def _was_warned(days: int) -> ColumnElement[bool]:
    """Warned for this due day already, at this distance."""
    return exists().where(
        Event.id == EventDetail.event_id,
        Event.kind == WARNED,
        Event.subject_type == "partnership",
        Event.subject_id == Partnership.id,
        EventDetail.after["days"].as_integer() == days,
        EventDetail.after["due_on"].as_string() == cast(Partnership.due_on, Text),
    )


def _renews(session: Session, partnership: Partnership) -> bool:
    """Whether the type renews by itself, by the program that held on the due day; without one it does."""
    version = ProgramVersion.holding(session, partnership.due_on)
    if version is None:
        return True
    renews = session.scalar(
        select(Ladder.renews).where(
            Ladder.version_id == version.id, Ladder.partner_type_id == partnership.partner_type_id
        )
    )
    return renews is not False
