"""The partner's own people: who can enter, with which roles (A2)."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, Select, func, or_, select

from app.access import Permission, requires
from app.listing import Column, Listing, choice
from app.models import Contact, Person

bp = Blueprint("people", __name__, url_prefix="/people")


@cache
def _people() -> Select[*tuple[Any, ...]]:
    """Return the partner's people; staff, whom a partner may see by name, are nobody's people here."""
    return (
        select(Person, Contact.email, Contact.phone)
        .outerjoin(Contact, Contact.person_id == Person.id)
        .where(Person.partner_id.is_not(None))
    )


def _person(row: Row[Any]) -> Person:
    person: Person = row[0]
    return person


LIST = Listing(
    "people",
    query=_people,
    key=Person.id,
    columns=[
        Column("name", "Name", lambda row: _person(row).name, sort=func.accord_fold(Person.name)),
        Column("title", "Title", lambda row: _person(row).title),
        Column("email", "E-mail", lambda row: row.email),
        Column("phone", "Phone", lambda row: row.phone),
        Column("roles", "Roles", lambda row: _person(row).role_names),
        Column(
            "state",
            "Portal",
            lambda row: "Can sign in" if _person(row).active else "Left",
            kind="badge",
            tone=lambda row: "good" if _person(row).active else "neutral",
        ),
    ],
    filters=[
        choice(
            "state",
            "Portal",
            [("yes", "Can sign in"), ("no", "Left")],
            lambda given: Person.active.is_(given == "yes"),
        )
    ],
    search=lambda words: or_(
        Person.name.icontains(words, autoescape=True), Contact.email.icontains(words, autoescape=True)
    ),
    default="name",
    empty=("Nobody yet", "Your partner manager invites your first administrator."),
)
LIST.routes(bp, requires(Permission.PORTAL_PEOPLE_READ))


@bp.get("")
@requires(Permission.PORTAL_PEOPLE_READ)
def index() -> ResponseReturnValue:
    """List the partner's own people."""
    return render_template("portal/people/index.html", page=LIST.page())
