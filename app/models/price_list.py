"""Price lists: for everybody, for a type, granted by a tier, or personal to some partners (R1, R2)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, func, select, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.changing import enter, lock, refused_by
from app.models.event import Event
from app.rules.money import minor_digits
from app.rules.periods import Days
from app.rules.program_values import plain
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.partner import Partner
    from app.models.partner_type import PartnerType
    from app.models.person import Person
    from app.models.product import Product

SINCE_EVER = date.min
DURING = "daterange(valid_from, valid_to, '[]')"
_CODE = re.compile(r"[^\s,;]{1,60}")


class PricesOverlap(RuleBroken):
    """R2: a product has one price for the same list, currency, minimum quantity and day."""


def days(valid_from: date, valid_to: date | None) -> Days:
    """Return the inclusive days of a row; since ever is without a first day."""
    return Days(None if valid_from == SINCE_EVER else valid_from, valid_to)


def _check_days(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise RuleBroken("The last day lies before the first. Correct one of them.", "valid_to")


class PriceScope(StrEnum):
    """Whom a list is for."""

    BASE = "base"
    TYPE = "type"
    GRANTED = "granted"
    PERSONAL = "personal"

    @property
    def words(self) -> str:
        """Whom the list is for, in words."""
        return {
            "base": "Everybody",
            "type": "A partner type",
            "granted": "Tiers that grant it",
            "personal": "Some partners",
        }[self.value]


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

    @classmethod
    def draw_up(
        cls,
        session: Session,
        *,
        code: str,
        name: str,
        scope: PriceScope,
        partner_type_id: int | None = None,
        by: Person | None,
    ) -> PriceList:
        """Add a list of prices; RuleBroken names the field that cannot be."""
        drawn = cls(code=code, name=name, scope=scope, partner_type_id=partner_type_id)
        drawn._check(session)
        enter(session, drawn, "price_list.drawn_up", by=by, refusals=drawn._refusals())
        return drawn

    def rename(self, *, code: str, name: str, by: Person | None) -> None:
        """Give the list another code or name; whom it is for stays."""
        session = self.session
        with session.no_autoflush:
            self.code, self.name = code, name
            self._check(session)
        if self.changes()[1]:
            self.track("price_list.renamed", by=by)

    def assign(
        self,
        partner: Partner,
        *,
        valid_from: date | None = None,
        valid_to: date | None = None,
        by: Person | None,
    ) -> PriceListPartner:
        """Let a personal list hold for a partner, for a period of inclusive days."""
        if self.scope is not PriceScope.PERSONAL:
            raise RuleBroken("Only a personal list is assigned to partners.", "partner")
        first = valid_from or SINCE_EVER
        _check_days(first, valid_to)
        overlap = RuleBroken(
            f"{partner.name} has this list on some of these days already. Choose other days, or end that one first.",
            "valid_from",
        )
        given = PriceListPartner(
            price_list_id=self.id, partner_id=partner.id, valid_from=first, valid_to=valid_to
        )
        names = (
            "ex_price_list_partner_one_at_a_time",
            "uq_price_list_partner_price_list_id_partner_id_valid_from",
        )
        with refused_by(self.session, dict.fromkeys(names, overlap)):
            self.session.add(given)
        after = {"partner": partner.code, "valid_from": valid_from, "valid_to": valid_to}
        Event.record(self.session, "price_list.assigned", self, by=by, after=after, partner_id=partner.id)
        return given

    def _check(self, session: Session) -> None:
        if not _CODE.fullmatch(self.code or ""):
            raise RuleBroken("A code has 1 to 60 characters without spaces, commas and semicolons.", "code")
        if not self.name:
            raise RuleBroken("Name the list.", "name")
        if (self.scope is PriceScope.TYPE) != (self.partner_type_id is not None):
            raise RuleBroken(
                "Choose the partner type this list is for."
                if self.scope is PriceScope.TYPE
                else "Only the list of a type names a type. Clear it.",
                "partner_type_id",
            )
        refusals = self._refusals()
        others = select(PriceList).where(PriceList.id.is_distinct_from(self.id))
        if session.scalar(others.where(func.lower(PriceList.code) == self.code.lower())) is not None:
            raise refusals["uq_price_list_code"]
        base = others.where(PriceList.scope == PriceScope.BASE)
        if self.scope is PriceScope.BASE and session.scalar(base) is not None:
            raise refusals["uq_price_list_base"]
        of_type = others.where(PriceList.partner_type_id == self.partner_type_id)
        if self.partner_type_id is not None and session.scalar(of_type) is not None:
            raise refusals["uq_price_list_partner_type_id"]

    def _refusals(self) -> dict[str, RuleBroken]:
        return {
            "uq_price_list_code": RuleBroken(f"There is a list with the code “{self.code}” already.", "code"),
            "uq_price_list_base": RuleBroken("There is a base list already, and there is only one.", "scope"),
            "uq_price_list_partner_type_id": RuleBroken("This type has a list already.", "partner_type_id"),
        }


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

    @property
    def days(self) -> Days:
        """The days the list holds for the partner."""
        return days(self.valid_from, self.valid_to)

    def end(self, last_day: date, *, by: Person | None) -> None:
        """Let the list hold for the partner until a day, and no longer."""
        _check_days(self.valid_from, last_day)
        if self.valid_to is not None and last_day > self.valid_to:
            raise RuleBroken(
                f"It ends on {self.valid_to} already. Assign it anew for later days.", "valid_to"
            )
        before, after = {"valid_to": self.valid_to}, {"valid_to": last_day}
        self.valid_to = last_day
        self.session.flush()
        Event.record(self.session, "price_list.assignment_ended", self, by=by, before=before, after=after)


class Price(Tracked, Numbered, Base):
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

    @property
    def days(self) -> Days:
        """The days the price holds."""
        return days(self.valid_from, self.valid_to)

    @classmethod
    def add(
        cls,
        price_list: PriceList,
        product: Product,
        *,
        currency: str,
        unit_price: Decimal,
        min_quantity: Decimal | None = None,
        valid_from: date | None = None,
        valid_to: date | None = None,
        by: Person | None,
    ) -> Price:
        """Put a price on a list; PricesOverlap names the row that stands in the way (R2)."""
        session = price_list.session
        price = cls(
            price_list_id=price_list.id,
            product_id=product.id,
            currency=currency,
            min_quantity=Decimal(1) if min_quantity is None else min_quantity,
            valid_from=valid_from or SINCE_EVER,
            valid_to=valid_to,
            unit_price=unit_price,
        )
        price._check(session)
        enter(session, price, "price.added", by=by, refusals=price._refusals())
        return price

    def change(
        self,
        *,
        currency: str,
        unit_price: Decimal,
        min_quantity: Decimal | None = None,
        valid_from: date | None = None,
        valid_to: date | None = None,
        by: Person | None,
    ) -> None:
        """Correct a price; orders already submitted keep theirs (R4)."""
        session = self.session
        lock(self)
        with refused_by(session, self._refusals()), session.no_autoflush:
            self.currency, self.unit_price = currency, unit_price
            self.min_quantity = Decimal(1) if min_quantity is None else min_quantity
            self.valid_from, self.valid_to = valid_from or SINCE_EVER, valid_to
            self._check(session)
            before, after = self.changes()
        if after:
            Event.record(session, "price.changed", self, by=by, before=before, after=after)

    def end(self, last_day: date, *, by: Person | None) -> None:
        """Let the price hold until a day, and no longer."""
        if self.valid_to is not None and last_day > self.valid_to:
            raise RuleBroken(f"It ends on {self.valid_to} already. Change its days instead.", "valid_to")
        _check_days(self.valid_from, last_day)
        self.valid_to = last_day
        self.track("price.ended", by=by)

    def _check(self, session: Session) -> None:
        minor_digits(self.currency)
        if self.unit_price < 0:
            raise RuleBroken("A price is zero or more.", "unit_price")
        if self.min_quantity <= 0:
            raise RuleBroken("A minimum quantity is above zero.", "min_quantity")
        _check_days(self.valid_from, self.valid_to)
        other = session.execute(
            select(Price.unit_price, Price.valid_from, Price.valid_to)
            .where(
                Price.price_list_id == self.price_list_id,
                Price.product_id == self.product_id,
                Price.currency == self.currency,
                Price.min_quantity == self.min_quantity,
                Price.during.overlaps(func.daterange(self.valid_from, self.valid_to, "[]")),
                Price.id.is_distinct_from(self.id),
            )
            .limit(1)
        ).one_or_none()
        if other is not None:
            held = days(other.valid_from, other.valid_to)
            raise PricesOverlap(
                f"The list has a price for this product, currency and quantity already: "
                f"{plain(other.unit_price)} {self.currency}, {held}. "
                "Choose other days, or end that one first.",
                "valid_from",
            )

    def _refusals(self) -> dict[str, RuleBroken]:
        overlap = PricesOverlap(
            "The list has a price for this product, currency and quantity on some of these days already.",
            "valid_from",
        )
        names = (
            "ex_price_one_at_a_time",
            "uq_price_price_list_id_product_id_currency_min_quantity_valid_from",
        )
        return dict.fromkeys(names, overlap)
