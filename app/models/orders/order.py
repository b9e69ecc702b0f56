"""An order of a partner (L6): drafted, submitted, confirmed, fulfilled, closed, or cancelled; a credit note mirrors one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Computed,
    ForeignKey,
    Index,
    Select,
    any_,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.orders import (
    order_agreeing,
    order_beginning,
    order_credit,
    order_drafting,
    order_path,
    order_pricing,
)
from app.models.orders.order_line import OrderLine
from app.models.orders.order_status import COUNTED, OrderStatus
from app.models.owning import Owned
from app.models.price_list import Price
from app.rules.ordering import may_become

if TYPE_CHECKING:
    from app.models.deals.opportunity import Opportunity
    from app.models.orders.order_pricing import Sheet
    from app.models.person import Person


__all__ = ["COUNTED", "Order", "OrderLine", "OrderStatus"]


class Order(Owned, Tracked, PartnerOwned, Numbered, Base):
    """What a partner ordered on a day, in one currency; imported ones were never drafted here."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_search", "search", postgresql_using="gin"),
        Index("ix_orders_partner_id_ordered_on_id", "partner_id", "ordered_on", "id"),
        Index("ix_orders_ordered_on_id", "ordered_on", "id"),
        Index("ix_orders_status_ordered_on_id", "status", "ordered_on", "id"),
        Index("uq_orders_partner_id_id", "partner_id", "id", unique=True),
        Index("ix_orders_owner_id_id", "owner_id", "id"),
        Index("ix_orders_opportunity_id", "opportunity_id"),
        Index("ix_orders_credits_id", "credits_id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    ordered_on: Mapped[date]
    status: Mapped[OrderStatus] = mapped_column(default=OrderStatus.DRAFT)
    currency: Mapped[str]
    customer_reference: Mapped[str | None]
    customer: Mapped[str | None]
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"))
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    note: Mapped[str | None]
    reason: Mapped[str | None]
    drafted_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    fulfilled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', accord_fold(number || ' ' || coalesce(customer, '')"
            " || ' ' || coalesce(customer_reference, '')))",
            persisted=True,
        ),
        deferred=True,
    )

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    opportunity: Mapped[Opportunity | None] = relationship(lazy="raise", viewonly=True)
    credited: Mapped[Order | None] = relationship(lazy="raise", viewonly=True, remote_side="Order.id")
    lines: Mapped[list[OrderLine]] = relationship(
        lazy="raise",
        back_populates="order",
        order_by="OrderLine.line",
        primaryjoin="Order.id == OrderLine.order_id",
        foreign_keys="OrderLine.order_id",
    )

    SHOWN = 500

    # -- questions

    @property
    def is_credit(self) -> bool:
        """Say whether it takes back what another order ordered (M5)."""
        return self.credits_id is not None

    @property
    def noun(self) -> str:
        """Return what a reader calls it."""
        return "Credit note" if self.is_credit else "Order"

    @property
    def is_open_draft(self) -> bool:
        """Say whether its lines may still be changed: a draft that was begun here, not one a file brought."""
        return self.status is OrderStatus.DRAFT and self.drafted_at is not None

    @property
    def tone(self) -> str:
        """Return the colour of the status."""
        if self.status in COUNTED:
            return "good"
        return "warn" if self.status is OrderStatus.SUBMITTED else "neutral"

    @property
    def counts(self) -> str:
        """Say in a sentence whether it counts for parameters (P8)."""
        if self.status in COUNTED and self.is_credit:
            return "It counts against what was ordered, on the day it was given."
        if self.status in COUNTED:
            return "It counts on the day it was ordered."
        return "It does not count: orders count when they are confirmed, fulfilled or closed."

    def may_become(self, status: OrderStatus) -> bool:
        """Say whether its path has this step (L6)."""
        return may_become(self.status, status, is_credit=self.is_credit)

    def may_be_withdrawn_by(self, person: Person) -> bool:
        """Say whether this person of the partner may take it back: until the vendor confirmed it."""
        is_waiting = self.status in {OrderStatus.DRAFT, OrderStatus.SUBMITTED} and self.drafted_at is not None
        return is_waiting and self.may_be_edited_by(person)

    @classmethod
    def totals(cls, ids: Collection[int]) -> Select[int, Any, int]:
        """Return what the stored lines of these orders make, unrounded, and how many they are (M2)."""
        total: Any = func.coalesce(func.sum(OrderLine.amount), 0).label("total")
        return (
            select(OrderLine.order_id, total, func.count().label("lines"))
            .where(OrderLine.order_id == any_(literal(list(ids), ARRAY(BigInteger))))
            .group_by(OrderLine.order_id)
        )

    def first_lines(self, limit: int = SHOWN) -> list[OrderLine]:
        """Return the first lines with their products and the lists their prices came from; there may be more."""
        return list(self.session.scalars(_first_lines(limit), {"order": self.id}))

    def line_of(self, line_id: int) -> OrderLine | None:
        """Return one of its lines with its product, or None."""
        line = select(OrderLine).where(OrderLine.order_id == self.id, OrderLine.id == line_id)
        return self.session.scalars(line.options(joinedload(OrderLine.product))).one_or_none()

    def sheet(self, on: date | None = None, limit: int = SHOWN) -> Sheet:
        """Return its lines with their prices: those of today while it is a draft (R1), else the frozen ones (R4)."""
        lines = self.first_lines(limit)
        if on is not None and self.is_open_draft:
            return order_pricing.live(self.session, self, lines, on)
        return order_pricing.frozen(self, lines)

    # -- verbs of a draft

    draft = classmethod(order_beginning.draft)
    from_opportunity = classmethod(order_beginning.from_opportunity)
    duplicate = order_beginning.duplicate
    describe = order_drafting.describe
    add_line = order_drafting.add_line
    change_lines = order_drafting.change_lines
    remove_line = order_drafting.remove_line
    agree = order_agreeing.agree
    restore = order_agreeing.restore

    # -- verbs of the path

    submit = order_path.submit
    confirm = order_path.confirm
    fulfil = order_path.fulfil
    close = order_path.close
    cancel = order_path.cancel
    assign = order_path.assign
    credit = order_credit.credit


@lru_cache(maxsize=16)
def _first_lines(limit: int) -> Select[OrderLine]:
    return (
        select(OrderLine)
        .where(OrderLine.order_id == bindparam("order"))
        .options(joinedload(OrderLine.product), joinedload(OrderLine.price).joinedload(Price.price_list))
        .order_by(OrderLine.line)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
