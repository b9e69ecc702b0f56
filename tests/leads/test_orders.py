"""L6, R1 to R4: an order as both faces work it, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Order, OrderLine, OrderStatus
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.models.orders import Shop, opened
from tests.test_pages import Drawn

D = Decimal
SignIn = Callable[[str], FlaskClient]
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
DRAFT_BUDGET = 13
"""The record, its lines at today's prices, the talk about it, and who reads it."""


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def shop(session: Session, cast: Cast) -> Shop:
    shop = opened(session, cast)
    session.commit()
    return shop


@pytest.fixture
def draft(session: Session, cast: Cast, shop: Shop) -> Order:
    """A draft of Oscar's with one line of ten batteries."""
    order = Order.draft(session, cast.acme, by=cast.oscar)
    order.add_line(shop.battery, D(10), by=cast.oscar)
    session.commit()
    return order


def line_of(session: Session, order: Order) -> OrderLine:
    return session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).first() or OrderLine()


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found.group(1)


def status(session: Session, order: Order) -> OrderStatus:
    session.expire_all()
    return session.get_one(Order, order.id).status


def test_a_partner_orders_from_beginning_to_end_and_the_vendor_delivers(
    session: Session, sign_in: SignIn, cast: Cast, shop: Shop
) -> None:
    """L6: the whole path by forms alone."""
    oscar, sam = sign_in("oscar"), sign_in("sam")
    begun = oscar.post("/orders/new", data={"customer": "Bakery", "customer_reference": "PO 7"})
    address = begun.location or ""
    assert "Add what is ordered" in oscar.get(address).text

    found = oscar.get(f"{address}?q=wall").text
    assert "95.00" in found  # 100 less 5 %
    oscar.post(f"{address}/lines/new", data={f"add-{shop.battery.id}": "10", "q": "wall"})
    order = session.scalars(select(Order)).one()
    line = line_of(session, order)
    oscar.post(f"{address}/lines", data={f"quantity-{line.id}": "60"})
    page = oscar.get(address).text
    assert "row from 50" in page
    assert "5,130.00" in page  # 60 × 90 less 5 %
    assert "270.00" in page  # the discount apart

    seen = {"seen": hidden(page, "seen"), "version": hidden(page, "version")}
    assert oscar.post(f"{address}/submission", data=seen).location == address
    assert "Submitted. Its prices are fixed" in oscar.get(address).text
    assert address in sam.get("/orders?waits=confirmation").text
    for act in ("confirmation", "fulfilment", "closure"):
        sam.post(f"{address}/{act}")
    assert status(session, order) is OrderStatus.CLOSED
    told = oscar.get(address).text
    assert all(word in told for word in ("Submitted, 5,130.00 USD", "Confirmed", "Fulfilled", "Sam Sales"))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0", "more than zero"),
        ("1000000", "at most 999,999"),
        ("", "how many"),
        ("1e3", "is not a quantity"),
        ("1.00001", "at most four places"),
    ],
)
def test_a_quantity_that_cannot_be_is_refused_at_its_line_with_what_was_typed(
    session: Session, sign_in: SignIn, draft: Order, shop: Shop, typed: str, says: str
) -> None:
    """L6"""
    line, oscar = line_of(session, draft), sign_in("oscar")
    answer = oscar.post(f"/orders/{draft.id}/lines", data={f"quantity-{line.id}": typed})
    added = oscar.post(f"/orders/{draft.id}/lines/new", data={f"add-{shop.cable.id}": typed, "q": "cable"})

    for page in (answer, added):
        assert page.status_code == 422
        assert says in page.text
        assert f'value="{typed}"' in page.text


def test_a_line_without_a_price_says_what_to_do_and_keeps_the_order_back(
    session: Session, sign_in: SignIn, draft: Order
) -> None:
    """R4: never zero."""
    oscar = sign_in("oscar")
    oscar.post(f"/orders/{draft.id}/edit", data={"currency": "GBP"})
    page = oscar.get(f"/orders/{draft.id}").text

    assert "no price in GBP" in page
    assert "Submit order" not in page
    oscar.post(f"/orders/{draft.id}/submission")
    assert status(session, draft) is OrderStatus.DRAFT

    oscar.post(f"/orders/{draft.id}/cancellation")
    discarded = oscar.get(f"/orders/{draft.id}")
    assert (discarded.status_code, "Cancelled" in discarded.text) == (200, True)
    assert oscar.get(f"/orders/{draft.id}.pdf").status_code == 200


def test_prices_that_changed_at_midnight_are_shown_before_anything_is_ordered(
    session: Session, sign_in: SignIn, draft: Order, shop: Shop
) -> None:
    """R4"""
    shop.single.valid_to = NOON.date()
    factories.price(session, shop.base, shop.battery, "120", valid_from=date(2026, 7, 1))
    session.commit()
    oscar, address = sign_in("oscar"), f"/orders/{draft.id}"
    page = oscar.get(address).text
    seen = {"seen": hidden(page, "seen"), "version": hidden(page, "version")}

    with time_machine.travel(datetime(2026, 7, 1, 0, 0, 5, tzinfo=UTC), tick=False):
        again = sign_in("oscar")
        again.post(f"{address}/submission", data=seen, headers={"Referer": f"http://localhost{address}"})
        page = again.get(address).text
        assert "Prices changed since this page was shown (BAT-10: 95 → 114 USD)" in page
        assert "1,140.00" in page
        assert status(session, draft) is OrderStatus.DRAFT

        again.post(
            f"{address}/submission", data={"seen": hidden(page, "seen"), "version": hidden(page, "version")}
        )
        assert status(session, draft) is OrderStatus.SUBMITTED


def test_who_may_do_what(session: Session, sign_in: SignIn, draft: Order, cast: Cast) -> None:
    """L7, A2: what is not allowed is not shown, and is refused."""
    line, address = line_of(session, draft), f"/orders/{draft.id}"
    assert "Submit order" not in sign_in("sue").get(address).text
    assert sign_in("sue").post(f"{address}/submission").status_code == 403
    assert sign_in("mona").get(address).status_code == 200
    assert sign_in("mona").post(f"{address}/confirmation").status_code == 403
    assert sign_in("bob").get(address).status_code == 404
    assert sign_in("bob").get(f"{address}.pdf").status_code == 404
    assert sign_in("oscar").get(f"{address}/lines/{line.id}/price").status_code == 403
    assert sign_in("oscar").post(f"{address}/confirmation").status_code == 403

    of_alice = Order.draft(session, cast.acme, by=cast.alice)
    session.commit()
    assert "Add a product" not in sign_in("oscar").get(f"/orders/{of_alice.id}").text
    assert sign_in("oscar").post(f"/orders/{of_alice.id}/lines").status_code == 403
    assert "Add a product" in sign_in("alice").get(address).text


def test_staff_agree_a_price_and_the_partner_reads_why(
    session: Session, sign_in: SignIn, draft: Order
) -> None:
    """R1, R3"""
    sam, line = sign_in("sam"), line_of(session, draft)
    address = f"/orders/{draft.id}/lines/{line.id}/price"
    assert sam.post(address, data={"price": "-1", "reason": "x"}).status_code == 422
    assert sam.post(address, data={"price": "80", "reason": ""}).status_code == 422
    sam.post(address, data={"price": "80", "reason": "A project price"})
    page = sign_in("oscar").get(f"/orders/{draft.id}").text
    assert "Agreed price instead of 100.00: A project price" in page
    assert "800.00" in page

    sam.post(f"{address}/end")
    assert "950.00" in sign_in("oscar").get(f"/orders/{draft.id}").text


def test_a_credit_note_takes_back_what_is_written_and_no_more(
    session: Session, sign_in: SignIn, cast: Cast, draft: Order
) -> None:
    """M5"""
    draft.submit(by=cast.oscar)
    draft.confirm(by=cast.sam)
    session.commit()
    sam, address = sign_in("sam"), f"/orders/{draft.id}/credit-notes/new"
    refused = sam.post(address, data={"quantity-1": "11", "reason": "Too many"})
    assert refused.status_code == 422
    assert "at most 10 can still be credited" in refused.text
    assert 'value="11"' in refused.text
    given = sam.post(address, data={"quantity-1": "4", "reason": "Broken"})
    page = sign_in("oscar").get(given.location or "").text

    assert "Credit note ACME-2026-0001-C1" in page
    assert "-380.00" in page
    assert "ACME-2026-0001-C1" in sam.get(f"/orders/{draft.id}").text
    assert "Credited so far" in sam.get(address).text


def test_a_partner_withdraws_with_a_reason_and_orders_the_same_again(
    session: Session, sign_in: SignIn, cast: Cast, draft: Order
) -> None:
    """L6"""
    draft.submit(by=cast.oscar)
    session.commit()
    oscar = sign_in("oscar")
    assert oscar.post(f"/orders/{draft.id}/cancellation", data={"reason": ""}).status_code == 422
    oscar.post(f"/orders/{draft.id}/cancellation", data={"reason": "Changed plans"})
    assert status(session, draft) is OrderStatus.CANCELLED
    again = oscar.post(f"/orders/{draft.id}/copies").location or ""

    assert "ACME-2026-0002" in oscar.get(again).text


def test_a_won_deal_becomes_an_order_by_one_click(
    session: Session, sign_in: SignIn, cast: Cast, shop: Shop
) -> None:
    """L6"""
    deal = factories.opportunity(
        session, cast.acme, "Roof", "900", "Won", owner_id=cast.oscar.id, product_id=shop.battery.id
    )
    session.commit()
    made = sign_in("oscar").post(f"/orders/of-deal/{deal.id}").location or ""
    page = sign_in("oscar").get(made).text

    assert "Wall battery" in page
    assert f"/opportunities/{deal.id}" in page
    assert made in sign_in("sam").get(f"/orders?opportunity={deal.id}").text
    assert sign_in("bob").post(f"/orders/of-deal/{deal.id}").status_code == 404


def test_a_product_of_the_catalogue_goes_on_a_draft_or_a_new_order(
    session: Session, sign_in: SignIn, draft: Order, shop: Shop
) -> None:
    """L6"""
    oscar = sign_in("oscar")
    shown = oscar.get(f"/portal/catalogue/{shop.cable.id}").text
    assert f"/orders/choice?product={shop.cable.id}" in shown
    assert draft.number in oscar.get(f"/orders/choice?product={shop.cable.id}").text
    onto = {"product": shop.cable.id, "quantity": "2"}
    assert oscar.post("/orders/choice", data={**onto, "order": draft.id}).location == f"/orders/{draft.id}"
    assert oscar.post("/orders/choice", data={**onto, "order": ""}).location != f"/orders/{draft.id}"
    refused = oscar.post("/orders/choice", data={**onto, "quantity": "0", "order": draft.id})
    assert refused.status_code == 422
    assert "more than zero" in refused.text


def test_staff_begin_an_order_for_a_partner_by_its_code(
    session: Session, sign_in: SignIn, shop: Shop
) -> None:
    """L6"""
    sam = sign_in("sam")
    assert "no partner with the code" in sam.post("/orders/new", data={"partner": "NOPE"}).text
    address = sam.post("/orders/new", data={"partner": "acme"}).location or ""

    assert "ACME-2026-0001" in sam.get(address).text
    assert "ACME-2026-0001" in sign_in("alice").get("/orders").text


def test_a_stale_page_is_told_what_changed(
    session: Session, sign_in: SignIn, draft: Order, shop: Shop, cast: Cast
) -> None:
    """L6"""
    address = f"/orders/{draft.id}"
    page = sign_in("oscar").get(address).text
    alice = sign_in("alice")
    alice.post(f"{address}/lines/new", data={f"add-{shop.cable.id}": "3"})
    oscar = sign_in("oscar")
    oscar.post(
        f"{address}/submission", data={"seen": hidden(page, "seen"), "version": hidden(page, "version")}
    )

    assert status(session, draft) is OrderStatus.DRAFT
    assert "Somebody changed this meanwhile" in oscar.get(address).text


def test_a_draft_is_drawn_in_a_handful_of_questions(sign_in: SignIn, draft: Order, queries: Queries) -> None:
    for name in ("sam", "oscar"):
        client = sign_in(name)
        client.get(f"/orders/{draft.id}")
        queries.clear()

        client.get(f"/orders/{draft.id}?q=wall")

        assert len(queries) <= DRAFT_BUDGET, queries


def test_many_orders_are_handed_to_a_colleague_at_once(
    session: Session, sign_in: SignIn, draft: Order, cast: Cast
) -> None:
    """L7: an order may be handed on whatever its status; who works no orders of the partner is no choice."""
    draft.submit(by=cast.oscar)
    session.commit()
    alice = sign_in("alice")
    form = {"act": "assign", "row": draft.id}
    asked = alice.post("/orders/selection", data=form).text
    assert "Alice Acme" in asked
    assert "Sam Sales" not in asked
    alice.post("/orders/selection", data={**form, "answer": cast.alice.id})
    assert draft.number in alice.get("/orders?whose=mine").text
    assert "Assigned to Alice Acme" in sign_in("sam").get(f"/orders/{draft.id}").text


def test_the_pages_of_a_draft_read_well(
    session: Session, sign_in: SignIn, draft: Order, shop: Shop, cast: Cast
) -> None:
    """Labels, headings, captions, and nothing the policy would block; refused ones too."""
    order, line = f"/orders/{draft.id}", line_of(session, draft)
    addresses = {
        "oscar": (
            f"{order}?q=wall",
            f"{order}/edit",
            f"{order}/cancellation",
            "/orders/new",
            f"/orders/choice?product={shop.cable.id}",
        ),
        "sam": (order, f"{order}/lines/{line.id}/price"),
    }
    wrong = {
        address: Drawn(client.get(address).text).wrong
        for name, own in addresses.items()
        for client in [sign_in(name)]
        for address in own
    }
    refused = sign_in("oscar").post(f"{order}/lines", data={f"quantity-{line.id}": "0"}).text
    draft.submit(by=cast.oscar)
    draft.confirm(by=cast.sam)
    session.commit()
    wrong["credit"] = Drawn(sign_in("sam").get(f"{order}/credit-notes/new").text).wrong

    assert {address: what for address, what in wrong.items() if what} == {}
    assert Drawn(refused).wrong == []
