"""A customer: whom leads and deals are about, known to the vendor only (L3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import scope
from app.models.base import Base, Numbered, Tracked
from app.rules.conflicts import LONGEST, folded
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person


class MarkKind(StrEnum):
    """By what a customer is known again."""

    WEB = "web"
    MAIL = "mail"
    TAX = "tax"
    NAME = "name"
    """Another name, folded, under which it was registered."""


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

    # -- verbs

    @classmethod
    def attach(cls, session: Session, noun: type[Base], ids: Sequence[int] | None = None) -> int:
        """Give deals or leads that have no customer the one they are about; return how many got one.

        At most a thousand at once; None means whichever come first.
        """
        from app.models.registrations.meeting import attached  # noqa: PLC0415 - it writes customers

        with scope.books(session) as books:
            return attached(books, noun.__tablename__, ids)

    def describe(self, *, name: str, country: str | None, by: Person) -> None:
        """Correct the name and the country by which it is known again."""
        from app.models.registrations.meeting import one_at_a_time  # noqa: PLC0415 - it writes customers

        one_at_a_time(self.session.connection())
        written = " ".join(name.split())
        if not written:
            raise RuleBroken("Name the customer.", "name")
        if len(written) > LONGEST:
            raise RuleBroken(f"A company name has at most {LONGEST} letters.", "name")
        if country and not _COUNTRY.fullmatch(country):
            raise RuleBroken("Write the country as two capital letters, such as DE.", "country")
        self.name, self.folded, self.country = written, folded(written), country or None
        if self.changes()[1]:
            self.track("customer.described", by=by)

    def forget_mark(self, kind: MarkKind, value: str, *, by: Person) -> None:
        """Take a domain or number away that is not this customer's."""
        mark = self.session.get(CustomerMark, (self.id, kind, value))
        if mark is None:
            raise RuleBroken("This mark is gone already.")
        self.session.delete(mark)
        self.track("customer.mark_forgotten", by=by, mark=value)

    def merge_into(self, other: Customer, *, by: Person) -> None:
        """Make the two one, which keeps the other's name; refused where both are protected, each for a partner."""
        from app.models.registrations.meeting import moved, one_at_a_time  # noqa: PLC0415 - they write customers

        session = self.session
        if self.id == other.id or self.merged_into_id is not None or other.merged_into_id is not None:
            raise RuleBroken("Choose another customer, one that was not merged itself.", "into")
        with scope.books(session) as books:
            one_at_a_time(books)
            if books.scalar(_PROTECTED, {"ids": [self.id, other.id]}) == len((self, other)):
                raise RuleBroken(
                    "Each of the two is protected for a partner. End one of the protections first.", "into"
                )
            moved(books, self.id, other.id)
        session.refresh(self)
        other.track("customer.merged", by=by, merged=self.name, number=self.id)


_PROTECTED = text(
    "select count(*) from registration where customer_id = any(cast(:ids as bigint[]))"
    " and state = 'protected' and not shared"
)
_COUNTRY = re.compile("[A-Z]{2}")


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
