"""L6, R1 to R4, M2, M5: what an order costs, who may take which step, and what a credit note takes back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from threading import Barrier, Thread

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.models import (
    Event,
    Opportunity,
    Order,
    OrderLine,
    OrderStatus,
    Partner,
    Person,
    Step,
)
from app.models.changing import ChangedMeanwhile
from app.models.deals.opportunity import OpportunityProduct
from app.models.orders.order_credit import creditable
from app.models.orders.order_drafting import NotADraft
from app.models.orders.order_path import PricesChanged
from app.models.owning import NotYours
from app.rules.ordering import Ordered, check_quantity, may_become
from app.rules.refusals import RuleBroken
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.models.orders import Shop, opened

D = Decimal
AsPartner = Callable[..., AbstractContextManager[Session]]
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(session: Session, cast: Cast) -> Shop:
    return opened(session, cast)


@pytest.fixture
def draft(session: Session, cast: Cast, shop: Shop) -> Order:
    """A draft of Oscar's with one line of ten batteries."""
    order = Order.draft(session, cast.acme, by=cast.oscar, customer="Bakery", reference="PO 7")
    order.add_line(shop.battery, D(10), by=cast.oscar)
    return order


def confirmed(order: Order, cast: Cast) -> Order:
    order.submit(by=cast.oscar)
    order.confirm(by=cast.sam)
    return order


def only(order: Order) -> OrderLine:
    return order.first_lines()[0]


# ---------------------------------------------------------------- drafts


def test_numbers_are_a_partners_own(session: Session, cast: Cast, shop: Shop) -> None:
    """L6: nobody learns from a number how much others order."""
    first = Order.draft(session, cast.acme, by=cast.oscar)
    Order.draft(session, cast.bolt, by=cast.bob)
    factories.order(session, cast.bolt, "ACME-2026-0002", date(2026, 1, 1))
    second = Order.draft(session, cast.acme, by=cast.oscar)

    assert (first.number, second.number) == ("ACME-2026-0001", "ACME-2026-0003")
    assert (first.owner_id, first.currency, first.ordered_on) == (cast.oscar.id, "USD", NOON.date())


@pytest.mark.parametrize("quantity", ["0", "-1", "1000000", None])
def test_a_line_of_nothing_or_of_a_million_is_refused_in_words(
    draft: Order, shop: Shop, cast: Cast, quantity: str | None
) -> None:
    """L6"""
    wanted = None if quantity is None else D(quantity)
    with pytest.raises(RuleBroken) as refusal:
        draft.add_line(shop.battery, wanted, by=cast.oscar)
    with pytest.raises(RuleBroken) as again:
        draft.change_lines({only(draft).id: wanted}, by=cast.oscar)

    assert refusal.value.field == "quantity"
    assert again.value.field == f"quantity-{only(draft).id}"
    assert check_quantity(D("999999")) == D("999999")


def test_the_same_product_may_stand_twice_and_one_that_is_not_sold_may_not(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """L6"""
    draft.add_line(shop.battery, D("1.5"), by=cast.oscar)
    assert [one.quantity for one in draft.first_lines()] == [D(10), D("1.5")]

    shop.battery.active = False
    with pytest.raises(RuleBroken, match="not sold any more"):
        draft.add_line(shop.battery, D(1), by=cast.oscar)
    assert "not sold any more" in draft.sheet(NOON.date()).lines[0].trouble


def test_another_quantity_lets_another_row_win_and_the_line_says_from_when_it_is_cheaper(
    draft: Order, shop: Shop, cast: Cast
) -> None:
    """R1, R3"""
    few = draft.sheet(NOON.date()).lines[0]
    draft.change_lines({only(draft).id: D(50)}, by=cast.oscar)
    many = draft.sheet(NOON.date()).lines[0]

    assert (few.unit_price, few.discount, few.amount) == (D(100), D("0.05"), D(950))
    assert few.cheaper is not None
    assert (few.cheaper.quantity, few.cheaper.net) == (D(50), D("85.5"))
    assert (many.unit_price, many.amount, many.cheaper) == (D(90), D(4275), None)
    assert "row from 50" in (many.why or "")


def test_a_personal_price_comes_first_and_has_no_discount_on_top(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """R1, R3"""
    shop.personal(session, cast.acme, "97")
    line = draft.sheet(NOON.date()).lines[0]

    assert (line.unit_price, line.discount, line.amount) == (D(97), D(0), D(970))


def test_a_currency_that_the_list_lacks_is_an_error_on_the_line_that_says_what_to_do(
    draft: Order, cast: Cast
) -> None:
    """R4: never zero."""
    draft.describe(by=cast.oscar, currency="gbp")
    line = draft.sheet(NOON.date()).lines[0]

    assert (line.unit_price, line.amount, only(draft).unit_price) == (None, None, None)
    assert "no price in GBP" in line.trouble
    assert "Order it in USD" in line.trouble
    with pytest.raises(RuleBroken, match="no price in GBP"):
        draft.submit(by=cast.oscar)
    with pytest.raises(RuleBroken, match="not a currency"):
        draft.describe(by=cast.oscar, currency="XYZ")


def test_less_than_the_lists_begin_at_is_an_error_on_the_line(draft: Order, cast: Cast) -> None:
    """R1, R4"""
    draft.change_lines({only(draft).id: D("0.5")}, by=cast.oscar)

    assert draft.sheet(NOON.date()).lines[0].trouble == (
        "There is no price for 0.5 of BAT-10: prices begin at 1. Order 1 or more."
    )


def test_the_database_lets_nothing_be_ordered_without_a_price(
    session: Session, draft: Order, cast: Cast
) -> None:
    """R4"""
    draft.describe(by=cast.oscar, currency="GBP")
    session.flush()
    with pytest.raises(DBAPIError, match="has no price"), session.begin_nested():
        session.execute(text("update orders set status = 'submitted' where id = :id"), {"id": draft.id})


def test_an_order_without_lines_is_not_submitted(session: Session, draft: Order, cast: Cast) -> None:
    """L6"""
    draft.remove_line(only(draft), by=cast.oscar)

    with pytest.raises(RuleBroken, match="without lines"):
        draft.submit(by=cast.oscar)


# ---------------------------------------------------------------- submitting


def test_a_submitted_order_keeps_its_prices_and_the_rows_they_came_from(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """R4"""
    draft.submit(by=cast.oscar)
    shop.single.unit_price = D(500)
    session.flush()
    line = draft.sheet(NOON.date()).lines[0].line

    assert (line.unit_price, line.list_price, line.price_id) == (D(100), D(100), shop.single.id)
    assert "the base list" in (line.why or "")
    assert draft.sheet(NOON.date()).shown_total == D("950.00")
    assert session.scalars(select(Step.kind).order_by(Step.id)).all()[-1] == "order.submitted"


def test_a_list_that_ends_at_midnight_is_not_ordered_from_after_it(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """R4: what the page showed is no longer true, so that it shows the new prices and is sent again."""
    shop.single.valid_to = NOON.date()
    factories.price(session, shop.base, shop.battery, "120", valid_from=date(2026, 7, 1))
    seen = draft.sheet(NOON.date()).seal

    with time_machine.travel(datetime(2026, 7, 1, 0, 0, 1, tzinfo=UTC), tick=False):
        with pytest.raises(PricesChanged, match="BAT-10: 95 → 114 USD"), session.begin_nested():
            draft.submit(by=cast.oscar, seen=seen)
        session.refresh(draft)
        assert draft.status is OrderStatus.DRAFT
        now = draft.sheet(draft.ordered_on.replace(month=7, day=1))
        assert now.shown_total == D("1140.00")
        draft.submit(by=cast.oscar, seen=now.seal)

    assert (draft.ordered_on, only(draft).unit_price) == (date(2026, 7, 1), D(120))


def test_who_read_an_older_draft_is_told_what_changed(draft: Order, shop: Shop, cast: Cast) -> None:
    """L6"""
    read = draft.version
    draft.add_line(shop.battery, D(1), by=cast.alice)

    with pytest.raises(ChangedMeanwhile, match="Alice"):
        draft.submit(by=cast.oscar, version=read)


def test_of_two_who_submit_at_once_one_does(fresh_app: Accord) -> None:
    """L6: real connections."""
    with scope.opened(scope.Scope(scope.Role.STAFF)), database.new_session() as session:
        cast = people.tell(session)
        shop = opened(session, cast)
        order = Order.draft(session, cast.acme, by=cast.oscar)
        order.add_line(shop.battery, D(1), by=cast.oscar)
        session.commit()
        number, oscar, acme = order.id, cast.oscar.id, cast.acme.id
    barrier, refused = Barrier(4), []

    def press() -> None:
        own = scope.Scope(scope.Role.PARTNER, acme, oscar)
        barrier.wait()
        try:
            with fresh_app.app_context(), database.unit_of_work(own) as mine:
                mine.get_one(Order, number).submit(by=mine.get_one(Person, oscar))
        except RuleBroken as refusal:
            refused.append(refusal.sentence)

    threads = [Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.unit_of_work() as books:
        told = books.scalar(select(func.count()).where(Step.kind == "order.submitted"))
    assert (told, len(refused)) == (1, 3)
    assert "is submitted" in refused[0]


# ---------------------------------------------------------------- the path


def test_the_path_of_an_order_is_walked_once(draft: Order, cast: Cast) -> None:
    """L6"""
    confirmed(draft, cast)
    with pytest.raises(RuleBroken, match="is confirmed and cannot be confirmed"):
        draft.confirm(by=cast.sam)
    draft.fulfil(by=cast.sam)
    with pytest.raises(RuleBroken, match="cannot be cancelled"):
        draft.cancel("Too late.", by=cast.sam)
    draft.close(by=cast.sam)

    assert draft.status is OrderStatus.CLOSED
    assert None not in (draft.submitted_at, draft.confirmed_at, draft.fulfilled_at, draft.closed_at)
    assert not any(may_become("closed", wanted.value) for wanted in OrderStatus)


def test_every_change_of_what_counts_moves_the_partner_in_the_same_transaction(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """P8, P10: 950 USD are enough for Silver; cancelled, they are not there."""
    draft.submit(by=cast.oscar)
    assert shop.tier_of(session, cast.acme) == "Bronze"

    draft.confirm(by=cast.sam)
    assert shop.tier_of(session, cast.acme) == "Silver"


def test_a_partner_withdraws_until_the_vendor_has_confirmed(
    session: Session, draft: Order, cast: Cast
) -> None:
    """L6"""
    draft.submit(by=cast.oscar)
    with pytest.raises(RuleBroken, match="Say why"):
        draft.cancel(" ", by=cast.oscar)
    draft.cancel("The customer thinks again.", by=cast.oscar)
    assert (draft.status, draft.reason) == (OrderStatus.CANCELLED, "The customer thinks again.")

    again, _ = draft.duplicate(by=cast.oscar)
    confirmed(again, cast)
    with pytest.raises(RuleBroken, match="only the vendor"):
        again.cancel("Late.", by=cast.oscar)


def test_an_agent_edits_its_own_and_an_administrator_all(session: Session, shop: Shop, cast: Cast) -> None:
    """L7"""
    order = Order.draft(session, cast.acme, by=cast.alice)
    with pytest.raises(NotYours):
        order.add_line(shop.battery, D(1), by=cast.oscar)
    order.add_line(shop.battery, D(1), by=cast.alice)
    with pytest.raises(NotYours):
        order.submit(by=cast.bob)
    with pytest.raises(NotYours):
        order.submit(by=cast.mona)


def test_only_drafts_are_edited_and_a_draft_from_a_file_is_none(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """L6"""
    draft.submit(by=cast.oscar)
    with pytest.raises(NotADraft, match="is submitted"):
        draft.add_line(shop.battery, D(1), by=cast.oscar)

    filed = factories.order(
        session, cast.acme, "F-1", NOON.date(), (shop.battery, "1"), status=OrderStatus.DRAFT
    )
    for act in (
        lambda: filed.add_line(shop.battery, D(1), by=cast.anna),
        lambda: filed.submit(by=cast.anna),
        lambda: filed.describe(by=cast.anna, note="x"),
    ):
        with pytest.raises(RuleBroken, match="came from a file"):
            act()


def test_in_the_database_too_a_partner_changes_drafts_only(
    session: Session, draft: Order, cast: Cast, as_partner: AsPartner
) -> None:
    """L6, A6: whatever the code does."""
    draft.submit(by=cast.oscar)
    own = {"order": draft.id}
    attempts = (
        "update order_line set unit_price = 1, amount = 1 where order_id = :order",
        "delete from order_line where order_id = :order",
        "update orders set status = 'draft' where id = :order",
        "update orders set status = 'confirmed' where id = :order",
        "update orders set currency = 'EUR' where id = :order",
        (
            "insert into orders (partner_id, number, ordered_on, status, currency)"
            " select partner_id, 'MINE', ordered_on, 'confirmed', currency from orders where id = :order"
        ),
    )
    with as_partner(cast.acme, cast.oscar) as mine:
        for attempt in attempts:
            with pytest.raises(DBAPIError) as refusal, mine.begin_nested():
                mine.execute(text(attempt), own)
            assert isinstance(refusal.value.orig, InsufficientPrivilege), attempt


def test_a_partner_drafts_and_submits_with_its_own_rights(
    session: Session, shop: Shop, cast: Cast, as_partner: AsPartner
) -> None:
    """L6, A6: in the partner's scope, from beginning to withdrawal."""
    session.commit()
    with as_partner(cast.acme, cast.oscar) as mine:
        oscar = mine.get_one(Person, cast.oscar.id)
        order = Order.draft(mine, mine.get_one(Partner, cast.acme.id), by=oscar)
        line = order.add_line(mine.get_one(type(shop.battery), shop.battery.id), D(3), by=oscar)
        order.change_lines({line.id: D(4)}, by=oscar)
        order.describe(by=oscar, note="Please hurry.")
        order.submit(by=oscar)
        assert order.sheet().shown_total == D("380.00")
        order.cancel("No more.", by=oscar)
        mine.commit()

    kinds = session.scalars(select(Event.kind).where(Event.subject_type == "orders").order_by(Event.id)).all()
    assert kinds == [
        "order.drafted",
        "order.line_added",
        "order.line_changed",
        "order.described",
        "order.submitted",
        "order.withdrawn",
    ]


# ---------------------------------------------------------------- agreed prices, deals, the same again


def test_staff_agree_a_price_with_a_reason_and_take_it_back(draft: Order, cast: Cast) -> None:
    """R1, R3: it replaces price and discount; the list price stays beside it."""
    line = only(draft)
    draft.agree(line, D(80), "A project price.", by=cast.sam)
    shown = draft.sheet(NOON.date()).lines[0]
    assert (shown.unit_price, shown.discount, shown.amount, shown.list_price) == (D(80), D(0), D(800), D(100))

    draft.change_lines({line.id: D(20)}, by=cast.oscar)
    draft.submit(by=cast.oscar)
    assert (only(draft).amount, only(draft).override_reason) == (D(1600), "A project price.")

    draft.restore(only(draft), by=cast.sam)
    assert (only(draft).unit_price, only(draft).discount, only(draft).amount) == (D(100), D("0.05"), D(1900))
    with pytest.raises(RuleBroken, match="agreed by the vendor"):
        draft.agree(only(draft), D(1), "Please.", by=cast.oscar)
    draft.confirm(by=cast.sam)
    with pytest.raises(NotADraft, match="stay as they are"):
        draft.agree(only(draft), D(1), "Late.", by=cast.sam)


def test_what_no_amount_can_hold_is_refused_in_words(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """M1"""
    with pytest.raises(RuleBroken, match="too large to be an amount") as refusal:
        draft.agree(only(draft), D(10) ** 15 - 1, "A slip.", by=cast.sam)
    shop.single.unit_price = D(10) ** 15 - 1
    session.flush()
    draft.describe(by=cast.oscar, currency="EUR")
    draft.describe(by=cast.oscar, currency="USD")

    assert refusal.value.field == "price"
    assert "too large" in draft.sheet(NOON.date()).lines[0].trouble


def test_an_agreed_price_makes_up_for_a_missing_one(draft: Order, cast: Cast) -> None:
    """R4"""
    draft.describe(by=cast.oscar, currency="GBP")
    draft.agree(only(draft), D("70.5"), "No list in pounds yet.", by=cast.sam)
    draft.submit(by=cast.oscar)

    assert (only(draft).amount, only(draft).list_price) == (D(705), None)


def test_a_won_deal_is_ordered_from_in_one_step_and_once(session: Session, shop: Shop, cast: Cast) -> None:
    """L6"""
    deal = won(session, cast, shop)
    order = Order.from_opportunity(session, deal, by=cast.oscar)

    assert (order.customer, order.opportunity_id) == (deal.customer, deal.id)
    assert [(one.product_id, one.quantity) for one in order.first_lines()] == [(shop.battery.id, D(60))]
    assert Order.from_opportunity(session, deal, by=cast.oscar) is order
    open_deal = factories.opportunity(session, cast.acme, "Open", "1")
    with pytest.raises(RuleBroken, match="once it is won"):
        Order.from_opportunity(session, open_deal, by=cast.oscar)


def won(session: Session, cast: Cast, shop: Shop) -> Opportunity:
    deal = factories.opportunity(session, cast.acme, "Roof", "5000", "Won", owner_id=cast.oscar.id)
    factories.added(
        session,
        OpportunityProduct(
            partner_id=cast.acme.id, opportunity_id=deal.id, product_id=shop.battery.id, quantity=D(60)
        ),
    )
    return deal


def test_the_same_again_has_todays_prices_and_leaves_out_what_is_not_sold(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """L6"""
    draft.add_line(shop.cable, D(2), by=cast.oscar)
    draft.submit(by=cast.oscar)
    shop.single.unit_price = D(200)
    shop.cable.active = False
    session.flush()

    again, left_out = draft.duplicate(by=cast.oscar)

    assert left_out == ["CABLE"]
    assert (again.sheet(NOON.date()).total, again.customer) == (D(1900), "Bakery")


# ---------------------------------------------------------------- credit notes


def test_a_credit_note_mirrors_lines_of_its_order_and_counts_against_it(
    session: Session, draft: Order, shop: Shop, cast: Cast
) -> None:
    """M5: never more than was ordered, over all credit notes together."""
    confirmed(draft, cast)
    first = draft.credit({1: D(3)}, "Three came broken.", by=cast.sam)
    with pytest.raises(RuleBroken, match=r"at most 7 can still be credited") as refusal:
        draft.credit({1: D(8)}, "The rest.", by=cast.sam)

    assert (first.number, first.status, first.is_credit) == (
        f"{draft.number}-C1",
        OrderStatus.CONFIRMED,
        True,
    )
    assert (only(first).quantity, only(first).unit_price, only(first).amount) == (D(-3), D(100), D(-285))
    assert refusal.value.field == "quantity-1"
    assert [ordered.left for _, ordered in creditable(draft)] == [D(7)]


def test_a_cancelled_credit_note_gives_back_what_it_took_and_an_order_keeps_its_live_ones(
    draft: Order, cast: Cast
) -> None:
    """M5"""
    confirmed(draft, cast)
    note = draft.credit({1: D(10)}, "Wrong goods.", by=cast.sam)
    with pytest.raises(RuleBroken, match="Cancel that first"):
        draft.cancel("All of it.", by=cast.sam)
    note.cancel("They were right after all.", by=cast.sam)

    assert draft.credit({1: D(10)}, "No, wrong.", by=cast.sam).number == f"{draft.number}-C2"


@pytest.mark.parametrize(
    ("wanted", "reason", "says"),
    [({}, "Why not", "at least one"), ({1: D(-1)}, "Why", "at least one"), ({1: D(1)}, " ", "Say why")],
)
def test_a_credit_note_of_nothing_or_without_a_reason_is_refused(
    draft: Order, cast: Cast, wanted: dict[int, Decimal], reason: str, says: str
) -> None:
    """M5"""
    confirmed(draft, cast)

    with pytest.raises(RuleBroken, match=says):
        draft.credit(wanted, reason, by=cast.sam)


def test_only_what_was_confirmed_is_credited_by_the_vendor(draft: Order, cast: Cast) -> None:
    """M5"""
    draft.submit(by=cast.oscar)
    with pytest.raises(RuleBroken, match="only what was confirmed"):
        draft.credit({1: D(1)}, "Early.", by=cast.sam)
    draft.confirm(by=cast.sam)
    with pytest.raises(RuleBroken, match="given by the vendor"):
        draft.credit({1: D(1)}, "Mine.", by=cast.oscar)
    with pytest.raises(RuleBroken, match="is not credited"):
        draft.credit({1: D(1)}, "One.", by=cast.sam).credit({1: D(1)}, "Two.", by=cast.sam)


# ---------------------------------------------------------------- figures

QUANTITIES = st.decimals("0.0001", "9999", places=4)
PRICES = st.decimals("0", "99999", places=4)
SHARES = st.decimals("0", "1", places=6)


@given(QUANTITIES, PRICES, SHARES, st.lists(st.integers(1, 9), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_credit_notes_take_back_to_the_last_cent_what_was_ordered(
    quantity: Decimal, price: Decimal, discount: Decimal, parts: list[int]
) -> None:
    """M2, M5: in whatever parts it goes, all parts together are the line, negative."""
    amount = (quantity * price * (1 - discount)).quantize(D("0.0001"), ROUND_HALF_UP)
    line = Ordered(1, "X", quantity, price, discount, amount)
    taken, worth = D(0), D(0)
    for part in [*parts, None]:
        left = Ordered(1, "X", quantity, price, discount, amount, taken, worth)
        wanted = left.left if part is None else (left.left * part / 10).quantize(D("0.0001"))
        if wanted:
            back, back_worth = left.credit(wanted)
            assert abs(back_worth + wanted * price * (1 - discount)) <= D("0.0004")
            taken, worth = taken - back, worth - back_worth

    assert (taken, worth) == (quantity, line.amount)


@given(
    lines=st.lists(
        st.tuples(st.decimals("1", "9999", places=4), st.sampled_from(["battery", "cable"])),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_an_order_makes_is_what_paper_and_pencil_say(
    session: Session, cast: Cast, shop: Shop, lines: list[tuple[Decimal, str]]
) -> None:
    """M2: quantity × price × (1 − discount) to four places, summed, rounded once."""
    order = Order.draft(session, cast.acme, by=cast.oscar)
    expected = D(0)
    for quantity, name in lines:
        order.add_line(getattr(shop, name), quantity, by=cast.oscar)
        price = {"battery": D(90) if quantity >= 50 else D(100), "cable": D("3.3333")}[name]
        expected += (quantity * price * D("0.95")).quantize(D("0.0001"), ROUND_HALF_UP)

    sheet = order.sheet(NOON.date())

    assert sheet.total == expected
    assert sheet.shown_total == expected.quantize(D("0.01"), ROUND_HALF_UP)
    assert sheet.undiscounted - sheet.discounted == sheet.shown_total
    assert (
        session.scalar(select(func.sum(OrderLine.amount)).where(OrderLine.order_id == order.id)) == expected
    )
