"""The papers of an order: quote, order, credit note; the same order gives the same bytes, and no text is markup."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Order, PriceListPartner
from app.papers.typesetting import pdf
from tests.cast import Cast
from tests.models.orders import Shop, opened

D = Decimal
SignIn = Callable[[str], FlaskClient]
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def shop(session: Session, cast: Cast) -> Shop:
    return opened(session, cast)


@pytest.fixture
def draft(session: Session, cast: Cast, shop: Shop) -> Order:
    """Ten batteries and a length of cable for a customer with a name that is no markup."""
    cast.acme.street, cast.acme.city, cast.acme.country = "Main Street 7", "Springfield", "US"
    order = Order.draft(
        session, cast.acme, by=cast.oscar, customer="#strong[Bäcker] $x$ <b>", reference="PO 7"
    )
    order.add_line(shop.battery, D(10), by=cast.oscar)
    order.add_line(shop.cable, D("1.7"), by=cast.oscar)
    session.commit()
    return order


def printed(client: FlaskClient, order: Order) -> str:
    answer = client.get(f"/orders/{order.id}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return words(answer.data)


def words(content: bytes) -> str:
    """Every word of a PDF, whatever line it stands on."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_a_draft_is_a_quote_with_prices_discounts_apart_and_a_last_day(sign_in: SignIn, draft: Order) -> None:
    """L6, R3, M2"""
    text = printed(sign_in("oscar"), draft)

    for said in (
        "Quote ACME-2026-0001",
        "Northwind US",
        "Acme Systems",
        "Main Street 7",
        "United States",
        "PO 7",
        "Wall battery",
        "BAT-10",
        "950.00",
        "3.3333",
        "5.3833",  # 1.7 × 3.3333 less 5 %
        "1,005.67",  # before the discount
        "−50.29",
        "955.38",
        "Valid until 30 Jul 2026",
        "Page 1 / 1",
    ):
        assert said in text, (said, text)
    assert "base list" not in text  # why a price is what it is, is not the customer's


def test_a_quote_holds_no_longer_than_its_prices(
    session: Session, sign_in: SignIn, cast: Cast, draft: Order, shop: Shop
) -> None:
    """R2: of its own rows and of a personal list, the one that ends first."""
    shop.single.valid_to = date(2026, 7, 20)
    session.commit()
    assert "Valid until 20 Jul 2026" in printed(sign_in("oscar"), draft)

    own = shop.personal(session, cast.acme, "90")
    given = session.scalars(select(PriceListPartner).where(PriceListPartner.price_list_id == own.id)).one()
    given.valid_to = date(2026, 7, 5)
    session.commit()
    assert "Valid until 5 Jul 2026" in printed(sign_in("oscar"), draft)


def test_an_order_and_its_credit_note_are_papers_of_their_own(
    session: Session, sign_in: SignIn, cast: Cast, draft: Order
) -> None:
    """L6, M5"""
    draft.submit(by=cast.oscar)
    draft.confirm(by=cast.sam)
    note = draft.credit({1: D(2)}, "Two came broken.", by=cast.sam)
    session.commit()
    order, credit = printed(sign_in("sam"), draft), printed(sign_in("alice"), note)

    assert "Order ACME-2026-0001" in order
    assert "Valid until" not in order
    for said in ("Credit note ACME-2026-0001-C1", "For order ACME-2026-0001", "−190.00", "Two came broken."):
        assert said in credit, said


def test_what_people_wrote_is_text_and_never_markup(sign_in: SignIn, draft: Order) -> None:
    assert "#strong[Bäcker] $x$ <b>" in printed(sign_in("oscar"), draft)


def test_the_same_order_is_the_same_paper_to_the_byte(sign_in: SignIn, draft: Order) -> None:
    client = sign_in("oscar")
    first = client.get(f"/orders/{draft.id}.pdf").data
    with time_machine.travel(datetime(2026, 6, 30, 18, tzinfo=UTC), tick=False):
        second = sign_in("alice").get(f"/orders/{draft.id}.pdf").data

    assert first == second
    given = client.get(f"/orders/{draft.id}.pdf").headers["Content-Disposition"]
    assert given == 'attachment; filename="Quote-ACME-2026-0001.pdf"'


@pytest.mark.parametrize(
    "name", ["Łódź Ψαράς Київ", "שלום", "مرحبا", "Հայ ქართული", "北京 \U0001f600", "x" * 3000, "\u202eabc"]
)
def test_names_of_any_script_are_printed_or_stand_as_boxes_but_never_stop_the_paper(name: str) -> None:
    made = pdf("order.typ", paper(name))

    assert made.startswith(b"%PDF-")
    assert pdf("order.typ", paper(name)) == made


def paper(name: str, lines: int = 1) -> dict[str, Any]:
    """The least a paper needs."""
    figures = {"quantity": "1", "price": "1", "discount": "–", "amount": "1"}
    return {
        "title": "Quote",
        "number": name[:40],
        "lang": "en",
        "vendor": [name],
        "partner": [name, name],
        "words": {"page": "Page", "from": "From", "to": "To"},
        "facts": [["Customer", name]],
        "heads": ["Line", "Product", "Quantity", "Unit price", "Discount", "Amount"],
        "lines": [{"line": str(n), "product": name, "sku": name, **figures} for n in range(1, lines + 1)],
        "sums": [["Total", "1", True]],
        "notes": [["Note", [name]]],
    }


def test_many_lines_take_several_pages_each_with_its_heads() -> None:
    text = words(pdf("order.typ", paper("Wall battery", lines=60)))

    assert "Page 1 / 3" in text
    assert text.count("Quantity") == 3
