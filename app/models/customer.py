"""A customer: whom leads and deals are about, known to the vendor only (L3)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked


class MarkKind(StrEnum):
    """By what a customer is known again."""

    WEB = "web"
    MAIL = "mail"
    TAX = "tax"


class Customer(Tracked, Numbered, Base):
    """An end customer of any partner; partners cannot read this table."""

    __tablename__ = "customer"
    __table_args__ = (
        Index("ix_customer_folded_country", "folded", "country"),
        Index("ix_customer_folded_id", "folded", "id"),
        Index("ix_customer_country_id", "country", "id"),
        Index("ix_customer_merged_into_id", "merged_into_id"),
        Index(
            "ix_customer_tri",
            text("accord_tri(folded)"),
            postgresql_using="gin",
            postgresql_where=text("merged_into_id is null"),
        ),
    )

    name: Mapped[str]
    folded: Mapped[str]
    country: Mapped[str | None]
    met_at: Mapped[datetime]
    merged_into_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customer.id"))

    marks: Mapped[list[CustomerMark]] = relationship(back_populates="customer", lazy="raise")


class CustomerMark(Base):
    """A web domain, a mail domain or a tax number of a customer."""

    __tablename__ = "customer_mark"
    __table_args__ = (Index("ix_customer_mark_kind_value", "kind", "value"),)

    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"), primary_key=True)
    kind: Mapped[MarkKind] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)

    customer: Mapped[Customer] = relationship(back_populates="marks", lazy="raise")


class CustomerTrigram(Base):
    """How many customers have three letters in their folded name: the rarest of a name find its like."""

    __tablename__ = "customer_trigram"

    trigram: Mapped[str] = mapped_column(primary_key=True)
    customers: Mapped[int]
