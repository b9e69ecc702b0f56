"""F3: what won deals credit to funds by the facts as they are: which fund, how much, by which percent and rate, or why not.

One statement asks for all deals at once: the deal, the credit that is live, the partnership and the tier held on the
closing day, the program version that holds then and what it gives that tier, and the rates of that day. The amount is
computed by `app.rules.accrual`, exact, deal by deal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.rules import accrual, ledger
from app.rules.accrual import Basis
from app.rules.money import from_minor
from app.rules.refusals import MissingRate

QUESTION: TextClause = text("""
select o.id as deal_id, o.name as deal, o.partner_id, o.amount, o.currency, o.closed_on,
    s.kind as stage, o.confirmed_at is not null as confirmed, o.deleted_at is not null as deleted,
    t.id as fund_type_id, t.name as fund_type,
    coalesce(l.facts ->> 'category', case when t.active then t.percent_category end) as category,
    l.id as live_id, l.fund_id as live_fund_id, l.partner_id as live_partner_id, l.amount as live_amount,
    l.currency as live_currency, l.facts as live_facts, l.meant_on as live_meant_on,
    h.id as partnership_id, h.active, i.id as tier_id, i.name as tier,
    v.id as version_id, v.name as version, v.currency as program_currency, b.number as percent,
    f.id as fund_id, f.currency as fund_currency, f.starts_on, f.ends_on,
    case when o.currency = v.currency then 1 else r.rate end as rate,
    case when f.currency = v.currency then 1 else q.rate end as to_rate
from opportunity o
join opportunity_stage s on s.id = o.stage_id
cross join fund_type t
left join lateral (
    select e.* from fund_entry e
    where e.opportunity_id = o.id and e.kind = 'accrual' and e.cause = 'deal/' || o.id || '/' || t.id
    and not exists (select from fund_entry x where x.reverses_id = e.id)
    order by e.id limit 1
) l on true
left join lateral (
    select p.id, exists (
        select from active_period a where a.partnership_id = p.id and a.during @> o.closed_on
    ) as active
    from partnership p
    where p.partner_id = o.partner_id and o.closed_on between p.start_on and p.due_on
    order by active desc, p.start_on desc limit 1
) h on true
left join tier_period d on d.partnership_id = h.id and d.during @> o.closed_on
left join tier i on i.id = d.tier_id
left join lateral (
    select pv.id, pv.name, pv.currency from program_version pv
    where pv.status = 'published' and pv.valid_from <= o.closed_on order by pv.valid_from desc limit 1
) v on true
left join lateral (
    select m.number from ladder y
    join rung g on g.ladder_id = y.id and g.tier_id = d.tier_id
    join parameter m on m.rung_id = g.id and m.kind = 'benefit'
    join category c on c.id = m.category_id
        and c.name = coalesce(l.facts ->> 'category', case when t.active then t.percent_category end)
    where y.version_id = v.id and coalesce(m.valid_from <= o.closed_on, true)
    and coalesce(m.valid_to >= o.closed_on, true)
    limit 1
) b on true
left join fund f on f.partnership_id = h.id and f.fund_type_id = t.id
left join exchange_rate r on r.currency = o.currency and r.day = o.closed_on
left join exchange_rate q on q.currency = f.currency and q.day = o.closed_on
where o.id = any(:deals) and ((t.percent_category is not null and t.active) or l.id is not null)
order by o.id, t.id
""")

COMPARED = (
    "percent",
    "amount",
    "currency",
    "rate",
    "to_rate",
    "tier_id",
    "version_id",
    "closed_on",
)
"""The facts of a credit that make it another one when they differ."""


@dataclass(frozen=True)
class Live:
    """The credit of a deal to funds of a type that stands in the ledger now."""

    id: int
    fund_id: int
    partner_id: int
    amount: int
    currency: str
    meant_on: date
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Due:
    """What a deal credits to the funds of a type by the facts of now, and what is posted."""

    row: Any
    live: Live | None
    recalculating: bool = False

    @property
    def deal_id(self) -> int:
        """The deal."""
        number: int = self.row.deal_id
        return number

    @property
    def is_won(self) -> bool:
        """Whether the deal counts at all: won, confirmed, and there."""
        return bool(self.row.stage == "won" and self.row.confirmed and not self.row.deleted)

    @property
    def is_off(self) -> bool:
        """Whether the partnership was off on the closing day (P3)."""
        return self.row.partnership_id is not None and not self.row.active

    @cached_property
    def why_not(self) -> str | None:
        """Why nothing is due, as a sentence; None: something is, or it cannot be said."""
        return self._of_the_deal() or self._of_the_program() or self._of_the_fund()

    @cached_property
    def problem(self) -> str | None:
        """Why it cannot be said what is due: a rate is missing, or the amount is beyond the ledger's."""
        if self.why_not is not None:
            return None
        row = self.row
        if row.currency != row.fund_currency:
            for rate, currency in ((row.rate, row.currency), (row.to_rate, row.fund_currency)):
                if rate is None:
                    return MissingRate(currency, row.closed_on).sentence
        if self.units > ledger.MOST:
            return f"{ledger.in_words(self.units, row.fund_currency)} is too much to be posted at once."
        return None

    @cached_property
    def basis(self) -> Basis:
        """What the credit is computed from."""
        row = self.row
        converted = row.currency != row.fund_currency
        return Basis(
            row.amount,
            row.currency,
            row.percent,
            row.fund_currency,
            row.program_currency,
            Decimal(row.rate) if converted else None,
            Decimal(row.to_rate) if converted else None,
        )

    @cached_property
    def units(self) -> int:
        """How much is due, in minor units of the fund's currency; 0 where nothing is."""
        return 0 if self.why_not is not None else self.basis.units()

    @property
    def is_due(self) -> bool:
        """Whether something is to be credited."""
        return self.why_not is None and self.problem is None and self.units > 0

    @property
    def amount(self) -> Decimal:
        """How much is due, as an amount of the fund's currency; where nothing is, zero."""
        return from_minor(self.units, self.row.fund_currency) if self.is_due else Decimal(0)

    @property
    def sentence(self) -> str:
        """What is due and why, as its entry would say it."""
        return accrual.sentence(self.facts)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the entry keeps."""
        row = self.row
        kept = self.basis.facts() | {
            "category": row.category,
            "tier": row.tier,
            "tier_id": str(row.tier_id),
            "version": row.version,
            "version_id": str(row.version_id),
            "closed_on": row.closed_on.isoformat(),
        }
        return kept | ({"recalculated": "yes"} if self.is_off else {})

    @property
    def is_right(self) -> bool:
        """Whether what is posted is what is due; where that cannot be said, whether nothing is posted."""
        live = self.live
        if live is None or not self.is_due:
            return live is None and not self.is_due and self.problem is None
        return (
            live.fund_id == self.row.fund_id
            and live.amount == self.units
            and all(live.facts.get(name) == self.facts.get(name) for name in COMPARED)
        )

    # -- why not

    def _of_the_deal(self) -> str | None:
        row = self.row
        if row.deleted:
            return "The deal was deleted."
        if row.stage != "won":
            return "The deal was lost." if row.stage == "lost" else "The deal is not won yet."
        if not row.confirmed:
            return "The deal is reported as won; it is credited once the vendor has confirmed it."
        return "The deal has no closing day." if row.closed_on is None else None

    def _of_the_program(self) -> str | None:
        row = self.row
        if row.partnership_id is None:
            return f"The partner had no partnership on {row.closed_on}."
        if self.is_off and not (self.recalculating or self._was_credited_for_that_day()):
            return f"The partnership was off on {row.closed_on}."
        if row.version_id is None:
            return f"No program held on {row.closed_on}."
        if row.tier is None:
            return f"The partner held no tier on {row.closed_on}."
        if not row.percent or row.percent <= 0:
            return f"{row.tier} gave no {row.category} on {row.closed_on}."
        return None

    def _of_the_fund(self) -> str | None:
        row = self.row
        if row.fund_id is None:
            return f"The partnership has no fund “{row.fund_type}”."
        if row.closed_on < row.starts_on:
            return f"The fund “{row.fund_type}” begins on {row.starts_on}, after the deal was closed."
        if row.ends_on is not None and row.closed_on > row.ends_on:
            return f"The fund “{row.fund_type}” ended on {row.ends_on}, before the deal was closed."
        return None

    def _was_credited_for_that_day(self) -> bool:
        """What was credited for the day while it was on, or by recalculating, stays right (P3: balances stay)."""
        live = self.live
        return (
            live is not None
            and live.partner_id == self.row.partner_id
            and live.facts.get("closed_on") == self.row.closed_on.isoformat()
        )


def due(session: Session, deal_ids: Collection[int], *, recalculating: bool = False) -> list[Due]:
    """Ask what is due for these deals, for each type of fund that a percent credits, in the order of deals.

    `recalculating` leaves aside that a partnership was off (P3).
    """
    rows = session.execute(QUESTION, {"deals": list(deal_ids)})
    return [Due(row, _live(row), recalculating) for row in rows]


def _live(row: Any) -> Live | None:
    if row.live_id is None:
        return None
    return Live(
        row.live_id,
        row.live_fund_id,
        row.live_partner_id,
        row.live_amount,
        row.live_currency,
        row.live_meant_on,
        row.live_facts,
    )
