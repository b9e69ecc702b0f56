"""What the open deals of a partner would credit to its funds, each at its probability: a look ahead, never a promise (F3).

Percent and tier are those of today; amounts are converted by the latest rates known (M3). A sum is rounded once, to be shown.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app import scope
from app.rules.accrual import plainly
from app.rules.money import minor_digits

QUESTION: TextClause = text("""
with held as (
    select f.id as fund_id, f.partner_id, f.currency as fund_currency, v.currency as program_currency,
        i.name as tier, m.number as percent
    from fund f
    join fund_type t on t.id = f.fund_type_id and t.active and coalesce(t.percent_from <= :today, true)
    join active_period a on a.partnership_id = f.partnership_id and a.during @> cast(:today as date)
    join partnership h on h.id = f.partnership_id and h.due_on >= :today
    join tier_period d on d.partnership_id = f.partnership_id and d.during @> cast(:today as date)
    join tier i on i.id = d.tier_id
    join category c on c.name = t.percent_category
    join program_version v on v.id = (
        select pv.id from program_version pv
        where pv.status = 'published' and pv.valid_from <= :today order by pv.valid_from desc limit 1
    )
    join ladder y on y.version_id = v.id and y.partner_type_id = h.partner_type_id
    join rung g on g.ladder_id = y.id and g.tier_id = d.tier_id
    join parameter m on m.rung_id = g.id and m.kind = 'benefit' and m.category_id = c.id and m.number > 0
        and coalesce(m.valid_from <= :today, true) and coalesce(m.valid_to >= :today, true)
    where f.id = any(:funds) and f.starts_on <= :today and coalesce(f.ends_on >= :today, true)
), open_deals as (
    select p.partner_id, p.currency, sum(p.deals) as deals,
        sum(p.weighted + p.unweighted * s.probability) as amount
    from pipeline_sum p join opportunity_stage s on s.id = p.stage_id and s.kind = 'open'
    where p.deals > 0 and p.partner_id in (select partner_id from held)
    group by p.partner_id, p.currency
), known as (
    select currency, (
        select r.rate from exchange_rate r where r.currency = used.currency and r.day <= :today
        order by r.day desc limit 1
    ) as rate
    from (select currency from open_deals union select fund_currency from held) used
)
select h.fund_id, h.fund_currency, h.program_currency, h.tier, h.percent, o.currency, o.deals, o.amount,
    k.rate, q.rate as to_rate
from held h
join open_deals o on o.partner_id = h.partner_id
left join known k on k.currency = o.currency
left join known q on q.currency = h.fund_currency
order by h.fund_id, o.currency
""")


@dataclass(frozen=True)
class Forecast:
    """What open deals would credit to a fund, in minor units of its currency."""

    units: int
    deals: int
    percent: Decimal
    tier: str
    without_rate: int = 0
    """So many open deals are in currencies without any rate, and not in the sum."""

    @property
    def words(self) -> str:
        """Say how it was computed."""
        several = "s" if self.deals != 1 else ""
        words = f"expected of {self.deals} open deal{several} at {plainly(self.percent)} % ({self.tier}), by probability"
        return f"{words}; {self.without_rate} left out for want of a rate" if self.without_rate else words


def forecast(session: Session, fund_ids: Collection[int]) -> dict[int, Forecast]:
    """Return what to expect, by fund; funds that no percent credits today have no forecast."""
    with scope.whole_partner(session):  # a fund is the whole organisation's, whoever looks
        rows = session.execute(QUESTION, {"funds": list(fund_ids), "today": scope.today()}).all()
    by_fund: dict[int, list[tuple[Fraction | None, int]]] = {}
    terms = {row.fund_id: row for row in rows}
    for row in rows:
        one = Decimal(1)
        rate = one if row.currency == row.program_currency else row.rate
        to_rate = one if row.fund_currency == row.program_currency else row.to_rate
        if row.currency == row.fund_currency:
            rate = to_rate = one
        worth = None
        if rate is not None and to_rate is not None:
            worth = Fraction(row.amount) * Fraction(row.percent) / 100 * Fraction(rate) / Fraction(to_rate)
        by_fund.setdefault(row.fund_id, []).append((worth, int(row.deals)))
    return {fund_id: _forecast(terms[fund_id], parts) for fund_id, parts in by_fund.items()}


def _forecast(terms: Any, parts: Collection[tuple[Fraction | None, int]]) -> Forecast:
    total = sum((worth for worth, _ in parts if worth is not None), Fraction(0))
    units = total * 10 ** minor_digits(terms.fund_currency) + Fraction(1, 2)
    return Forecast(
        int(units // 1),
        sum(deals for worth, deals in parts if worth is not None),
        terms.percent,
        terms.tier,
        sum(deals for worth, deals in parts if worth is None),
    )
