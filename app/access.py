"""The door: who is asking, and may they (A2, A6).

Every view says what it asks for by `@requires` or `@anyone`; one that says nothing is closed.
GET and POST of one address say it separately when they differ.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from werkzeug.local import LocalProxy

from app import clock, scope
from app.database import aside
from app.extensions import db, login_manager
from app.forms import is_typeable
from app.models import Event, Person, Role, SignIn
from app.models.sign_in import digest

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

SEEN_EVERY = 60  # seconds


class Permission(StrEnum):
    """What a view asks for. Portal permissions are a partner's, the others the vendor's or both."""

    SIGNED_IN = "signed in"
    SETTINGS_READ = "read settings"
    SETTINGS_WRITE = "change settings"
    PROGRAM_READ = "read the program"
    PROGRAM_WRITE = "configure the program"
    PARTNERS_READ = "read partners"
    PARTNERS_WRITE = "change partners"
    IMPORT_ALL = "import everything"
    IMPORT_FUNDS = "import fund entries"
    IMPORT_PIPELINE = "import leads and deals"
    PEOPLE_READ = "read partners' people"
    ADMINISTRATORS_WRITE = "invite a first administrator, lock, remove"
    TRAININGS_READ = "read trainings"
    TRAININGS_WRITE = "change trainings"
    LEADS_READ = "read leads"
    LEADS_WRITE = "work leads"
    LEADS_PASS = "pass leads to partners"  # noqa: S105 - leads are passed, nothing is a secret
    DISTRIBUTION_WRITE = "change the rules of distribution"
    CAMPAIGNS_WRITE = "change campaigns"
    OPPORTUNITIES_READ = "read opportunities"
    OPPORTUNITIES_WRITE = "work opportunities"
    DEALS_DECIDE = "confirm, reopen and hand over deals"
    CONFLICTS_DECIDE = "decide about registrations"
    STAGES_WRITE = "change the stages of the pipeline"
    ORDERS_READ = "read orders"
    ORDERS_WRITE = "work orders"
    ORDERS_DECIDE = "confirm and cancel orders, override prices"
    FUNDS_READ = "read funds"
    FUNDS_WRITE = "credit, debit and transfer funds"
    ACTIVITIES_READ = "read marketing activities"
    ACTIVITIES_WRITE = "propose marketing activities"
    ACTIVITIES_DECIDE = "approve and settle marketing activities"
    COMMENT = "comment and watch"
    EVENTS_READ = "read events"
    ANALYTICS_READ = "read analytics"
    PORTAL_READ = "read the own program"
    PORTAL_FUNDS_READ = "read the own funds"
    PORTAL_ACTIVITIES_READ = "read the own marketing activities"
    PORTAL_PEOPLE_READ = "read the own people"
    PORTAL_PEOPLE_WRITE = "change the own people"


P = Permission
_STAFF_READS = frozenset(
    {
        P.SIGNED_IN,
        P.PROGRAM_READ,
        P.PARTNERS_READ,
        P.TRAININGS_READ,
        P.LEADS_READ,
        P.OPPORTUNITIES_READ,
        P.ORDERS_READ,
        P.ACTIVITIES_READ,
        P.ANALYTICS_READ,
    }
)
_PARTNER_READS = frozenset(
    {
        P.SIGNED_IN,
        P.PORTAL_READ,
        P.PORTAL_ACTIVITIES_READ,
        P.PORTAL_PEOPLE_READ,
        P.LEADS_READ,
        P.OPPORTUNITIES_READ,
        P.ORDERS_READ,
        P.COMMENT,
    }
)
_DECIDES = frozenset(
    {
        P.LEADS_WRITE,
        P.LEADS_PASS,
        P.OPPORTUNITIES_WRITE,
        P.DEALS_DECIDE,
        P.CONFLICTS_DECIDE,
        P.ORDERS_WRITE,
        P.ORDERS_DECIDE,
        P.COMMENT,
    }
)
_DECIDES_ACTIVITIES = frozenset({P.ACTIVITIES_WRITE, P.ACTIVITIES_DECIDE})
ROLES: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: _STAFF_READS
    | {
        P.SETTINGS_READ,
        P.SETTINGS_WRITE,
        P.PROGRAM_WRITE,
        P.PARTNERS_WRITE,
        P.IMPORT_ALL,
        P.IMPORT_PIPELINE,
        P.IMPORT_FUNDS,
        P.PEOPLE_READ,
        P.ADMINISTRATORS_WRITE,
        P.TRAININGS_WRITE,
        *_DECIDES,
        P.DISTRIBUTION_WRITE,
        P.CAMPAIGNS_WRITE,
        P.STAGES_WRITE,
        P.EVENTS_READ,
    },
    Role.CHANNEL_MANAGER: _STAFF_READS
    | {
        P.SETTINGS_READ,
        P.PROGRAM_WRITE,
        P.PARTNERS_WRITE,
        P.IMPORT_ALL,
        P.IMPORT_PIPELINE,
        P.IMPORT_FUNDS,
        P.PEOPLE_READ,
        P.ADMINISTRATORS_WRITE,
        P.TRAININGS_WRITE,
        *_DECIDES,
        *_DECIDES_ACTIVITIES,
        P.FUNDS_READ,
        P.DISTRIBUTION_WRITE,
        P.CAMPAIGNS_WRITE,
        P.EVENTS_READ,
    },
    Role.MARKETING: _STAFF_READS
    | {P.FUNDS_READ, P.FUNDS_WRITE, *_DECIDES_ACTIVITIES, P.IMPORT_FUNDS, P.COMMENT},
    Role.SALES: _STAFF_READS | _DECIDES | {P.IMPORT_PIPELINE},
    Role.AUDITOR: _STAFF_READS | {P.FUNDS_READ, P.SETTINGS_READ, P.PEOPLE_READ, P.EVENTS_READ},
    Role.PARTNER_ADMINISTRATOR: _PARTNER_READS
    | {
        P.PORTAL_FUNDS_READ,
        P.PORTAL_PEOPLE_WRITE,
        P.LEADS_WRITE,
        P.OPPORTUNITIES_WRITE,
        P.ORDERS_WRITE,
        P.ACTIVITIES_WRITE,
    },
    Role.OPERATIONS_AGENT: _PARTNER_READS
    | {P.PORTAL_FUNDS_READ, P.LEADS_WRITE, P.OPPORTUNITIES_WRITE, P.ORDERS_WRITE, P.ACTIVITIES_WRITE},
    Role.SUPPORT_AGENT: _PARTNER_READS,
}


@dataclass
class Visitor:
    """Somebody signed in, as Flask-Login knows them: the person and the secret of this session."""

    person: Person
    secret: str
    vendor: str
    unread: int = 0
    views: frozenset[str] = frozenset()
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Return what the cookie holds: the session's secret, never the person's number."""
        return self.secret

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """Return what all roles together allow (A2), for this request."""
        return frozenset[Permission]().union(*(ROLES[Role(role)] for role in self.person.roles))


def visitor() -> Visitor | None:
    """Return who was let in by the door, without asking the database again."""
    known = g.get("_login_user")
    return known if isinstance(known, Visitor) else None


def _person() -> Person | None:
    known = visitor()
    return None if known is None else known.person


current_person: Person = cast("Person", LocalProxy(_person))


def reader() -> Person:
    """Return who is signed in, itself and not by a proxy: for what asks it hundreds of times."""
    known = visitor()
    if known is None:
        raise RuntimeError("Nobody is signed in.")
    return known.person


def may(*permissions: Permission) -> bool:
    """Say whether the reader holds any of these permissions."""
    known = visitor()
    return known is not None and not known.permissions.isdisjoint(permissions)


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Open a view to those who hold any of these permissions."""

    def mark(view: View) -> View:
        view.__permissions__ = frozenset(permissions)  # type: ignore[attr-defined]
        return view

    return mark


def anyone(view: View) -> View:
    """Open a view to everybody, signed in or not; such views are listed by name in a test."""
    view.__permissions__ = None  # type: ignore[attr-defined]
    return view


def uploads(megabytes: int) -> Callable[[View], View]:
    """Let a view take files up to this size; everywhere else a request is small."""

    def mark(view: View) -> View:
        view.__megabytes__ = megabytes  # type: ignore[attr-defined]
        return view

    return mark


def declared(view: Callable[..., Any]) -> frozenset[Permission] | None:
    """Return what a view asks for: a set, None for everybody, the empty set when it says nothing."""
    return cast("frozenset[Permission] | None", getattr(view, "__permissions__", frozenset()))


# ---------------------------------------------------------------- the door


def guard(app: Flask) -> None:
    """Put the door before every request."""
    app.before_request(_open_door)
    app.teardown_request(_close_door)
    app.after_request(_remember)


def _open_door() -> ResponseReturnValue | None:
    g.scope_token = scope.replace(scope.DOOR)
    if request.endpoint == "static":
        return None
    if not all(map(is_typeable, [request.path, *request.args, *request.args.values()])):
        abort(400)  # no keyboard types it, and the database cannot keep it
    if request.endpoint is None:
        current_user.is_authenticated  # noqa: B018 - the 404 page has its reader's frame
        return None
    view = current_app.view_functions[request.endpoint]
    request.max_content_length = getattr(view, "__megabytes__", 1) * 1024 * 1024
    asked = declared(view)
    if asked is None:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=_way_back()))
    if current_user.permissions.isdisjoint(asked):
        g.refused = True
        abort(403)
    return None


def _way_back() -> str | None:
    if request.method == "GET" and request.path != "/":
        return request.full_path.rstrip("?")
    return None


def _close_door(_error: BaseException | None) -> None:
    db.session.remove()
    token = g.pop("scope_token", None)
    if token is not None:
        scope.reset(token)


def _remember(response: Any) -> Any:
    """Write down refused attempts (A7) and that the session is in use (A8), after the request's own work."""
    if g.get("refused") or g.get("stale_sign_in"):
        db.session.expunge_all()
        db.session.rollback()  # what the request did is committed; what the page read needs its connection no more
    refused = visitor() if g.get("refused") else None
    if refused is not None:
        person = refused.person
        with aside() as session_:
            Event.record(
                session_,
                "access.refused",
                None,
                by=person,
                partner_id=person.partner_id,
                after={"method": request.method, "path": request.path},
            )
    if g.get("stale_sign_in"):
        with aside() as session_:
            session_.execute(
                SignIn.__table__.update().where(SignIn.id == g.stale_sign_in).values(seen_at=clock.now())
            )
    return response


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(secret: str) -> Visitor | None:
    """Find who holds this session, at the door, and open the scope of that person with the same question (recipe C5)."""
    now = clock.now()
    read_only = request.method in {"GET", "HEAD", "OPTIONS"}
    asked = (digest(secret), now, now.date().isoformat(), "on" if read_only else "off")
    row = db.session.connection().exec_driver_sql(scope.KNOWN, asked).one_or_none()
    if row is None:
        session.clear()
        return None
    if (now - row.seen_at).total_seconds() > SEEN_EVERY:
        g.stale_sign_in = row.sign_in_id
    role = scope.Role.STAFF if row.partner_id is None else scope.Role.PARTNER
    opened = scope.Scope(role, row.partner_id, row.person_id, read_only, row.zone, row.own_only)
    if opened.settings()[3] == asked[2]:
        scope.entered(opened)
    else:  # where the reader is, it is another day than here
        scope.enter(db.session(), opened)
    return Visitor(_known(row), secret, row.vendor or "Accord", row.unread, frozenset(row.views))


def _known(row: Any) -> Person:
    """Return the person of a session without asking the database again."""
    person = Person(id=row.person_id)
    make_transient_to_detached(person)
    for name in ("partner_id", "name", "title", "roles", "locale", "time_zone", "theme"):
        set_committed_value(person, name, getattr(row, name))
    set_committed_value(person, "active", True)  # noqa: FBT003 - a column's value
    db.session.add(person)
    return person
