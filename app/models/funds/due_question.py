"""The one statement that asks for everything a deal's credit depends on; `due` reads its rows (F3)."""

from __future__ import annotations

from sqlalchemy import TextClause, text

# Periods are looked up by their partnership and compared by their ends: asked by `@>`, PostgreSQL would search the periods of
# all partners that hold the day, for each deal.

QUESTION: TextClause = text("""
select o.id as deal_id, o.name as deal, o.partner_id, o.amount, o.currency, o.closed_on,
    s.kind as stage, o.confirmed_at is not null as confirmed, o.deleted_at is not null as deleted,
    t.id as fund_type_id, t.name as fund_type,
    coalesce(k.category, n.category) as category, t.percent_from,
    l.id as live_id, l.fund_id as live_fund_id, l.partner_id as live_partner_id, l.amount as live_amount,
    l.currency as live_currency, l.facts as live_facts, l.meant_on as live_meant_on, l.sequence as live_sequence,
    h.id as partnership_id, h.active, i.id as tier_id, i.name as tier,
    v.id as version_id, v.name as version, v.currency as program_currency, b.number as percent,
    f.id as fund_id, f.currency as fund_currency, f.starts_on, f.ends_on,
    case when o.currency = v.currency then 1 else r.rate end as rate,
    case when f.currency = v.currency then 1 else q.rate end as to_rate
from opportunity o
join opportunity_stage s on s.id = o.stage_id
cross join fund_type t
cross join lateral (
    select case when t.active and coalesce(o.closed_on >= t.percent_from, true) then t.percent_category end as category
) n
left join lateral (
    select e.facts ->> 'category' as category from fund_entry e
    where e.opportunity_id = o.id and e.kind = 'accrual' and e.cause = 'deal/' || o.id || '/' || t.id
    order by e.id desc limit 1
) k on true
left join lateral (
    select e.* from fund_entry e
    where e.opportunity_id = o.id and e.kind = 'accrual' and e.cause = 'deal/' || o.id || '/' || t.id
    and not exists (select from fund_entry x where x.reverses_id = e.id)
    order by e.id limit 1
) l on true
left join lateral (
    select p.id, exists (
        select from active_period a where a.partnership_id = p.id
        and lower(a.during) <= o.closed_on and coalesce(upper(a.during) > o.closed_on, true)
    ) as active
    from partnership p
    where p.partner_id = o.partner_id and o.closed_on between p.start_on and p.due_on
    order by active desc, p.start_on desc limit 1
) h on true
left join tier_period d on d.partnership_id = h.id
    and lower(d.during) <= o.closed_on and coalesce(upper(d.during) > o.closed_on, true)
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
        and c.name = coalesce(k.category, n.category)
    where y.version_id = v.id and coalesce(m.valid_from <= o.closed_on, true)
    and coalesce(m.valid_to >= o.closed_on, true)
    limit 1
) b on true
left join fund f on f.partnership_id = h.id and f.fund_type_id = t.id
left join exchange_rate r on r.currency = o.currency and r.day = o.closed_on
left join exchange_rate q on q.currency = f.currency and q.day = o.closed_on
where o.id = any(:deals) and ((t.percent_category is not null and t.active) or k.category is not null)
order by o.id, t.id
""")
