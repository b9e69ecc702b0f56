"""Both faces in a browser: signing in, and reading the program on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from app import clock
from app.models import ValueType
from tests import factories
from tests.browser.conftest import Site, Visit
from tests.cast import Cast

pytestmark = pytest.mark.browser
Browse = Callable[..., Visit]
PAGES = (
    "/portal",
    "/portal/program",
    "/portal/program/history",
    "/portal/catalogue",
    "/portal/certificates",
    "/portal/people",
    "/portal/organisation",
    "/leads",
    "/opportunities",
    "/orders",
)


def told(session: Session, cast: Cast) -> None:
    """Acme holds Silver and has one of three leads for Gold."""
    today = clock.today()
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Silver", "Gold")
    leads = factories.category(
        session, "Converted leads", ValueType.INTEGER, version, {"count": "leads", "over": "ever"}
    )
    discount = factories.category(session, "Discount", ValueType.PERCENT)
    for name, target, percent in (("Silver", 1, 10), ("Gold", 3, 15)):
        rung = factories.rung(session, ladder, name)
        factories.obligation(session, rung, leads, target)
        factories.benefit(session, rung, discount, number=Decimal(percent))
    factories.published(session, version, date(2020, 1, 1))
    factories.partnership(
        session, cast.acme, today - timedelta(days=90), today + timedelta(days=275), "Silver"
    )
    factories.lead(session, cast.acme, "Harbour Logistics", today, stage="converted", closed_on=today)
    factories.opportunity(session, cast.acme, "Harbour roof", "1500", "Won", created_on=today)
    product = factories.product(session, "LEDGER", name="Ledger", list_price=Decimal(1200), currency="USD")
    factories.order(session, cast.acme, "SO-1", today, (product, "1200"))
    factories.certificate(session, cast.acme, "alice@acme.example", "Ledger Consultant", today)


@pytest.fixture
def program(site: Site) -> Site:
    with site.staff_session() as session:
        told(session, site.cast)
    return site


@pytest.mark.parametrize("width", [360, 1440])
def test_a_partner_signs_in_and_reads_its_program(program: Site, browse: Browse, width: int) -> None:
    """P11: the tier held, what is missing to the next, and the records behind the number."""
    visit = browse(width)
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
def test_every_page_of_the_portal_fits_the_screen(
    program: Site, browse: Browse, width: int, *, dark: bool
) -> None:
    """No violation, no error, nothing wider than the screen, one heading."""
    visit = browse(width, dark=dark)
    page = visit.sign_in("alice")
    for address in PAGES:
        visit.go(address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        visit.check()


@pytest.mark.parametrize("width", [360, 1440])
def test_staff_sign_in_to_the_main_application(program: Site, browse: Browse, width: int) -> None:
    """Two faces, one family: the vendor's menu is at hand."""
    visit = browse(width)
    page = visit.sign_in("anna")
    if width < 992:
        page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    visit.check()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Certificates").click()
    expect(page.get_by_text("Ledger Consultant").first).to_be_visible()
    visit.check()


def test_a_chart_shows_its_figures_as_a_table(program: Site, browse: Browse) -> None:
    """Every chart has a table behind a switch."""
    visit = browse()
    visit.sign_in("alice")
    page = visit.go("/portal/program")
    chart = page.locator(".chart").first

    chart.get_by_role("button", name="Show as table").click()
    expect(chart.get_by_role("table")).to_be_visible()
    chart.get_by_role("button", name="Show as chart").click()
    expect(chart.get_by_role("table")).to_be_hidden()
    visit.check()


def test_a_list_is_filtered_in_place_and_the_address_keeps_it(program: Site, browse: Browse) -> None:
    """Filters live in the address."""
    visit = browse()
    visit.sign_in("alice")
    page = visit.go("/portal/catalogue")

    page.keyboard.press("/")
    page.keyboard.type("nothing like it")
    expect(page.get_by_text("No products match")).to_be_visible()
    expect(page).to_have_url(f"{program.url}/portal/catalogue?q=nothing+like+it")
    expect(page.get_by_role("searchbox", name="Search products")).to_be_focused()
    visit.check()


def test_pages_read_without_javascript(program: Site, browse: Browse) -> None:
    """Charts show their tables, filters have a button."""
    visit = browse(javascript=False)
    page = visit.sign_in("alice")

    visit.go("/portal/program")
    expect(page.locator(".chart").first.get_by_role("table")).to_be_visible()
    visit.go("/portal/catalogue?q=ledger")
    expect(page.get_by_role("button", name="Apply")).to_be_visible()
    expect(page.get_by_role("link", name="Ledger", exact=True)).to_be_visible()


def test_the_keyboard_goes_anywhere(program: Site, browse: Browse) -> None:
    """Ctrl+K opens "go to"; the first stop of the keyboard skips to the content."""
    visit = browse()
    page = visit.sign_in("anna")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("certif")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificates")
    visit.check()


def test_the_reader_chooses_light_or_dark(program: Site, browse: Browse) -> None:
    """The choice stays."""
    visit = browse(dark=True)
    page = visit.sign_in("anna")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.get_by_role("button", name="Theme").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    visit.check()
