"""A6: every route says who may enter, and keeps everybody else out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app import Accord
from app.access import ROLES, Permission, declared
from app.models import Event, Role
from tests.cast import Cast
from tests.world import World, built

# Open to everybody, each for a reason; sign-in and a campaign's form are throttled, an invitation needs its secret.
PUBLIC = {
    "accounts.sign_in",
    "accounts.invitation",
    "campaign_form.ask",
    "campaign_form.thanks",
    "home.healthz",
    "home.readyz",
    "static",
}

PLAYERS = {
    "anna": Role.ADMINISTRATOR,
    "carl": Role.CHANNEL_MANAGER,
    "mona": Role.MARKETING,
    "sam": Role.SALES,
    "audrey": Role.AUDITOR,
    "alice": Role.PARTNER_ADMINISTRATOR,
    "oscar": Role.OPERATIONS_AGENT,
    "sue": Role.SUPPORT_AGENT,
}
OUTSIDE = 9_007_199_254_740_991  # the number of no row


@dataclass(frozen=True)
class Door:
    """One method of one route."""

    method: str
    endpoint: str
    path: str
    arguments: tuple[str, ...]

    def at(self, app: Accord, values: dict[str, int]) -> str:
        """The address with these numbers in it, and no row's number where none is given."""
        adapter = app.url_map.bind("localhost")
        words = {"kind": "leads"}  # a part of the address that may be one of a few words only
        filled = {
            name: values.get(name, OUTSIDE if name.endswith("_id") else words.get(name, "x"))
            for name in self.arguments
        }
        return adapter.build(self.endpoint, filled, method=self.method)


def doors(app: Accord) -> Iterator[Door]:
    """Every method of every route, but the files the web server gives out itself."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint != "static":
                yield Door(method, rule.endpoint, rule.rule, arguments(rule))


def arguments(rule: Rule) -> tuple[str, ...]:
    return tuple(sorted(rule.arguments))


@pytest.fixture
def world(session: Session, cast: Cast) -> World:
    return built(session, cast)


def test_every_view_says_who_may_enter(app: Accord) -> None:
    """A6: one that says nothing is closed, and is a mistake."""
    silent = {name for name, view in app.view_functions.items() if declared(view) == frozenset()} - {"static"}

    assert silent == set()


def test_the_pages_open_to_everybody_are_these(app: Accord) -> None:
    """A6"""
    assert {name for name, view in app.view_functions.items() if declared(view) is None} | {
        "static"
    } == PUBLIC


def test_nobody_enters_without_signing_in(app: Accord, client: FlaskClient) -> None:
    """A6: every method of every route leads to the sign-in page."""
    let_in = []
    for door in doors(app):
        if door.endpoint not in PUBLIC:
            answer = client.open(door.at(app, {}), method=door.method)
            if answer.status_code != 303 or not (answer.location or "").startswith("/accounts/sign-in"):
                let_in.append((door.method, door.path, answer.status_code))

    assert let_in == []


def test_a_partners_person_has_no_business_in_the_main_application(app: Accord) -> None:
    """A2: no route of it asks for a right that a partner's role holds."""
    partners = ROLES[Role.PARTNER_ADMINISTRATOR] | ROLES[Role.OPERATIONS_AGENT] | ROLES[Role.SUPPORT_AGENT]
    open_to_them = {
        name
        for name, view in app.view_functions.items()
        if name.startswith("partnership.") and not (declared(view) or frozenset()).isdisjoint(partners)
    }

    assert open_to_them == set()


@pytest.mark.parametrize("player", PLAYERS)
def test_who_lacks_the_right_gets_403_and_who_holds_it_does_not(
    app: Accord,
    sign_in: Callable[[str], FlaskClient],
    world: World,
    player: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A2: rows of nobody are asked for, so that nothing is changed: inside, they are 404.

    The door answers before any view is run. Anna and Alice, who may most on either side, go on into the rooms;
    the others are met by the words "let in" behind the door.
    """
    own = sign_in(player)
    held = ROLES[PLAYERS[player]]
    if player not in {"anna", "alice"}:
        monkeypatch.setattr(app, "dispatch_request", lambda: app.make_response("let in"))
    wrong = []
    for door in doors(app):
        if door.endpoint in PUBLIC or door.endpoint == "accounts.sign_out":
            continue
        asked = declared(app.view_functions[door.endpoint]) or frozenset()
        answer = own.open(door.at(app, {}), method=door.method)
        is_kept_out = answer.status_code == 403
        if is_kept_out != asked.isdisjoint(held) or answer.status_code >= 500:
            wrong.append((door.method, door.path, answer.status_code))
        answer.close()

    assert wrong == []


def test_a_partners_person_finds_nothing_of_another_partner(
    app: Accord, sign_in: Callable[[str], FlaskClient], world: World
) -> None:
    """A6: by any route that takes a row's number, with the numbers of Bolt's rows; Alice may most of her partner."""
    own = sign_in("alice")
    held = ROLES[PLAYERS["alice"]]
    found, tried = [], 0
    for door in doors(app):
        asked = declared(app.view_functions[door.endpoint])
        takes_a_row = any(name in world.rows["BOLT"] for name in door.arguments)
        if not asked or not takes_a_row or asked.isdisjoint(held):
            continue
        tried += 1
        answer = own.open(door.at(app, world.rows["BOLT"]), method=door.method)
        if answer.status_code != 404:
            found.append((door.method, door.path, answer.status_code))
        answer.close()

    assert tried > 0
    assert found == []


def test_lists_exports_and_filters_show_a_partner_nothing_of_another(
    app: Accord, sign_in: Callable[[str], FlaskClient], world: World
) -> None:
    """A6: whatever is searched, sorted or filtered for; spreadsheets are read as the CSV beside them."""
    own = sign_in("alice")
    held = ROLES[PLAYERS["alice"]]
    bolt = world.rows["BOLT"]
    questions = (
        "",
        "?q=Bolt",
        f"?partner={bolt['partner_id']}",
        f"?after={bolt['lead_id']}",
        "?sort=-name&q=BOLT",
    )
    leaks = []
    for door in doors(app):
        asked = declared(app.view_functions[door.endpoint])
        if (
            not asked
            or door.arguments
            or door.method != "GET"
            or asked.isdisjoint(held)
            or ".xlsx" in door.path
        ):
            continue
        for question in questions:
            answer = own.get(door.path + question)
            shown = answer.get_data()
            if any(
                name in shown
                for name in (
                    b"Bolt Trading",
                    b"Deal of BOLT",
                    b"Lead of BOLT",
                    b"ORDER-BOLT",
                    b"Fair of BOLT",
                    b"@bolt.example",
                )
            ):
                leaks.append(door.path + question)
            answer.close()

    assert leaks == []


def test_staff_may_not_enter_the_portal_nor_partners_the_main_application(
    sign_in: Callable[[str], FlaskClient], world: World
) -> None:
    """A2"""
    assert sign_in("anna").get("/portal").status_code == 403
    assert sign_in("alice").get("/partnership/partners").status_code == 403


def test_a_refused_attempt_is_an_event(
    sign_in: Callable[[str], FlaskClient], cast: Cast, session: Session
) -> None:
    """A7"""
    sign_in("alice").post("/partnership/partners/new")
    refused = session.scalars(select(Event).where(Event.kind == "access.refused")).one()

    assert (refused.actor_id, refused.partner_id) == (cast.alice.id, cast.acme.id)


def test_the_table_of_rights_is_the_products(app: Accord) -> None:
    """A2: who may change what, as product.md says."""
    writers = {
        Permission.SETTINGS_WRITE: {Role.ADMINISTRATOR},
        Permission.PROGRAM_WRITE: {Role.ADMINISTRATOR, Role.CHANNEL_MANAGER},
        Permission.PARTNERS_WRITE: {Role.ADMINISTRATOR, Role.CHANNEL_MANAGER},
        Permission.IMPORT_ALL: {Role.ADMINISTRATOR, Role.CHANNEL_MANAGER},
        Permission.IMPORT_PIPELINE: {Role.ADMINISTRATOR, Role.CHANNEL_MANAGER, Role.SALES},
        Permission.IMPORT_FUNDS: {Role.ADMINISTRATOR, Role.CHANNEL_MANAGER, Role.MARKETING},
        Permission.TRAININGS_WRITE: {Role.ADMINISTRATOR, Role.CHANNEL_MANAGER},
        Permission.EVENTS_READ: {Role.ADMINISTRATOR, Role.CHANNEL_MANAGER, Role.AUDITOR},
        Permission.PORTAL_READ: {Role.PARTNER_ADMINISTRATOR, Role.OPERATIONS_AGENT, Role.SUPPORT_AGENT},
        Permission.PORTAL_PEOPLE_WRITE: {Role.PARTNER_ADMINISTRATOR},
    }

    assert {right: {role for role, held in ROLES.items() if right in held} for right in writers} == writers
