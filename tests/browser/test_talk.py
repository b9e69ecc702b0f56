"""Talking and being told, looking and acting, in a browser: by keyboard alone, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Site, Visit

pytestmark = pytest.mark.browser
Browse = Callable[..., Visit]


@pytest.fixture
def lead(site: Site) -> str:
    """The address of a lead of Acme, which has two more."""
    with site.staff_session() as session:
        made = [
            factories.lead(session, site.cast.acme, name, date(2026, 1, 15))
            for name in ("Bakery", "Mill", "Inn")
        ]
        return f"/leads/{made[0].id}"


def test_somebody_names_a_colleague_by_keyboard_who_then_reads_it(browse: Browse, lead: str) -> None:
    sue = browse(1440, by="sue")
    page = sue.go(lead)
    page.get_by_label("Comment", exact=True).focus()
    page.keyboard.type("Please look, @osc")
    expect(page.get_by_role("option", name="Oscar Acme")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".moment-words")).to_have_text("Please look, @Oscar Acme")
    sue.check()

    oscar = browse(360, by="oscar", dark=True)
    page = oscar.go("/notifications")
    expect(page.locator("#main .now")).to_have_text("1 unread")
    oscar.check()
    page.get_by_role("link", name="Bakery").click()
    expect(page.get_by_text("Please look,")).to_be_visible()
    oscar.check()
    expect(oscar.go("/notifications").get_by_text("Everything is read")).to_be_visible()


def test_rows_are_ticked_and_assigned_by_keyboard(browse: Browse, lead: str) -> None:
    visit = browse(1440, by="alice")
    page = visit.go("/leads")
    page.get_by_label("Select all shown").focus()
    page.keyboard.press("Space")
    expect(page.locator(".bulk-count")).to_have_text("3")
    page.get_by_label("Select Mill").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Go", exact=True).press("Enter")
    page.get_by_label("Who works them").select_option(label="Oscar Acme")
    page.get_by_role("button", name="Assign", exact=True).press("Enter")

    expect(page.get_by_text("2 assigned.")).to_be_visible()
    expect(page.get_by_role("row", name="Mill")).not_to_contain_text("Oscar Acme")
    visit.check()


def test_without_javascript_a_view_is_saved_and_rows_are_assigned(browse: Browse, lead: str) -> None:
    visit = browse(360, by="alice", javascript=False)
    page = visit.go("/leads?stage=new")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Fresh ones")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Fresh ones")).to_have_attribute("aria-current", "page")
    page.get_by_label("Select Inn").check()
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_label("Who works them").select_option(label="Alice Acme")
    page.get_by_role("button", name="Assign", exact=True).click()

    expect(page.get_by_text("1 assigned.")).to_be_visible()
