"""Whether a posting by hand waits for a second person: above an amount in program currency that the vendor sets (A2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.latest_rates import latest_rates
from app.models.partnership_questions import currency_of_the_day
from app.models.vendor import Vendor
from app.rules.by_hand import Limit
from app.rules.money import from_minor


def asks_a_second(session: Session, units: int, currency: str, on: date) -> str | None:
    """Say why so many minor units need two people, by the latest rate known; None where one is enough."""
    limit = limit_of(session, currency, on)
    return None if limit is None else limit.asks_a_second(from_minor(units, currency))


def limit_of(session: Session, currency: str, on: date) -> Limit | None:
    """Return above what a posting in a currency needs two people; None where nothing does."""
    asked = select(Vendor.two_person_above, currency_of_the_day(on).label("program"))
    row = session.execute(asked).one_or_none()
    if row is None or row.two_person_above is None:
        return None
    is_program = currency == row.program
    rate = Decimal(1) if is_program else latest_rates(session, [currency], on).get(currency)
    return Limit(row.two_person_above, row.program, currency, rate)
