"""What the vendor sells."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, Computed, Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered, Tracked


class Product(Tracked, Numbered, Base):
    """What the vendor sells; its own list price is the last answer of R1."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("(list_price is null) = (currency is null)", name="price_has_currency"),
        CheckConstraint("list_price >= 0", name="list_price_not_negative"),
        Index("ix_product_search", "search", postgresql_using="gin"),
        Index("ix_product_sku_pattern", "sku", postgresql_ops={"sku": "text_pattern_ops"}),
        Index("ix_product_sort_name_id", "sort_name", "id"),
        Index("ix_product_category", "category", "subcategory"),
    )

    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    category: Mapped[str | None]
    subcategory: Mapped[str | None]
    list_price: Mapped[Decimal | None]
    currency: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    description: Mapped[str | None]
    sort_name: Mapped[str] = mapped_column(Text(collation="C"), Computed("accord_fold(name)", persisted=True))
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', accord_fold(sku || ' ' || name || ' ' || coalesce(category, '')"
            " || ' ' || coalesce(subcategory, '')))",
            persisted=True,
        ),
        deferred=True,
    )
