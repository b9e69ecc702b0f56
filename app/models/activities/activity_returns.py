"""What activities brought: their leads and deals against what the fund paid for them (F5, M3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from app.models.activities.activity_standing import held_of
from app.rules.measures.facts import EXACT
from app.rules.money import convert, from_minor, rounded


@dataclass
class Return:
    """What came of an activity, in its fund's currency; amounts without a rate are left out and named."""

    currency: str
    cost: Decimal
    """What the fund paid so far."""
    leads: int = 0
    converted: int = 0
    deals: int = 0
    won: int = 0
    open_amount: Decimal = Decimal(0)
    won_amount: Decimal = Decimal(0)
    """Of deals that were won and confirmed (F3)."""
    missing: list[tuple[str, date]] = field(default_factory=list)
    """Currency and day of every rate that is not known (M3): the amounts are too small then."""

    @property
    def ratio(self) -> Decimal | None:
        """Return how often the confirmed wins cover the cost; None: nothing was paid."""
        return None if not self.cost else EXACT.divide(self.won_amount, self.cost)


_CURRENCIES = text("select id, currency from activity where id in :activities").bindparams(
    bindparam("activities", expanding=True)
)
_LEADS = text("""
    select k.activity_id, count(*) as leads, count(*) filter (where l.stage = 'converted') as converted
    from activity_link k
    join lead l on l.id = k.lead_id and l.partner_id = k.partner_id
    where k.activity_id in :activities
    group by 1
""").bindparams(bindparam("activities", expanding=True))

# A deal comes of the activity it is linked with, else of the one its lead is linked with; handed to another partner it
# comes of none. It is converted by the rates of its closing day, an open one by those of its creation (M3).
_DEALS = text("""
    with came as (
        select o.id, coalesce(
                   (select k.activity_id from activity_link k where k.opportunity_id = o.id and k.partner_id = o.partner_id),
                   (select k.activity_id from activity_link k where k.lead_id = o.lead_id and k.partner_id = o.partner_id)
               ) as activity_id
        from opportunity o
        where o.deleted_at is null and o.id in (
            select opportunity_id from activity_link where activity_id in :activities and opportunity_id is not null
            union
            select d.id from activity_link k join opportunity d on d.lead_id = k.lead_id
            where k.activity_id in :activities)
    )
    select c.activity_id, s.kind, o.amount, o.currency, d.day, o.confirmed_at is not null as confirmed,
           case when o.currency = p.currency then 1 else r.rate end as rate,
           case when a.currency = p.currency then 1 else t.rate end as to_rate, a.currency as to_currency
    from came c
    join opportunity o on o.id = c.id
    join opportunity_stage s on s.id = o.stage_id
    join activity a on a.id = c.activity_id and a.partner_id = o.partner_id
    cross join lateral (select case when s.kind = 'open' then o.created_on
                                    else coalesce(o.closed_on, o.created_on) end as day) d
    left join lateral (
        select v.currency from program_version v where v.status = 'published' and v.valid_from <= d.day
        order by v.valid_from desc limit 1) p on true
    left join exchange_rate r on r.currency = o.currency and r.day = d.day
    left join exchange_rate t on t.currency = a.currency and t.day = d.day
    where c.activity_id in :activities and s.kind in ('open', 'won')
    order by o.id
""").bindparams(bindparam("activities", expanding=True))


def returns(session: Session, activity_ids: Collection[int]) -> dict[int, Return]:
    """Return what each of these activities brought, in a handful of questions for all of them."""
    asked = {"activities": list(activity_ids)}
    if not asked["activities"]:
        return {}
    held = held_of(session, asked["activities"])
    found = {
        row.id: Return(row.currency, from_minor(held[row.id].spent, row.currency))
        for row in session.execute(_CURRENCIES, asked)
    }
    for row in session.execute(_LEADS, asked):
        found[row.activity_id].leads, found[row.activity_id].converted = row.leads, row.converted
    for row in session.execute(_DEALS, asked):
        _count(found[row.activity_id], row)
    for one in found.values():
        one.open_amount, one.won_amount = (
            rounded(amount, one.currency) for amount in (one.open_amount, one.won_amount)
        )
    return found


def _count(of: Return, deal: Any) -> None:
    """Add a deal: an open one, or one that was won and confirmed; others are only counted."""
    of.deals += 1
    is_won = deal.kind == "won" and deal.confirmed
    of.won += is_won
    amount = _converted(of, deal) if is_won or deal.kind == "open" else Decimal(0)
    if is_won:
        of.won_amount = EXACT.add(of.won_amount, amount)
    else:
        of.open_amount = EXACT.add(of.open_amount, amount)


def _converted(of: Return, deal: Any) -> Decimal:
    if deal.currency == deal.to_currency:
        return Decimal(deal.amount)
    lacking = [
        (currency, deal.day)
        for currency, rate in ((deal.currency, deal.rate), (deal.to_currency, deal.to_rate))
        if rate is None
    ]
    of.missing += [one for one in lacking if one not in of.missing]
    return Decimal(0) if lacking else convert(deal.amount, Decimal(deal.rate), Decimal(deal.to_rate))
