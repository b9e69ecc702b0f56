"""Order lines of orders that were drafted here: files bring their status, and change nothing that was agreed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.models import Order, OrderStatus
from tests.cast import Cast
from tests.importing.conftest import BringIn
from tests.models.orders import Shop, opened

D = Decimal
Exported = Callable[[str], list[str]]


@pytest.fixture
def shop(session: Session, cast: Cast) -> Shop:
    return opened(session, cast)


@pytest.fixture
def order(session: Session, cast: Cast, shop: Shop) -> Order:
    """A confirmed order of three lengths of cable, taken back in two parts that no rounding would add up to."""
    order = Order.draft(session, cast.acme, by=cast.oscar)
    order.add_line(shop.cable, D("1.7003"), by=cast.oscar)
    order.submit(by=cast.oscar)
    order.confirm(by=cast.sam)
    order.credit({1: D("0.5001")}, "Too long.", by=cast.sam)
    order.credit({1: D("1.2002")}, "All of it.", by=cast.sam)
    Order.draft(session, cast.acme, by=cast.oscar).add_line(shop.battery, D(1), by=cast.oscar)
    session.commit()
    return order


def test_an_export_brought_in_again_changes_nothing(
    order: Order, bring_in: BringIn, exported: Exported
) -> None:
    lines = exported("order-lines")
    brought = bring_in("order-lines", *lines)

    assert (len(lines), brought.places, brought.counts) == (4, [], (0, 0, 3))  # drafts are no orders yet
    assert exported("order-lines") == lines


def test_a_file_says_that_an_order_was_delivered_but_not_what_it_costs(
    session: Session, order: Order, bring_in: BringIn, exported: Exported
) -> None:
    """R4"""
    head, *lines = exported("order-lines")
    own = next(line for line in lines if line.startswith(f"{order.number},"))
    cheaper = bring_in("order-lines", head, own.replace("3.3333", "1.0000"))
    more = bring_in("order-lines", head, own.replace(f"{order.number},1,", f"{order.number},2,"))
    assert "fixed its lines and prices" in cheaper.whys
    assert "fixed its lines and prices" in more.whys

    read = order.version
    bring_in("order-lines", head, own.replace("confirmed", "fulfilled"))
    assert order.status is OrderStatus.FULFILLED
    assert order.version > read


def test_a_file_neither_fills_a_draft_nor_makes_one_of_an_order(
    session: Session, order: Order, bring_in: BringIn, exported: Exported
) -> None:
    """L6"""
    head, *lines = exported("order-lines")
    own = next(line for line in lines if line.startswith(f"{order.number},"))
    into_a_draft = bring_in("order-lines", head, own.replace(order.number, "ACME-2026-0002"))
    back_to_draft = bring_in("order-lines", head, own.replace("confirmed", "draft"))

    assert "submit or discard it there" in into_a_draft.whys
    assert "submit or discard it there" in back_to_draft.whys
