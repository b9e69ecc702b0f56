"""A line of an order: so many of a product at a price, which says where it comes from (R1, R3, R4, M2)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned
from app.rules.money import line_amount

if TYPE_CHECKING:
    from app.models.orders.order import Order
    from app.models.partner import Partner
    from app.models.price_list import Price
    from app.models.product import Product


class OrderLine(PartnerOwned, Numbered, Base):
    """A line: its stored amount is quantity × unit price × (1 − discount), rounded once (M2).

    While the order is a draft it holds the price of when it was last touched, and none where there was none; with the
    submission the price is frozen, beside the row and the list price it came from (R4).
    """

    __tablename__ = "order_line"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "order_id"], ["orders.partner_id", "orders.id"]),
        UniqueConstraint("order_id", "line"),
        CheckConstraint("discount between 0 and 1", name="discount_is_a_share"),
        CheckConstraint("(unit_price is null) = (amount is null)", name="amount_has_a_price"),
        Index("ix_order_line_partner_id", "partner_id"),
        Index("ix_order_line_product_id", "product_id"),
    )

    # Its partner is its order's: the key to the order says so, and a second one would be checked for every line.
    partner_id: Mapped[int] = mapped_column(sort_order=-9)
    order_id: Mapped[int]
    line: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    quantity: Mapped[Decimal]
    unit_price: Mapped[Decimal | None]
    discount: Mapped[Decimal] = mapped_column(Numeric(7, 6), default=Decimal(0))
    amount: Mapped[Decimal | None]
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

    @property
    def is_agreed(self) -> bool:
        """Say whether staff agreed a price of its own for this line."""
        return self.override_reason is not None

    @property
    def undiscounted(self) -> Decimal | None:
        """Return what the line would make without its discount (R3)."""
        return None if self.unit_price is None else line_amount(self.quantity, self.unit_price)

    def price_at(self, unit_price: Decimal | None, discount: Decimal = Decimal(0)) -> None:
        """Take a price of one unit, or none, and what the line makes at it (M2)."""
        self.unit_price, self.discount = unit_price, discount
        self.amount = None if unit_price is None else line_amount(self.quantity, unit_price, discount)
