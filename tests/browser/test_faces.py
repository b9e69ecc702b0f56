"""Both faces in a browser: signing in, and reading the program on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
Read = Callable[..., Visit]
PAGES = (
    "/portal",
    "/portal/program/history",
    "/portal/catalogue",
    "/portal/certificates",
    "/portal/people",
    "/portal/organisation",
    "/leads",
    "/opportunities",
    "/orders",
)


@pytest.mark.parametrize("width", [360, 1440])
def test_a_partner_signs_in_and_reads_its_program(read: Read, width: int) -> None:
    """P11: the tier held, what is missing to the next, and the records behind the number."""
    visit = read(width)
    page = visit.sign_in("alice")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Alice")
    visit.check()

    page.get_by_role("link", name="See the program").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Partner program")
    expect(page.get_by_text("2 converted leads to Gold")).to_be_visible()
    expect(page.locator(".chart .plotly").first).to_be_visible()
    visit.check()

    page.locator(".obligation-figures a").first.click()
    expect(page.get_by_text("Harbour Logistics")).to_be_visible()
    visit.check()


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1440, False)])
def test_every_page_of_the_portal_fits_the_screen(read: Read, width: int, *, dark: bool) -> None:
    """No violation, no error, nothing wider than the screen, one heading."""
    visit = read(width, dark=dark, by="alice")
    for address in PAGES:
        page = visit.go(address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        visit.check()


@pytest.mark.parametrize("width", [360, 1440])
def test_staff_sign_in_to_the_main_application(read: Read, width: int) -> None:
    """Two faces, one family: the vendor's menu is at hand."""
    visit = read(width)
    page = visit.sign_in("anna")
    if width < 992:
        page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    visit.check()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Certificates").click()
    expect(page.get_by_text("Ledger Consultant").first).to_be_visible()
    visit.check()


def test_a_chart_shows_its_figures_as_a_table(read: Read) -> None:
    """Every chart has a table behind a switch."""
    visit = read(by="alice")
    page = visit.go("/portal/program")
    chart = page.locator(".chart").first

    chart.get_by_role("button", name="Show as table").click()
    expect(chart.get_by_role("table")).to_be_visible()
    chart.get_by_role("button", name="Show as chart").click()
    expect(chart.get_by_role("table")).to_be_hidden()
    visit.check()


def test_a_list_is_filtered_in_place_and_the_address_keeps_it(read: Read) -> None:
    """Filters live in the address."""
    visit = read(by="alice")
    page = visit.go("/portal/catalogue")

    page.keyboard.press("/")
    page.keyboard.type("nothing like it")
    expect(page.get_by_text("No products match")).to_be_visible()
    expect(page).to_have_url(f"{visit.site.url}/portal/catalogue?q=nothing+like+it")
    expect(page.get_by_role("searchbox", name="Search products")).to_be_focused()
    visit.check()


def test_pages_read_without_javascript(read: Read) -> None:
    """Charts show their tables, filters have a button."""
    visit = read(javascript=False, by="alice")
    page = visit.go("/portal/program")
    expect(page.locator(".chart").first.get_by_role("table")).to_be_visible()
    visit.go("/portal/catalogue?q=ledger")
    expect(page.get_by_role("button", name="Apply")).to_be_visible()
    expect(page.get_by_role("link", name="Ledger", exact=True)).to_be_visible()


def test_the_keyboard_goes_anywhere(read: Read) -> None:
    """Ctrl+K opens "go to"; the first stop of the keyboard skips to the content."""
    visit = read(by="anna")
    page = visit.go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("certif")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificates")
    visit.check()


def test_the_reader_chooses_light_or_dark(read: Read) -> None:
    """The choice stays."""
    visit = read(dark=True, by="anna")
    page = visit.go("/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.get_by_role("button", name="Theme").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    visit.check()
