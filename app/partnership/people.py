"""People: the vendor's staff and partners' people, to read; inviting and changing them comes with accounts."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from app.access import ROLES, Permission, requires
from app.database import find
from app.extensions import db
from app.listing import Column, Listing, choice, text
from app.models import Contact, Partner, Person, Role

bp = Blueprint("people", __name__, url_prefix="/people")


@cache
def _people() -> Select[*tuple[Any, ...]]:
    return (
        select(Person, Contact.email.label("email"), Partner.name.label("partner_name"))
        .outerjoin(Contact, Contact.person_id == Person.id)
        .outerjoin(Partner, Partner.id == Person.partner_id)
    )


SIDES: dict[str, ColumnElement[bool]] = {
    "staff": Person.partner_id.is_(None),
    "partners": Person.partner_id.is_not(None),
}

LIST = Listing(
    "people",
    query=_people,
    key=Person.id,
    columns=[
        Column("name", "Name", lambda row: row[0].name, sort=Person.name),
        Column("title", "Title", lambda row: row[0].title),
        Column("organisation", "Organisation", lambda row: row.partner_name or "Own staff"),
        Column("roles", "Roles", lambda row: row[0].role_names),
        Column("email", "E-mail", lambda row: row.email),
        Column(
            "state",
            "State",
            lambda row: "Active" if row[0].active else "Left",
            kind="badge",
            tone=lambda row: "good" if row[0].active else "neutral",
        ),
    ],
    filters=[
        choice(
            "side", "Side", [("staff", "Own staff"), ("partners", "Partners")], lambda given: SIDES[given]
        ),
        choice(
            "role",
            "Role",
            [(role.value, role.value.capitalize()) for role in Role],
            lambda given: Person.roles.contains([Role(given).value]),
        ),
        text("partner", "Partner code", lambda given: Partner.code == given),
    ],
    search=lambda words: (
        Person.name.icontains(words, autoescape=True) | Contact.email.icontains(words, autoescape=True)
    ),
    default="name",
    href=lambda row: url_for("partnership.people.show", person_id=row[0].id),
    empty=("Nobody yet", "People appear here once they are invited."),
)
LIST.routes(bp, requires(Permission.PEOPLE_READ))


@bp.get("")
@requires(Permission.PEOPLE_READ)
def index() -> ResponseReturnValue:
    """List everybody who signs in, on both sides."""
    return render_template("partnership/people/index.html", page=LIST.page())


@bp.get("/<id:person_id>")
@requires(Permission.PEOPLE_READ)
def show(person_id: int) -> ResponseReturnValue:
    """Show who a person is and what it may do."""
    person = find(Person, person_id, joinedload(Person.contact), joinedload(Person.partner))
    looks_after = (
        select(Partner.id, Partner.name, Partner.code)
        .where(Partner.manager_id == person.id)
        .order_by(Partner.sort_name)
    )
    rights = frozenset[Permission]().union(*(ROLES[Role(role)] for role in person.roles))
    return render_template(
        "partnership/people/show.html",
        person=person,
        partners=db.session.execute(looks_after).all() if person.is_staff else [],
        rights=sorted(right.value for right in rights if right is not Permission.SIGNED_IN),
    )
