"""The steps of an order (L6): who may take them, what each freezes, and who hears of it.

Every step changes what counts, or may, so that the partner is assessed in the same transaction (P10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app import clock, scope
from app.models.changing import check_version, lock
from app.models.deals.opportunity_counting import reassess_each, to_tell
from app.models.leads.lead_working import workers
from app.models.orders.order_pricing import Sheet, check_complete
from app.models.orders.order_status import OrderStatus
from app.models.partner import Partner
from app.models.talk.step import Step
from app.rules.ordering import check_step
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.orders.order import Order
    from app.models.person import Person


class PricesChanged(RuleBroken):
    """R4: what a draft costs is no longer what its page showed."""

    def __init__(self, moved: list[str], currency: str) -> None:
        what = f" ({'; '.join(moved)} {currency})" if moved else ""
        super().__init__(
            f"Prices changed since this page was shown{what}. Nothing was ordered. "
            "Look at the new total and submit again if you agree."
        )


def submit(self: Order, *, by: Person, seen: str | None = None, version: int | None = None) -> None:
    """Order at the prices of today, frozen from now on (R4); `seen` is the seal of those that were shown."""
    _take_up(self, OrderStatus.SUBMITTED, by, version)
    _check_is_ours(self)
    partner = self.session.get_one(Partner, self.partner_id)
    sheet = self.sheet(partner.today())
    check_complete(sheet)
    if seen is not None and seen != sheet.seal:
        raise PricesChanged(sheet.moved, self.currency)
    freeze(sheet)
    self.session.flush()  # the database lets a partner change lines of drafts only
    self.status, self.ordered_on, self.submitted_at = OrderStatus.SUBMITTED, sheet.on, clock.now()
    _told(self, "order.submitted", by, total=f"{sheet.shown_total:,} {self.currency}")


def confirm(self: Order, *, by: Person) -> None:
    """Accept it for the vendor: it counts from now on (P8)."""
    _take_up(self, OrderStatus.CONFIRMED, by)
    self.status, self.confirmed_at = OrderStatus.CONFIRMED, clock.now()
    _told(self, "order.confirmed", by)


def fulfil(self: Order, *, by: Person) -> None:
    """Say that everything was delivered."""
    _take_up(self, OrderStatus.FULFILLED, by)
    self.status, self.fulfilled_at = OrderStatus.FULFILLED, clock.now()
    _told(self, "order.fulfilled", by)


def close(self: Order, *, by: Person) -> None:
    """End it: delivered and settled."""
    _take_up(self, OrderStatus.CLOSED, by)
    self.status, self.closed_at = OrderStatus.CLOSED, clock.now()
    _told(self, "order.closed", by)


def cancel(self: Order, reason: str, *, by: Person) -> None:
    """Call it off, with a reason; a partner withdraws its own until the vendor has confirmed it."""
    _take_up(self, OrderStatus.CANCELLED, by)
    is_partners = by.partner_id is not None
    if is_partners and not self.may_be_withdrawn_by(by):
        raise RuleBroken(
            f"{self.noun} {self.number} is {self.status} and only the vendor may cancel it. Ask your partner manager.",
        )
    if not reason.strip() and self.status is not OrderStatus.DRAFT:
        raise RuleBroken("Say why, so that everybody can read it later.", "reason")
    _check_no_credits(self)
    was_draft = self.status is OrderStatus.DRAFT
    self.status, self.cancelled_at, self.reason = OrderStatus.CANCELLED, clock.now(), reason.strip() or None
    kind = "order.discarded" if was_draft else "order.withdrawn" if is_partners else "order.cancelled"
    _told(self, kind, by, reason=self.reason or "no reason given")


def assign(self: Order, owner_id: int | None, *, by: Person) -> None:
    """Say who works the order: somebody of its partner, or, said by staff, of the vendor (L7)."""
    lock(self)
    self.check_edit(by)
    if owner_id == self.owner_id:
        return
    sides = (self.partner_id,) if by.partner_id is not None else (self.partner_id, None)
    people = {one.id: one.name for side in sides for one in workers(self.session, side)}
    if owner_id is not None and owner_id not in people:
        raise RuleBroken("Choose somebody who works orders of this partner.", "owner_id")
    with scope.books(self.session):  # under a setting its former owner does not see it any more
        self.owner_id = owner_id
        name = "nobody" if owner_id is None else people[owner_id]
        Step.take(self, "order.assigned", by=by, owner=name)


# -- how


def freeze(sheet: Sheet) -> None:
    """Write into the lines what a sheet shows of them."""
    for one in sheet.lines:
        line = one.line
        line.unit_price, line.discount, line.amount = one.unit_price, one.discount, one.amount
        line.list_price, line.price_id, line.why = one.list_price, one.price_id, one.why


def _take_up(order: Order, wanted: OrderStatus, by: Person, version: int | None = None) -> None:
    """Lock the order, and refuse a step that is not to be taken, or not by this person."""
    lock(order)
    order.check_edit(by)
    check_version(order, version)
    check_step(order.number, order.status, wanted, is_credit=order.is_credit)


def _check_is_ours(order: Order) -> None:
    if order.drafted_at is None:
        raise RuleBroken(f"Order {order.number} came from a file. Change it there and import it again.")


def _check_no_credits(order: Order) -> None:
    from app.models.orders.order import Order  # noqa: PLC0415 - orders have these verbs

    live = select(Order.number).where(Order.credits_id == order.id, Order.status != OrderStatus.CANCELLED)
    number = order.session.scalar(live.order_by(Order.id).limit(1))
    if number is not None:
        raise RuleBroken(f"Credit note {number} takes back what this order ordered. Cancel that first.")


def _told(order: Order, kind: str, by: Person, **facts: Any) -> None:
    people = to_tell(order.session, order, by=by)
    Step.take(order, kind, by=by, to=people, number=order.number, **facts)
    reassess_each(order.session, [order.partner_id], by=by)
