"""The board of leads in a real browser: by mouse, by keyboard, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.browser.conftest import Site, Visit

pytestmark = pytest.mark.browser


def card(page: Page, lane: str, company: str) -> Locator:
    """A card, where it should be."""
    return page.locator(f"[data-lane='{lane}'] .board-card", has_text=company)


def test_a_card_is_moved_by_mouse_by_keyboard_and_without_scripts(
    site: Site, browse: Callable[..., Visit]
) -> None:
    """L2, WCAG 2.1.1, 2.5.7: whatever somebody works with; what the table forbids stays where it is."""
    with site.staff_session() as session:
        for company in ("Ackerloh", "Birkenhof", "Cedarlane"):
            factories.lead(session, site.cast.acme, company, date(2026, 1, 5))
    visit = browse(by="alice")
    page = visit.go("/leads/board")

    card(page, "new", "Ackerloh").drag_to(page.locator("[data-lane='handed off']"))
    card(page, "new", "Ackerloh").drag_to(page.locator("[data-lane='qualified']"))
    expect(card(page, "qualified", "Ackerloh")).to_be_visible()
    expect(page.locator("[data-board-says]")).to_have_text("Ackerloh is in Qualified now.")

    page.get_by_role("button", name="Move Birkenhof").focus()
    for key in ("Space", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    expect(page.locator("[data-board-says]")).to_have_text("Birkenhof was put back.")
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(card(page, "qualified", "Birkenhof")).to_be_visible()
    expect(page.get_by_role("button", name="Move Birkenhof")).to_be_focused()

    plain = browse(360, by="alice", javascript=False).go("/leads/board")
    card(plain, "new", "Cedarlane").locator("summary").click()
    card(plain, "new", "Cedarlane").get_by_role("button", name="Qualify").click()
    expect(card(plain, "qualified", "Cedarlane")).to_be_attached()
    visit.check()
