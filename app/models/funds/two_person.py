"""Whether a posting by hand waits for a second person: above an amount in program currency that the vendor sets (A2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.exchange_rate import ExchangeRate
from app.models.partnership_questions import currency_of_the_day
from app.models.vendor import Vendor
from app.rules.by_hand import needs_two
from app.rules.money import from_minor


def asks_a_second(session: Session, units: int, currency: str, on: date) -> bool:
    """Say whether so many minor units need two people, by the rate of the day; without a rate they do."""
    program = currency_of_the_day(on)
    rate = select(ExchangeRate.rate).where(ExchangeRate.currency == currency, ExchangeRate.day == on)
    row = session.execute(
        select(Vendor.two_person_above, program.label("program"), rate.scalar_subquery().label("rate"))
    ).one_or_none()
    if row is None:
        return False
    known: Decimal | None = Decimal(1) if currency == row.program else row.rate
    return needs_two(from_minor(units, currency), known, row.two_person_above)
