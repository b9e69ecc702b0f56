"""What every page keeps to, whoever reads it: labels, headings, landmarks, and nothing the policy would block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import Accord
from app.models import (
    ActivityType,
    Base,
    Category,
    Event,
    OperatingCompany,
    OpportunityStage,
    Person,
    Product,
    ProgramVersion,
    Tier,
)
from tests.cast import Cast
from tests.test_doors import doors
from tests.world import World, built

VOID = {"input", "img", "link", "meta", "br", "hr", "col", "source", "wbr"}
SILENT = {"hidden", "submit", "button", "reset", "image"}


class Drawn(HTMLParser):
    """A page as a reader's tools see it, with what is wrong in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str]]] = []
        self.count: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, dict[str, str], bool]] = []
        self.wrong: list[str] = []
        self.words: dict[int, str] = {}
        self.captions = 0
        self.feed(page)
        self.close()
        self._finish()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.count[tag] += 1
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        self._refuse_what_the_policy_blocks(tag, attributes)
        if tag == "label":
            self.labelled.add(attributes.get("for", ""))
        elif tag in {"input", "select", "textarea"} and attributes.get("type") not in SILENT:
            self.fields.append((tag, attributes, any(name == "label" for name, _ in self.open)))
        elif tag == "img" and "alt" not in attributes:
            self.wrong.append(f"a picture without words: {attributes.get('src')}")
        if tag not in VOID:
            self.open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, attributes = self.open.pop()
            said = self.words.pop(len(self.open), "").strip() or attributes.get("aria-label")
            if name in {"button", "h1", "h2", "h3"} and not said:
                self.wrong.append(f"an empty <{name}>")
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        for depth in range(len(self.open)):
            self.words[depth] = self.words.get(depth, "") + data

    def _refuse_what_the_policy_blocks(self, tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name == "style" or (name.startswith("on") and name != "one") or name.startswith("hx-on"):
                self.wrong.append(f"<{tag} {name}>")
            if name in {"src", "href", "action"} and re.match(
                r"(javascript|data|js):", value.strip().lower()
            ):
                self.wrong.append(f"<{tag} {name}={value[:30]}>")
        if tag == "style" or (
            tag == "script" and "src" not in attributes and attributes.get("type") != "application/json"
        ):
            self.wrong.append(f"an inline <{tag}>")
        if tag in {"script", "link", "img"} and re.match(
            r"(https?:)?//", attributes.get("src") or attributes.get("href") or ""
        ):
            self.wrong.append(f"<{tag}> from elsewhere")

    def _finish(self) -> None:
        for name, expected in (("h1", 1), ("main", 1), ("title", 1)):
            if self.count[name] != expected:
                self.wrong.append(f"{self.count[name]} <{name}>")
        if self.count["table"] != self.count["caption"]:
            self.wrong.append(f"{self.count['table']} tables, {self.count['caption']} captions")
        self.wrong += [f"id {name} {times} times" for name, times in self.ids.items() if times > 1]
        for tag, attributes, inside in self.fields:
            named = inside or attributes.get("aria-label") or attributes.get("aria-labelledby")
            if not named and attributes.get("id") not in self.labelled:
                self.wrong.append(f"<{tag} name={attributes.get('name')}> without a label")


@pytest.fixture
def world(session: Session, cast: Cast) -> World:
    return built(session, cast)


def numbers(session: Session, world: World) -> dict[str, int]:
    """A number of a row for every parameter of an address."""
    firsts: dict[str, type[Base]] = {
        "version_id": ProgramVersion,
        "product_id": Product,
        "category_id": Category,
        "tier_id": Tier,
        "company_id": OperatingCompany,
        "person_id": Person,
        "event_id": Event,
        "stage_id": OpportunityStage,
        "activity_type_id": ActivityType,
    }
    known: dict[str, int] = {}
    for name, noun in firsts.items():
        number: Any = noun.__table__.c.id
        known[name] = session.scalars(select(number).order_by(number).limit(1)).one()
    known["step_id"] = 1  # an approval rule is known by its place; one is shipped
    return {**known, "type_id": world.cast.reseller.id, **world.rows["ACME"]}


@pytest.mark.parametrize("player", ["anna", "alice"])
def test_every_page_reads_well_and_needs_nothing_the_policy_blocks(
    app: Accord, sign_in: Callable[[str], FlaskClient], world: World, session: Session, player: str
) -> None:
    """WCAG 2.2 AA where a parser can see it, and the content security policy."""
    known = numbers(session, world)
    reader = sign_in(player)
    wrong: dict[str, list[str]] = {}
    read = 0
    for door in doors(app):
        if door.method != "GET" or door.path.endswith((".csv", ".xlsx", ".yaml", "z")):
            continue
        answer = reader.get(door.at(app, known))
        if answer.status_code >= 500:
            wrong[door.path] = [f"answers {answer.status_code}"]
            break
        if answer.status_code == 200 and answer.mimetype == "text/html":
            read += 1
            if found := Drawn(answer.text).wrong:
                wrong[door.path] = found
        answer.close()

    assert wrong == {}
    assert read > 10


def test_the_pages_of_refusals_read_well_too(
    client: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> None:
    """Errors say what happened and what to do, with the same care."""
    for page in (
        client.get("/accounts/sign-in"),
        sign_in("anna").get("/nowhere"),
        sign_in("anna").get("/portal"),
    ):
        assert Drawn(page.text).wrong == []


def test_a_page_with_every_mistake_is_found_out() -> None:
    """The parser sees what it is there for."""
    page = """<title>T</title><main><h1></h1><p style="x" onclick="y"></p><script>z</script><img src="//elsewhere/p">
    <input name="q"><table></table><i id="a"></i><i id="a"></i><a hx-on:click="b" href="javascript:c">d</a></main>"""

    assert len(Drawn(page).wrong) == 11
