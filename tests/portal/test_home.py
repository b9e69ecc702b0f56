"""The portal's main page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.models import ActivePeriod, Contact
from tests import factories
from tests.cast import Cast
from tests.portal.conftest import Story

SignIn = Callable[[str], FlaskClient]


def test_the_main_page_says_where_we_stand_and_who_helps(
    sign_in: SignIn, story: Story, cast: Cast, session: Session
) -> None:
    """P11"""
    session.get_one(Contact, cast.carl.id).phone = "+1 555 0100"
    session.commit()

    page = sign_in("alice").get("/portal").text

    assert "1 converted lead and 2,500.00 USD to Gold" in page
    assert 'href="mailto:carl@northwind.example"' in page
    assert "+1 555 0100" in page
    assert page.count("<h1>") == 1
    assert "Acme Systems" in page


def test_the_latest_of_each_kind_open_their_records(
    sign_in: SignIn, story: Story, cast: Cast, session: Session
) -> None:
    """L7: our own only."""
    product = factories.product(session, "A-1")
    ours = factories.order(session, cast.acme, "SO-1", date(2026, 2, 2), (product, "10.5"), (product, "5"))
    factories.order(session, cast.bolt, "SO-2", date(2026, 2, 2), (product, "1"))
    session.commit()
    page = sign_in("alice").get("/portal").text

    assert f'href="/orders/{ours.id}"' in page
    assert "15.50" in page
    assert "Harbour roof" in page
    assert "Orchard" in page
    assert "SO-2" not in page


def test_while_the_partnership_is_off_the_main_page_still_helps(
    sign_in: SignIn, story: Story, session: Session
) -> None:
    """P3"""
    session.execute(delete(ActivePeriod))
    session.commit()
    page = sign_in("alice").get("/portal").text

    assert "Your partnership is not active" in page
    assert "Gold" not in page
    assert "mailto:carl@northwind.example" in page


def test_a_partner_without_anything_is_told_what_will_appear(sign_in: SignIn, today: date) -> None:
    """An empty list says what to do first."""
    page = sign_in("charlie").get("/portal").text

    assert "No leads yet" in page
    assert "No orders yet" in page


def test_a_closed_portal_keeps_everybody_of_the_partner_out(
    sign_in: SignIn, story: Story, cast: Cast, session: Session
) -> None:
    """A5: from the next request on."""
    alice = sign_in("alice")
    assert alice.get("/portal").status_code == 200

    cast.acme.close_portal(by=cast.carl)
    session.commit()

    assert alice.get("/portal").location.startswith("/accounts/sign-in")
    assert sign_in("bob").get("/portal").status_code == 200


def test_the_day_is_the_operating_companys_not_the_servers(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    """M4: at 20:00 UTC on the last day before it begins, it has begun in Tokyo."""
    cast.company.time_zone = "Asia/Tokyo"
    factories.partnership(session, cast.acme, date(2026, 7, 1), date(2027, 6, 30))
    session.commit()
    with time_machine.travel("2026-06-30 20:00", tick=False):
        tokyo = sign_in("alice").get("/portal").text
    cast.company.time_zone = "UTC"
    session.commit()
    with time_machine.travel("2026-06-30 20:00", tick=False):
        utc = sign_in("alice").get("/portal").text

    assert "portal-tier" in tokyo
    assert "portal-tier" not in utc
