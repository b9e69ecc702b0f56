"""A lead, a deal, an order: all that is known of it, for those who may read it (A6)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import Event, Lead, OrderStatus, PriceScope
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.leads.conftest import Sold

SignIn = Callable[[str], FlaskClient]
BUDGET = 8


def addresses(sold: Sold) -> dict[str, tuple[str, str]]:
    """Where Acme's and Bolt's records are."""
    return {
        "leads": (f"/leads/{sold.acme_lead.id}", f"/leads/{sold.bolt_lead.id}"),
        "opportunities": (f"/opportunities/{sold.acme_deal.id}", f"/opportunities/{sold.bolt_deal.id}"),
        "orders": (f"/orders/{sold.acme_order.id}", f"/orders/{sold.bolt_order.id}"),
    }


@pytest.mark.parametrize("noun", ["leads", "opportunities", "orders"])
def test_a_partner_reads_its_own_record_and_another_ones_does_not_exist(
    sign_in: SignIn, sold: Sold, noun: str
) -> None:
    own, foreign = addresses(sold)[noun]
    client = sign_in("sue")

    assert client.get(own).status_code == 200
    assert client.get(foreign).status_code == 404
    assert client.get(f"/{noun}/9223372036854775807").status_code == 404


@pytest.mark.parametrize("noun", ["leads", "opportunities", "orders"])
def test_a_record_is_read_in_a_handful_of_questions(
    sign_in: SignIn, sold: Sold, queries: Queries, noun: str
) -> None:
    own, _ = addresses(sold)[noun]
    for name in ("anna", "alice"):
        client = sign_in(name)
        client.get(own)
        queries.clear()

        client.get(own)

        assert len(queries) <= BUDGET, queries


def test_a_lead_that_is_nobodys_is_the_vendors_only(sign_in: SignIn, sold: Sold) -> None:
    address = f"/leads/{sold.free_lead.id}"

    assert "Nobody’s yet" in sign_in("sam").get(address).text
    assert sign_in("alice").get(address).status_code == 404


def test_a_lead_says_what_it_counts_towards(sign_in: SignIn, sold: Sold) -> None:
    """P8"""
    page = sign_in("oscar").get(f"/leads/{sold.acme_lead.id}").text

    assert "It counts as a registered lead" in page


def test_a_deal_says_whether_it_counts(sign_in: SignIn, sold: Sold, session: Session, cast: Cast) -> None:
    """P8, F3"""
    reported = factories.opportunity(session, cast.acme, "Reported roof", "5", "Won", confirmed_at=None)
    session.commit()
    client = sign_in("alice")

    assert "it counts on its closing day" in client.get(f"/opportunities/{sold.acme_deal.id}").text
    assert "once the vendor has confirmed it" in client.get(f"/opportunities/{reported.id}").text


def test_an_order_shows_its_lines_and_the_list_each_price_came_from(
    sign_in: SignIn, sold: Sold, session: Session
) -> None:
    """R4"""
    base = factories.price_list(session, "BASE", PriceScope.BASE)
    price = factories.price(session, base, sold.product, "10.004")
    line = sold.acme_order
    session.refresh(line, ["lines"])
    line.lines[0].price_id = price.id
    session.commit()

    for name in ("anna", "alice"):
        page = sign_in(name).get(f"/orders/{sold.acme_order.id}").text

        assert "List BASE" in page
        assert "-1.50" in page or "−1.50" in page


def test_an_order_that_is_not_confirmed_does_not_count(
    sign_in: SignIn, sold: Sold, session: Session, cast: Cast
) -> None:
    """P8"""
    draft = factories.order(session, cast.acme, "A-2", date(2026, 1, 2), status=OrderStatus.DRAFT)
    session.commit()

    page = sign_in("alice").get(f"/orders/{draft.id}").text

    assert "It does not count" in page
    assert "This order has no lines." in page


def test_the_history_is_for_those_who_may_read_events(
    sign_in: SignIn, sold: Sold, session: Session, cast: Cast
) -> None:
    """A7: marketing and partners read no events; Carl looks after Acme and not after Bolt."""
    for lead in (sold.acme_lead, sold.bolt_lead):
        Event.record(
            session, "lead.changed", lead, by=cast.anna, before={"city": "Fulda"}, after={"city": "Celle"}
        )
    session.commit()
    page = addresses(sold)["leads"][0]
    ours, theirs = (f"/partnership/events?subject=lead+{one.id}" for one in (sold.acme_lead, sold.bolt_lead))

    assert f'href="{ours}"' in sign_in("audrey").get(page).text
    assert "Lead changed" in rows_of(sign_in("audrey").get(theirs).text)
    assert "Lead changed" in rows_of(sign_in("carl").get(ours).text)
    assert "Lead changed" not in rows_of(sign_in("carl").get(theirs).text)
    for name in ("mona", "alice"):
        assert "Every event" not in sign_in(name).get(page).text
        assert sign_in(name).get(ours).status_code == 403


def rows_of(page: str) -> str:
    """Return the rows of a list, without the choices of its filters."""
    return page.partition("<tbody")[2].partition("</tbody>")[0]


def test_a_search_in_a_partners_scope_counts_its_own_rows_only(
    as_partner: Callable[..., AbstractContextManager[Session]], sold: Sold, cast: Cast
) -> None:
    """A6"""
    with as_partner(cast.acme) as own:
        assert [lead.company for lead in own.query(Lead)] == ["Bäckerei Ackerloh"]
