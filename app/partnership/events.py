"""Events: who did what, when, to whom, from what to what (A7)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from app.access import Permission, current_person, requires
from app.extensions import db
from app.filters import time_zone
from app.listing import Column, Listing, choice, day, matches, text
from app.models import Event, Partner, Person
from app.models.happenings import SAID, field_name, plain_kind, subject_name, value_words

bp = Blueprint("events", __name__, url_prefix="/events")
NOBODY = "accord"


def _events() -> Select[*tuple[Any, ...]]:
    return Event.told().where(Event.readable_by(current_person))


def _by(given: str) -> ColumnElement[bool]:
    """Return the condition that somebody of this name did it; what the program did by itself is Accord's."""
    if given.lower() == NOBODY:
        return Event.actor_id.is_(None)
    people = select(Person.id).where(Person.name.icontains(given, autoescape=True)).limit(500)
    return Event.actor_id.in_(list(db.session.scalars(people)))


def _about(given: str) -> ColumnElement[bool]:
    exact = select(Partner.id).where(func.lower(Partner.code) == given.lower())
    named = select(Partner.id).where(matches(Partner.search, given)).limit(500)
    return Event.partner_id.in_(list(db.session.scalars(exact)) or list(db.session.scalars(named)))


def _subject(given: str) -> ColumnElement[bool]:
    """Return the condition of a subject such as “lead” or “lead 7”."""
    noun, _, number = given.lower().rpartition(" ")
    if not noun:
        return Event.subject_type == _table(given)
    return (Event.subject_type == _table(noun)) & (Event.subject_id == int(number))


def _table(noun: str) -> str:
    """Return how a noun is kept: “price list” is price_list, and orders are orders."""
    name = noun.strip().lower().replace(" ", "_")
    return "orders" if name == "order" else name


def _begins(on: date) -> datetime:
    """Return when a day begins where the reader is."""
    return datetime.combine(on, time.min, ZoneInfo(time_zone()))


@cache
def _kinds() -> list[tuple[str, str]]:
    """Return every kind of event under its noun: many nouns are changed, accepted or closed."""
    named = ((kind, f"{_noun(kind)}: {plain_kind(kind).lower()}") for kind in SAID)
    return sorted(named, key=lambda one: one[1])


def _noun(kind: str) -> str:
    return kind.partition(".")[0].replace("_", " ").capitalize()


LIST = Listing(
    "events",
    query=_events,
    key=Event.id,
    columns=[
        Column("when", "When", lambda row: row[0].at, sort=Event.id, kind="when"),
        Column("what", "What", lambda row: row[0].words),
        Column("who", "Who", lambda row: row.actor_name or "Accord"),
        Column("partner", "Partner", lambda row: row.partner_name),
        Column("subject", "Subject", lambda row: subject_name(row[0].subject_type, row[0].subject_id)),
        Column("changed", "From what to what", lambda row: row[0].change),
    ],
    filters=[
        choice("what", "What", _kinds, lambda given: Event.kind == given),
        text("who", "Who", _by),
        text("partner", "Partner", _about),
        text("subject", "Subject", _subject),
        day("from", "From", lambda on: Event.at >= _begins(on)),
        day("to", "To", lambda on: Event.at < _begins(on + timedelta(days=1))),
    ],
    default="-when",
    href=lambda row: url_for("partnership.events.show", event_id=row[0].id),
    empty=("Nothing happened yet", "Every change is written down here, with who made it."),
)
LIST.routes(bp, requires(Permission.EVENTS_READ))


@bp.get("")
@requires(Permission.EVENTS_READ)
def index() -> ResponseReturnValue:
    """List what happened, the latest first."""
    return render_template("partnership/events/index.html", page=LIST.page())


@bp.get("/<id:event_id>")
@requires(Permission.EVENTS_READ)
def show(event_id: int) -> ResponseReturnValue:
    """Show an event with every value before and after."""
    wanted = (
        select(Event)
        .where(Event.id == event_id, Event.readable_by(current_person))
        .options(joinedload(Event.actor), joinedload(Event.partner), joinedload(Event.detail))
    )
    event = db.session.scalars(wanted).one_or_none()
    if event is None:
        abort(404)
    before, after = (event.detail.before, event.detail.after) if event.detail else ({}, {})
    values = [
        (field_name(name), value_words(before.get(name)), value_words(after.get(name)))
        for name in event.fields
    ]
    return render_template(
        "partnership/events/show.html",
        event=event,
        values=values,
        subject=subject_name(event.subject_type, event.subject_id),
    )
