"""An order of a partner and its lines (L6, M2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Select,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.owning import Owned
from app.models.price_list import Price

if TYPE_CHECKING:
    from app.models.partner import Partner
    from app.models.product import Product


class OrderStatus(StrEnum):
    """The path of an order (L6)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


COUNTED = (OrderStatus.CONFIRMED, OrderStatus.FULFILLED, OrderStatus.CLOSED)


class Order(Owned, Tracked, PartnerOwned, Numbered, Base):
    """What a partner ordered on a day, in one currency."""

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

    lines: Mapped[list[OrderLine]] = relationship(
        lazy="raise",
        back_populates="order",
        order_by="OrderLine.line",
        primaryjoin="Order.id == OrderLine.order_id",
        foreign_keys="OrderLine.order_id",
    )

    SHOWN = 500

    @property
    def tone(self) -> str:
        """Return the colour of the status."""
        if self.status in COUNTED:
            return "good"
        return "warn" if self.status is OrderStatus.SUBMITTED else "neutral"

    @property
    def counts(self) -> str:
        """Say in a sentence whether it counts for parameters (P8)."""
        if self.status in COUNTED:
            return "It counts on the day it was ordered."
        return "It does not count: orders count when they are confirmed, fulfilled or closed."

    @classmethod
    def totals(cls, ids: Collection[int]) -> Select[int, Decimal, int]:
        """Return what the stored lines of these orders make, unrounded, and how many they are (M2)."""
        return (
            select(OrderLine.order_id, func.sum(OrderLine.amount).label("total"), func.count().label("lines"))
            .where(OrderLine.order_id.in_(ids))
            .group_by(OrderLine.order_id)
        )

    def first_lines(self) -> list[OrderLine]:
        """Return the first lines with their products and the lists their prices came from; there may be more."""
        lines = (
            select(OrderLine)
            .where(OrderLine.order_id == self.id)
            .options(
                joinedload(OrderLine.product),
                joinedload(OrderLine.price).joinedload(Price.price_list),
            )
            .order_by(OrderLine.line)
            .limit(self.SHOWN)
        )
        return list(self.session.scalars(lines))


class OrderLine(PartnerOwned, Numbered, Base):
    """A line: its stored amount is quantity × unit price × (1 − discount), rounded once (M2)."""

    __tablename__ = "order_line"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "order_id"], ["orders.partner_id", "orders.id"]),
        UniqueConstraint("order_id", "line"),
        CheckConstraint("discount between 0 and 1", name="discount_is_a_share"),
        Index("ix_order_line_partner_id", "partner_id"),
        Index("ix_order_line_product_id", "product_id"),
    )

    # Its partner is its order's: the key to the order says so, and a second one would be checked for every line.
    partner_id: Mapped[int] = mapped_column(sort_order=-9)
    order_id: Mapped[int]
    line: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    quantity: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    discount: Mapped[Decimal] = mapped_column(Numeric(7, 6), default=Decimal(0))
    amount: Mapped[Decimal]
    price_id: Mapped[int | None] = mapped_column(ForeignKey("price.id"))
    list_price: Mapped[Decimal | None]
    why: Mapped[str | None]
    override_reason: Mapped[str | None]

    partner: Mapped[Partner] = relationship(
        viewonly=True, lazy="raise", primaryjoin="foreign(OrderLine.partner_id) == Partner.id"
    )
    order: Mapped[Order] = relationship(
        lazy="raise",
        back_populates="lines",
        primaryjoin="Order.id == OrderLine.order_id",
        foreign_keys="OrderLine.order_id",
    )
    product: Mapped[Product] = relationship(lazy="raise")
    price: Mapped[Price | None] = relationship(lazy="raise")
