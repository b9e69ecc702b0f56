"""Posting by hand in a browser: the balance afterwards is told while one types, and a debit reaches the statement (F4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from app.models import Fund, Partner
from tests import factories, funds
from tests.browser.conftest import Site, Visit

pytestmark = pytest.mark.browser
Browse = Callable[..., Visit]


@pytest.fixture
def fund_id(site: Site) -> int:
    """Acme has 1,000.00 USD."""
    with site.staff_session() as session:
        acme = session.get_one(Partner, site.cast.acme.id)
        factories.partnership(session, acme, date(2026, 1, 1), date(2090, 12, 31))
        fund: Fund = funds.fund(session, acme)
        funds.credited(fund, 1_000_00)
        return fund.id


@pytest.mark.parametrize("width", [360, 1440])
def test_the_balance_afterwards_is_told_while_one_types(
    site: Site, browse: Browse, fund_id: int, width: int
) -> None:
    """F4"""
    visit = browse(width)
    page = visit.sign_in("mona")
    visit.go(f"/partnership/funds/{fund_id}/debit")
    after = page.locator(".figure-box").last

    page.get_by_label("Amount").fill("250.5")
    expect(after).to_contain_text("749.50 USD")
    page.get_by_label("Amount").fill("1000.01")
    expect(after).to_contain_text("−0.01 USD")
    page.get_by_label("Amount").fill("1.001")
    expect(after).to_contain_text("Not an amount yet")
    expect(page.get_by_role("button", name="Show the balance after it")).to_have_count(0)
    page.get_by_label("Amount").fill("250.5")
    page.get_by_label("Reason").fill("A banner at the fair")
    page.get_by_role("button", name="Debit the fund").click()

    expect(page.get_by_text("Debit posted.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("749.50")
    visit.check()
