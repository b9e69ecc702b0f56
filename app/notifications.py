"""What a person is told: the list, marking it read, and how mails about it come."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session
from wtforms import RadioField
from wtforms.validators import InputRequired

from app import letters
from app.access import Permission, current_person, requires
from app.extensions import db
from app.forms import Form, render_form
from app.listing import Column, Listing, choice
from app.models import Contact, Digest, Notification, Person, Step
from app.models.talk.subjects import NOUNS
from app.news import news_of, told

bp = Blueprint("notifications", __name__, url_prefix="/notifications")

WAYS = {
    Digest.AT_ONCE: "At once: a mail as soon as something happens",
    Digest.DAILY: f"Daily: one mail at {letters.MORNING}:00 with all that is still unread",
    Digest.NONE: "Not at all: I look here",
}


class PreferencesForm(Form):
    """How a person wants to be told."""

    digest = RadioField(
        "Mails about what happens",
        [InputRequired("Choose how you want to be told.")],
        choices=[(way.value, words) for way, words in WAYS.items()],
    )


def _mine() -> Select[*tuple[Any, ...]]:
    return news_of(current_person.id)


def _prepare(session: Session, rows: list[Any]) -> list[Any]:
    return list(told(session, rows))


LIST = Listing(
    "notifications",
    query=_mine,
    key=Notification.id,
    is_drawn=False,
    columns=[
        Column(
            "state",
            "State",
            lambda news: "Read" if news.is_read else "Unread",
            sort=case((Notification.read_at.is_(None), 1), else_=0),
        ),
        Column("when", "When", lambda news: news.at, kind="when"),
        Column("record", "Record", lambda news: news.title),
        Column("what", "What", lambda news: news.what),
        Column("who", "Who", lambda news: news.who),
    ],
    filters=[
        choice(
            "state",
            "State",
            [("unread", "Unread"), ("read", "Read")],
            lambda given: Notification.read_at.is_(None) == (given == "unread"),
        ),
        choice(
            "about",
            "About",
            [(kind, noun) for kind, noun in NOUNS.items() if kind != "lead_offer"],
            lambda given: Step.subject_type.in_(["lead", "lead_offer"] if given == "lead" else [given]),
        ),
    ],
    default="-state",
    empty=(
        "Nothing yet",
        "You are told here when a comment names you, and when something happens to what you own or watch.",
    ),
    prepare=_prepare,
)
LIST.routes(bp, requires(Permission.SIGNED_IN))


@bp.get("")
@requires(Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """List what a person is told, the unread first."""
    return render_template("notifications/index.html", page=LIST.page())


@bp.post("/reading")
@requires(Permission.SIGNED_IN)
def read_all() -> ResponseReturnValue:
    """Mark everything as read."""
    Notification.read(db.session(), by=current_person)
    flash("Everything is marked as read.")
    return redirect(url_for(".index"))


@bp.post("/<id:notification_id>/reading")
@requires(Permission.SIGNED_IN)
def read(notification_id: int) -> ResponseReturnValue:
    """Mark one as read."""
    mine = select(Notification.id).where(
        Notification.id == notification_id, Notification.person_id == current_person.id
    )
    if db.session.scalar(mine) is None:
        abort(404)
    Notification.read(db.session(), by=current_person, numbers=[notification_id])
    return redirect(url_for(".index"))


@bp.route("/preferences", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def preferences() -> ResponseReturnValue:
    """Say how one wants to be told by mail."""
    session = db.session()
    known = session.execute(
        select(Person.digest, Contact.email)
        .outerjoin(Contact, Contact.person_id == Person.id)
        .where(Person.id == current_person.id)
    ).one()
    form = PreferencesForm(digest=known.digest.value)
    if form.validate_on_submit():
        with form.refusals():
            Notification.prefer(session, Digest(form.digest.data), by=current_person)
            flash("Saved.")
            return redirect(url_for(".index"))
    return render_form("notifications/preferences.html", form, email=known.email)
