"""The partner's own leads, deals and orders by month, in one question and three charts.

Amounts are in the program's currency, converted by the rate of each deal's or order's own day (M3); what has no rate
is counted apart and said, never drawn as zero.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import url_for
from sqlalchemy import text

from app.charts import Chart, bars
from app.extensions import db

_MONTHS = text("""
    select 'registered' as series, date_trunc('month', created_on)::date as month, count(*)::numeric as figure, 0 as unpriced
    from lead where created_on >= :since group by 2
    union all
    select 'converted', date_trunc('month', closed_on)::date, count(*), 0
    from lead where stage = 'converted' and closed_on >= :since group by 2
    union all
    select s.kind, date_trunc('month', o.closed_on)::date,
           sum(o.amount * case when o.currency = :currency then 1 else r.rate end),
           count(*) filter (where o.currency <> :currency and r.rate is null)
    from opportunity o
    join opportunity_stage s on s.id = o.stage_id and s.kind in ('won', 'lost')
    left join exchange_rate r on r.currency = o.currency and r.day = o.closed_on
    where o.closed_on >= :since and o.deleted_at is null and (s.kind = 'lost' or o.confirmed_at is not null)
    group by 1, 2
    union all
    select 'ordered', date_trunc('month', o.ordered_on)::date,
           sum(l.amount * case when o.currency = :currency then 1 else r.rate end),
           count(*) filter (where o.currency <> :currency and r.rate is null)
    from orders o
    join order_line l on l.order_id = o.id
    left join exchange_rate r on r.currency = o.currency and r.day = o.ordered_on
    where o.ordered_on >= :since and o.status in ('confirmed', 'fulfilled', 'closed')
    group by 2
""")


@dataclass(frozen=True)
class Analytics:
    """The charts of the program page, and how many records have no exchange rate."""

    charts: list[Chart]
    unpriced: int


def own_analytics(currency: str, months: list[date]) -> Analytics:
    """Return the charts of these months; those without a single record are left out."""
    rows = db.session.execute(_MONTHS, {"since": months[0], "currency": currency}).all()
    found = {(row.series, row.month): row.figure or Decimal(0) for row in rows}
    charts = [
        bars(
            "leads",
            "How many leads came, and how many converted?",
            months,
            {
                "Registered": _counts(found, "registered", months),
                "Converted": _counts(found, "converted", months),
            },
            hrefs={
                "Registered": _addresses("leads.index", months, "from", "to"),
                "Converted": _addresses("leads.index", months, "closed_from", "closed_to", stage="converted"),
            },
        ),
        bars(
            "deals",
            f"What did we win and lose, in {currency}?",
            months,
            {"Won": _amounts(found, "won", months), "Lost": _amounts(found, "lost", months)},
            currency,
            {
                "Won": _addresses("opportunities.index", months, "closed_from", "closed_to", state="won"),
                "Lost": _addresses("opportunities.index", months, "closed_from", "closed_to", state="lost"),
            },
        ),
        bars(
            "orders",
            f"What did we order, in {currency}?",
            months,
            {"Ordered": _amounts(found, "ordered", months)},
            currency,
        ),
    ]
    return Analytics([chart for chart in charts if not chart.is_empty], sum(row.unpriced for row in rows))


Found = Mapping[tuple[str, date], Decimal]


def _counts(found: Found, series: str, months: list[date]) -> list[int]:
    return [int(found.get((series, month), 0)) for month in months]


def _amounts(found: Found, series: str, months: list[date]) -> list[Decimal]:
    return [Decimal(found.get((series, month), 0)) for month in months]


def _addresses(endpoint: str, months: list[date], first: str, last: str, **more: str) -> list[str]:
    """Return the address of the list behind each month's number."""
    kept = "".join(f"&{name}={value}" for name, value in more.items())
    return [f"{url_for(endpoint)}?{first}={month}&{last}={_end(month)}{kept}" for month in months]


def _end(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
