"""Configuring a program in a browser: quickly, by keyboard alone, without scripts, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app import clock
from app.importing import program_file
from app.models import ProgramVersion
from app.rules.program import TypeShape
from tests.browser.conftest import PASSWORD, Site, Visit

pytestmark = pytest.mark.browser
Browse = Callable[..., Visit]

CREATIO = Path(__file__).resolve().parents[2] / "examples" / "programs" / "creatio.yaml"
MOST_INTERACTIONS = 25
PAGES = (
    "/partnership/program",
    "/partnership/program/new",
    "/partnership/program/file",
    "/partnership/types",
    "/partnership/types/new",
    "/partnership/types/{type}",
    "/partnership/types/{type}/edit",
    "/partnership/types/{type}/ladder",
    "/partnership/tiers",
    "/partnership/categories",
    "/partnership/categories/new",
    "/partnership/parameters",
    "/partnership/operating-companies",
    "/partnership/operating-companies/new",
)


@dataclass
class Hand:
    """Somebody at the page, who counts every click, choice and filled field."""

    page: Page
    count: int = 0

    def click(self, what: Locator) -> None:
        self.count += 1
        what.click()

    def fill(self, what: Locator, words: str) -> None:
        self.count += 1
        what.fill(words)

    def choose(self, what: Locator, label: str) -> None:
        self.count += 1
        what.select_option(label)


@pytest.fixture
def channel(site: Site) -> Site:
    """A program holds already: the Creatio example."""
    with site.staff_session() as session:
        program_file.load(session, CREATIO.read_bytes(), by=None, publish=True)
    return site


def held(site: Site, name: str) -> TypeShape | None:
    """The type of that name in the program that holds today."""
    with site.staff_session() as session:
        version = ProgramVersion.holding(session, clock.today())
        return version.program().type(name) if version else None


def test_a_new_type_with_three_tiers_is_published_in_a_few_steps(browse: Browse, channel: Site) -> None:
    channel.let_in("carl")
    visit = browse(1440)
    page = visit.go("/accounts/sign-in")
    hand = Hand(page)

    hand.fill(page.get_by_label("E-mail"), "carl@northwind.example")
    hand.fill(page.get_by_label("Password"), PASSWORD)
    hand.click(page.get_by_role("button", name="Sign in"))
    hand.click(page.get_by_role("link", name="Types", exact=True))
    hand.click(page.get_by_role("link", name="New type"))
    hand.fill(page.get_by_label("Name"), "Consulting partner")
    hand.fill(page.get_by_label("Tiers, from the lowest up"), "Bronze, Silver, Gold")
    hand.click(page.get_by_role("button", name="Add type"))
    hand.choose(page.get_by_label("Obligation").nth(0), "Opportunity amount")
    for tier, target in (("Bronze", "5000"), ("Silver", "50000"), ("Gold", "200000")):
        hand.fill(page.get_by_label(f"Target of new row, {tier}").nth(0), target)
    hand.choose(page.get_by_label("Benefit").nth(0), "Discount")
    for tier, value in (("Bronze", "10"), ("Silver", "12.5"), ("Gold", "15 %")):
        hand.fill(page.get_by_label(f"New row for {tier}").nth(0), value)
    hand.click(page.get_by_role("button", name="Save ladder"))
    expect(page.get_by_text("Saved in the draft.")).to_be_visible()
    hand.click(page.get_by_role("link", name="Publish…"))
    hand.click(page.get_by_role("button", name="Publish"))

    expect(page.get_by_text("is published.")).to_be_visible()
    assert hand.count <= MOST_INTERACTIONS
    visit.check()
    kind = held(channel, "Consulting partner")
    assert kind is not None
    assert [(tier.name, tier.obligations[0].target, tier.benefits[0].value) for tier in kind.tiers] == [
        ("Bronze", Decimal(5000), Decimal(10)),
        ("Silver", Decimal(50000), Decimal("12.5")),
        ("Gold", Decimal(200000), Decimal(15)),
    ]


def test_a_refused_cell_stands_out_and_keeps_what_was_typed(browse: Browse, channel: Site) -> None:
    visit = browse(360)
    visit.sign_in("carl")
    page = visit.go(f"/partnership/types/{channel.cast.reseller.id}/ladder")

    cell = page.get_by_label("Target of Number of leads, Bronze")
    cell.fill("many")
    page.get_by_role("button", name="Save ladder").click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved.")
    expect(cell).to_have_value("many")
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(cell).to_have_accessible_description(re.compile("The target must be a whole number such as 10"))
    visit.trouble = [one for one in visit.trouble if "422" not in one]
    visit.check()


def test_a_ladder_is_edited_without_scripts(browse: Browse, channel: Site) -> None:
    visit = browse(1440, javascript=False)
    visit.sign_in("carl")
    page = visit.go(f"/partnership/types/{channel.cast.reseller.id}/ladder")

    page.get_by_label("Name of tier 2").fill("Silver")
    page.get_by_label("Target of Number of leads, new tier").fill("30")
    page.get_by_label("Score", exact=True).nth(1).fill("40")
    page.get_by_role("button", name="Save ladder").click()

    expect(page.get_by_text("Saved in the draft.")).to_be_visible()
    expect(page.get_by_label("Name of tier 2")).to_have_value("Silver")


def test_every_page_of_the_program_fits_a_phone_in_the_dark(browse: Browse, channel: Site) -> None:
    visit = browse(360, dark=True)
    visit.sign_in("anna")

    for address in PAGES:
        visit.go(address.format(type=channel.cast.reseller.id))
        visit.check()
