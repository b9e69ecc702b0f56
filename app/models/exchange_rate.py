"""What a unit of a currency is worth in the program's currency on a day (M3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Numeric, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.models.assessment import Cause
from app.models.base import Base, Tracked
from app.models.changing import enter
from app.models.deals.opportunity import Opportunity
from app.models.orders.order import Order
from app.rules.money import minor_digits
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person


class ExchangeRate(Tracked, Base):
    """Units of program currency for one unit of a currency on a day, in full precision."""

    __tablename__ = "exchange_rate"
    __table_args__ = (
        CheckConstraint("rate > 0", name="rate_positive"),
        Index("ix_exchange_rate_day_id", "day", "id"),
    )

    currency: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    rate: Mapped[Decimal] = mapped_column(Numeric)

    @classmethod
    def add(cls, session: Session, *, currency: str, day: date, rate: Decimal, by: Person) -> ExchangeRate:
        """Say what a currency is worth on a day; a day that has a rate keeps it, since amounts were converted by it."""
        from app.models.assessing import reassess  # noqa: PLC0415 - assessing converts by these rates
        from app.models.funds.accruing import bring_into_line  # noqa: PLC0415 - and so do funds

        minor_digits(currency)
        if rate <= 0:
            raise RuleBroken("A rate is greater than zero.", "rate")
        if day > clock.today():
            raise RuleBroken("This day has not come yet. Choose today or an earlier day.", "day")
        added = cls(currency=currency, day=day, rate=rate)
        there = RuleBroken(
            f"There is a rate for {currency} on this day already. To correct it, import the file with the right one.",
            "day",
        )
        enter(session, added, "exchange_rate.added", by=by, refusals={"pk_exchange_rate": there})
        reassess(session, added._converted(), cause=Cause.FACT, by=by)
        bring_into_line(session, added._closed_deals(), by=by)
        return added

    def _converted(self) -> list[int]:
        """Return the partners with an amount in this currency on this day."""
        ordered = select(Order.partner_id).where(
            Order.currency == self.currency, Order.ordered_on == self.day
        )
        won = select(Opportunity.partner_id).where(
            Opportunity.currency == self.currency, Opportunity.closed_on == self.day
        )
        return list(self.session.scalars(ordered.union(won)))

    def _closed_deals(self) -> list[int]:
        """Return the deals closed on this day that are in this currency, or in whose partner's funds they are converted to it."""
        from app.models.funds.fund import Fund  # noqa: PLC0415 - a fund has a currency

        held = select(Fund.partner_id).where(Fund.currency == self.currency)
        converted = or_(Opportunity.currency == self.currency, Opportunity.partner_id.in_(held))
        deals = select(Opportunity.id).where(Opportunity.closed_on == self.day, converted)
        return list(self.session.scalars(deals))
