"""Price lists: for everybody, for a type, granted by a tier, or personal to some partners (R1, R2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked

if TYPE_CHECKING:
    from app.models.partner_type import PartnerType
    from app.models.product import Product

SINCE_EVER = date.min
DURING = "daterange(valid_from, valid_to, '[]')"


class PriceScope(StrEnum):
    """Whom a list is for."""

    BASE = "base"
    TYPE = "type"
    GRANTED = "granted"
    PERSONAL = "personal"


class PriceList(Tracked, Numbered, Base):
    """A named set of prices; there is one base list, and one list for each type."""

    __tablename__ = "price_list"
    __table_args__ = (
        CheckConstraint("(scope = 'type') = (partner_type_id is not null)", name="type_lists_name_a_type"),
        Index("uq_price_list_base", "scope", unique=True, postgresql_where=text("scope = 'base'")),
        Index("uq_price_list_partner_type_id", "partner_type_id", unique=True),
    )

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    scope: Mapped[PriceScope]
    partner_type_id: Mapped[int | None] = mapped_column(ForeignKey("partner_type.id"))

    partner_type: Mapped[PartnerType | None] = relationship(lazy="raise")


class PriceListPartner(PartnerOwned, Numbered, Base):
    """A personal list assigned to a partner for a period of inclusive days."""

    __tablename__ = "price_list_partner"
    __table_args__ = (
        UniqueConstraint("price_list_id", "partner_id", "valid_from"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
        ExcludeConstraint(
            (text("int8range(price_list_id, price_list_id, '[]')"), "&&"),
            (text("int8range(partner_id, partner_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_price_list_partner_one_at_a_time",
        ),
        Index("ix_price_list_partner_partner_id", "partner_id"),
    )

    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    valid_from: Mapped[date] = mapped_column(default=SINCE_EVER, server_default=text("'0001-01-01'"))
    valid_to: Mapped[date | None]
    during: Mapped[Range[date]] = mapped_column(DATERANGE, Computed(DURING, persisted=True))

    price_list: Mapped[PriceList] = relationship(lazy="raise")


class Price(Numbered, Base):
    """What a product costs on a list, in a currency, from a quantity on, in a period of inclusive days."""

    __tablename__ = "price"
    __table_args__ = (
        UniqueConstraint("price_list_id", "product_id", "currency", "min_quantity", "valid_from"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("min_quantity > 0", name="min_quantity_positive"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        ExcludeConstraint(
            (text("int8range(price_list_id, price_list_id, '[]')"), "&&"),
            (text("int8range(product_id, product_id, '[]')"), "&&"),
            (text("text_range(currency, currency, '[]')"), "&&"),
            (text("numrange(min_quantity, min_quantity, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_price_one_at_a_time",
        ),
        Index("ix_price_product_id", "product_id"),
    )

    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    currency: Mapped[str]
    min_quantity: Mapped[Decimal] = mapped_column(default=Decimal(1), server_default=text("1"))
    valid_from: Mapped[date] = mapped_column(default=SINCE_EVER, server_default=text("'0001-01-01'"))
    valid_to: Mapped[date | None]
    during: Mapped[Range[date]] = mapped_column(DATERANGE, Computed(DURING, persisted=True))
    unit_price: Mapped[Decimal]

    price_list: Mapped[PriceList] = relationship(lazy="raise")
    product: Mapped[Product] = relationship(lazy="raise")
