"""The pipeline as people play it, on both faces: a lead lapses, moves on, becomes a registered deal, is won and ordered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from app import clock, jobs
from app.models import (
    DistributionRule,
    Opportunity,
    Partner,
    PartnerType,
    PriceListPartner,
    PriceScope,
    Registration,
    ValueType,
)
from tests import factories
from tests.browser.conftest import Site, Visit

pytestmark = pytest.mark.browser
Browse = Callable[..., Visit]
STEPS = {
    "lead.offered": ("Offered to Acme Systems", "Offered to Bolt Trading"),
    "lead.offer_lapsed": ("Not answered in time by Acme Systems",),
    "lead.accepted": ("Accepted by Bolt Trading",),
    "lead.converted": ("Became the opportunity Hafen Logistik GmbH",),
    "registration.waiting": ("Customer registered: somebody takes a look",),
    "registration.approved": ("Registration approved: protected until",),
    "opportunity.reported": ("Reported as won",),
    "opportunity.confirmed": ("Win confirmed",),
    "order.submitted": ("Submitted",),
    "order.confirmed": ("Confirmed",),
}
"""What the auditor finds of it, by kind of event."""


@pytest.fixture
def channel(site: Site) -> Site:
    """Acme and Bolt take turns at leads from Germany; Bolt has a price of its own, Crane a customer with a like name."""
    with site.staff_session() as session:
        _program(session, site.cast.reseller, "Silver")
        _partnerships(session, site)
        product = factories.product(
            session, "LEDGER", name="Ledger", list_price=Decimal(1200), currency="USD"
        )
        personal = factories.price_list(session, "BOLT-OWN", PriceScope.PERSONAL)
        factories.price(session, personal, product, "900", currency="USD")
        session.add(PriceListPartner(price_list_id=personal.id, partner_id=site.cast.bolt.id))
        rule = DistributionRule.draw_up(
            session, by=site.cast.carl, name="Germany", countries=["DE"], hours=48, hides_personal=True
        )
        rule.weigh(site.cast.acme, 5, by=site.cast.carl)
        rule.weigh(site.cast.bolt, 3, by=site.cast.carl)
        like = Opportunity.open(
            session,
            session.get_one(Partner, site.cast.crane.id),
            by=site.cast.charlie,
            name="Harbour advice",
            customer="Hafen Logistic AG",
            country="DE",
            amount=Decimal(700),
            currency="USD",
        )
        Registration.register(session, like, by=site.cast.charlie)
    return site


def _program(session: Session, kind: PartnerType, tier: str) -> None:
    version = factories.draft(session)
    ladder = factories.ladder(session, version, kind, tier)
    won = factories.category(
        session, "Won amount", ValueType.MONEY, version, {"sum": "opportunities", "over": "ever"}
    )
    factories.obligation(session, factories.rung(session, ladder, tier), won, 20_000)
    factories.published(session, version, date(2020, 1, 1))


def _partnerships(session: Session, site: Site) -> None:
    today = clock.today()
    for partner in (site.cast.acme, site.cast.bolt):
        factories.partnership(session, partner, today - timedelta(days=90), today + timedelta(days=275))


def press(page: Page, name: str) -> None:
    """Press a button, and say yes where it asks first."""
    page.get_by_role("button", name=name, exact=True).first.click()


def test_a_lead_lapses_moves_on_becomes_a_deal_is_won_and_ordered(browse: Browse, channel: Site) -> None:
    """L1 to L6, R1, F3: every step is visible on both faces and in the events."""
    carl = browse(1440)
    page = carl.sign_in("carl")
    page = carl.go("/leads/new")
    page.get_by_label("Company").fill("Hafen Logistik GmbH")
    page.get_by_label("E-mail").fill("einkauf@hafenlogistik.example")
    page.get_by_label("Website").fill("https://hafenlogistik.example")
    page.get_by_label("Country").select_option("DE")
    page.get_by_label("Need").fill("Ledgers for three sites")
    page.locator("form button[type=submit].btn-primary").click()
    press(page, "Qualify")
    press(page, "Send by the rules")
    expect(page.get_by_text("on offer to Acme Systems")).to_be_visible()
    lead = page.url

    alice = browse(360)
    alice.sign_in("alice")
    page = alice.go("/leads/offers")
    expect(page.get_by_text("A customer in DE").first).to_be_visible()
    expect(page.get_by_text("Hafen Logistik")).to_have_count(0)
    alice.check()
    assert channel.url in lead
    assert alice.go(lead.removeprefix(channel.url)).get_by_text("Hafen").count() == 0
    alice.trouble = [one for one in alice.trouble if "404" not in one]

    with time_machine.travel(clock.now() + timedelta(hours=49), tick=True):
        with channel.app.app_context():
            jobs.lapse()  # what the worker does every minute
        _play_bolt(browse, channel, lead)


def _play_bolt(browse: Browse, channel: Site, lead: str) -> None:
    """Bolt accepts, converts and registers, reports the win and orders; the vendor decides in between."""
    bob, carl = browse(1440), browse(1440)
    bob.sign_in("bob")
    page = bob.go("/leads/offers")
    page.get_by_role("link", name="A customer in DE").first.click()
    press(page, "Accept this lead")
    expect(page.get_by_role("heading", name="Hafen Logistik GmbH")).to_be_visible()
    page.get_by_role("link", name="Convert to an opportunity").click()
    page.get_by_label("Amount").fill("12000")
    page.get_by_label("Currency").fill("USD")
    page.get_by_label(re.compile("^Register")).check()
    expect(page.get_by_text(re.compile("needs a look", re.IGNORECASE)).first).to_be_visible()
    press(page, "Convert")
    expect(page.get_by_text("Waiting for a look").first).to_be_visible()
    deal = page.url.removeprefix(channel.url)

    carl.sign_in("carl")
    page = carl.go("/registrations?state=waiting")
    page.get_by_role("link", name=re.compile("Hafen Logistik GmbH")).first.click()
    expect(page.get_by_text("Hafen Logistic AG").first).to_be_visible()
    press(page, "Approve")

    page = bob.go(deal)
    expect(page.get_by_text("Protected").first).to_be_visible()
    page.get_by_role("link", name="Report as won").click()
    page.locator("form button.btn-primary[type=submit]").last.click()
    expect(page.get_by_text("to be confirmed").first).to_be_visible()

    page = carl.go(deal)
    page.locator("summary", has_text="Confirm the win").click()
    press(page, "Confirm the win")
    expect(page.get_by_text("12,000.00 USD").first).to_be_visible()
    expect(page.get_by_text(re.compile("counts 12,000.00 USD towards Silver"))).to_be_visible()

    _order(bob, carl, deal)
    for visit, said in ((carl, "Not answered in time by Acme Systems"), (bob, "Bob Bolt")):
        page = visit.go(lead.removeprefix(channel.url))
        expect(page.locator("#talk")).to_contain_text(said)
        visit.check()
    expect(bob.page.locator("#talk")).not_to_contain_text("Acme")
    anna = browse(1440)
    anna.sign_in("anna")
    for kind, told in STEPS.items():
        rows = anna.go(f"/partnership/events?what={kind}").locator("tbody")
        for words in told:
            expect(rows).to_contain_text(words)
    anna.check()


def _order(bob: Visit, carl: Visit, deal: str) -> None:
    """Bolt orders from the deal at its own price; the vendor confirms."""
    page = bob.go(deal)
    press(page, "Order from this deal")
    page.get_by_label("Name or SKU of a product").fill("LEDGER")
    page.get_by_role("button", name="Add Ledger").click()
    expect(page.get_by_text("900.00").first).to_be_visible()
    expect(page.get_by_text("BOLT-OWN").first).to_be_visible()
    page.locator("summary", has_text="Submit order").click()
    press(page, "Submit order")
    order = page.url

    page = carl.go("/orders?status=submitted")
    page.get_by_role("link", name=re.compile("BOLT-")).first.click()
    assert page.url == order
    press(page, "Confirm")
    expect(page.get_by_text("Confirmed").first).to_be_visible()
