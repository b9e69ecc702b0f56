"""What the vendor sells."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Computed, Index, Text, func, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Base, Numbered, Tracked
from app.models.changing import check_version, enter
from app.rules.money import minor_digits
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

FACTS = ("sku", "name", "category", "subcategory", "list_price", "currency", "active", "description")


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
    version: Mapped[int] = mapped_column(default=1, server_default="1")
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

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    @classmethod
    def offer(cls, session: Session, *, by: Person | None, **facts: Any) -> Product:
        """Put a product on sale; RuleBroken names the field that cannot be."""
        product = cls()
        product._fill(facts)
        product._check(session)
        enter(session, product, "product.offered", by=by, refusals={"uq_product_sku": product._taken()})
        return product

    def change(self, *, by: Person | None, version: int | None = None, **facts: Any) -> None:
        """Change what is known of the product; prices of orders already submitted stay (R4)."""
        session = self.session
        check_version(self, version)
        with session.no_autoflush:
            self._fill(facts)
            self._check(session)
        if self.changes()[1]:
            self.track("product.changed", by=by)

    def _fill(self, facts: dict[str, Any]) -> None:
        for name, value in facts.items():
            if name not in FACTS:
                raise TypeError(f"A product has no {name} to change.")
            setattr(self, name, value if value != "" else None)

    def _check(self, session: Session) -> None:
        if not self.sku:
            raise RuleBroken("Give the product a number.", "sku")
        if not self.name:
            raise RuleBroken("Name the product.", "name")
        if self.list_price is not None and self.list_price < 0:
            raise RuleBroken("A price is zero or more.", "list_price")
        if self.list_price is not None and not self.currency:
            raise RuleBroken("Say in which currency the list price is.", "currency")
        if self.list_price is None and self.currency:
            raise RuleBroken(
                "Without a list price there is no currency. Write a price, or clear this.", "currency"
            )
        if self.currency:
            minor_digits(self.currency)
        same = select(Product.id).where(
            func.lower(Product.sku) == self.sku.lower(), Product.id.is_distinct_from(self.id)
        )
        if session.scalar(same) is not None:
            raise self._taken()

    def _taken(self) -> RuleBroken:
        return RuleBroken(f"There is a product with the number “{self.sku}” already.", "sku")
