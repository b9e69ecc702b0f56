"""The money as people see it move: a deal is won, the fund is credited, an activity is planned, proved and paid from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app import clock
from app.models import Opportunity, Partner, ValueType
from tests import factories, funds
from tests.browser.conftest import Site, Visit

pytestmark = pytest.mark.browser
Browse = Callable[..., Visit]


@pytest.fixture
def channel(site: Site) -> Site:
    """Acme is at Bronze, which gives 1 % of every won deal, and has a deal over 50,000 USD."""
    today = clock.today()
    with site.staff_session() as session:
        version = factories.draft(session, "2026-1")
        ladder = factories.ladder(session, version, site.cast.reseller, "Bronze")
        rung = factories.rung(session, ladder, "Bronze")
        fund = factories.category(session, "Marketing fund", ValueType.PERCENT)
        factories.benefit(session, rung, fund, number=Decimal(1))
        factories.published(session, version, date(2020, 1, 1))
        for partner, tier in ((site.cast.acme, "Bronze"), (site.cast.bolt, "Bronze")):
            factories.partnership(
                session, partner, today - timedelta(days=90), today + timedelta(days=275), tier
            )
        Opportunity.open(
            session,
            session.get_one(Partner, site.cast.acme.id),
            by=site.cast.alice,
            name="Harbour roof",
            customer="Harbour Logistics",
            amount=Decimal(50_000),
            currency="USD",
        )
    return site


def press(page: Page, name: str) -> None:
    """Press a button, and say yes where it asks first."""
    page.get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    """Follow a link, and wait for its page."""
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_load_state("load")


def send(page: Page) -> None:
    """Send the form of the page by its filled button."""
    page.locator("main form button[type=submit].btn-primary").last.click()
    page.wait_for_load_state("load")


def picture() -> bytes:
    """Return a small PNG."""
    drawn = BytesIO()
    Image.new("RGB", (8, 8), "white").save(drawn, "PNG")
    return drawn.getvalue()


@pytest.mark.parametrize(("width", "beside"), [(360, False), (1000, True), (1440, True)])
def test_the_card_of_a_fund_keeps_its_distance_from_the_latest_entries(
    channel: Site, browse: Browse, width: int, *, beside: bool
) -> None:
    """F8: on the partner's page of the program, one beside the other or above it."""
    with channel.staff_session() as session:
        acme = session.get_one(Partner, channel.cast.acme.id)
        for kind in (None, funds.fund_type(session, "Certification fund")):
            fund = funds.fund(session, acme, kind)
            funds.credited(fund, 12_345_678_900, reason="A welcome to all who sell roofs full of sun")
    visit = browse(width, by="alice")
    visit.go("/portal/program")
    card = visit.page.locator(".fund-cards").bounding_box()
    table = visit.page.locator(".fund-latest .table-frame").bounding_box()

    assert card is not None
    assert table is not None
    between = card["x"] - table["x"] - table["width"] if beside else table["y"] - card["y"] - card["height"]
    assert between >= 15

    first, second = (one.bounding_box() for one in visit.page.locator(".fund-card").all())
    assert first is not None
    assert second is not None
    assert 15 <= second["y"] - first["y"] - first["height"] <= 17


def test_a_win_credits_the_fund_that_pays_for_an_activity_up_to_its_statement(
    browse: Browse, channel: Site
) -> None:
    """F2 to F5, F8"""
    alice, carl, mona = browse(360), browse(1440), browse(1440)
    for visit, name in ((alice, "alice"), (carl, "carl"), (mona, "mona")):
        visit.sign_in(name)
    fund = _see_the_credit(alice, carl)
    activity = _propose(alice)
    _return_and_approve(alice, carl, activity)
    _prove(alice, activity)
    _settle(mona, activity)
    _read_the_statement(alice, fund)


def _see_the_credit(alice: Visit, carl: Visit) -> str:
    """Acme reports the win, the vendor confirms it, Acme reads why its fund holds 500 USD."""
    page = alice.go("/opportunities")
    follow(page, "Harbour roof")
    deal = page.url.removeprefix(alice.site.url)
    follow(page, "Report as won")
    send(page)
    page = carl.go(deal)
    page.locator("summary", has_text="Confirm the win").click()
    press(page, "Confirm the win")
    page = alice.go("/portal/funds")
    page.get_by_role("link", name=re.compile("Marketing fund")).first.click()
    expect(page.get_by_text("1 % of 50,000.00 USD, Bronze, program 2026-1").first).to_be_visible()
    expect(page.get_by_text("500.00").first).to_be_visible()
    alice.check()
    carl.check()
    return page.url.removeprefix(alice.site.url)


def _propose(alice: Visit) -> str:
    page = alice.go("/portal/activities")
    follow(page, "Propose an activity")
    today = clock.today()
    page.get_by_label("Title").fill("Harbour breakfast")
    page.locator("#activity_type_id").select_option(label="Webinar")
    page.get_by_label("Plan").fill("Coffee at the quay, and a talk about roofs.")
    page.get_by_label("First day").fill(today.isoformat())
    page.get_by_label("Last day").fill(today.isoformat())
    page.get_by_label("Budget").fill("400")
    press(page, "Submit for approval")
    expect(page.get_by_role("heading", name="Harbour breakfast")).to_be_visible()
    expect(page.get_by_text("Submitted").first).to_be_visible()
    alice.check()
    return page.url.removeprefix(alice.site.url)


def _return_and_approve(alice: Visit, carl: Visit, activity: str) -> None:
    """Carl asks something first; Acme answers and submits again."""
    of_vendor = activity.replace("/portal/", "/partnership/")
    page = carl.go(of_vendor)
    follow(page, "Return with a question")
    page.get_by_label("Your question").fill("Who speaks?")
    send(page)
    page = alice.go(activity)
    expect(page.get_by_text("Who speaks?").first).to_be_visible()
    follow(page, "Answer and edit")
    page.get_by_label("Plan").fill("Coffee at the quay. Alice speaks about roofs.")
    press(page, "Save and submit")
    page = carl.go(of_vendor)
    expect(page.get_by_text("Alice speaks about roofs.")).to_be_visible()
    follow(page, "Approve")
    send(page)
    expect(page.get_by_text("Approved").first).to_be_visible()
    carl.check()


def _prove(alice: Visit, activity: str) -> None:
    """Every proof of the checklist is added, then the activity is completed."""
    page = alice.go(activity)
    for name in ("attendees.png", "slides.png"):
        missing = page.locator(".proof:not(.proof-there)").first
        missing.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "image/png", "buffer": picture()}
        )
        missing.get_by_role("button", name=re.compile("^Add")).click()
        expect(page.get_by_text(name).first).to_be_visible()
    page.locator("summary", has_text="Complete").first.click()
    press(page, "Complete")
    expect(page.get_by_text("Completed").first).to_be_visible()
    alice.check()


def _settle(mona: Visit, activity: str) -> None:
    """Marketing pays less than was reserved, and the rest is available again."""
    page = mona.go(activity.replace("/portal/", "/partnership/"))
    follow(page, "Settle")
    page.get_by_label("Amount paid").fill("312.50")
    send(page)
    expect(page.get_by_text("Settled").first).to_be_visible()
    expect(page.get_by_text("87.50").first).to_be_visible()
    mona.check()


def _read_the_statement(alice: Visit, fund: str) -> None:
    """500.00 credited, 312.50 spent, 187.50 left; the statement is a PDF."""
    page = alice.go(fund)
    expect(page.get_by_text("187.50").first).to_be_visible()
    today = clock.today().isoformat()
    answer = page.request.get(f"{alice.site.url}{fund}/statement.pdf?from={today}&to={today}")
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF-")
    alice.check()
