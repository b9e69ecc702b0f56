"""The latest known rate of a currency, for what is judged today: approval, never posting, which takes its day's rate (M3).

At night and on weekends today's rate is not there yet. One that is older than 31 days says nothing of today any more.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.exchange_rate import ExchangeRate
from app.rules.by_hand import RATE_DAYS


def latest_rates(session: Session, currencies: Collection[str], on: date) -> dict[str, Decimal]:
    """Return by currency the newest rate of a day and the 31 before it; currencies without one are left out."""
    known = (
        select(ExchangeRate.currency, ExchangeRate.rate)
        .where(ExchangeRate.currency.in_(currencies), ExchangeRate.day <= on)
        .where(ExchangeRate.day >= on - timedelta(RATE_DAYS))
        .order_by(ExchangeRate.currency, ExchangeRate.day.desc())
        .distinct(ExchangeRate.currency)
    )
    return {row.currency: row.rate for row in session.execute(known)}
