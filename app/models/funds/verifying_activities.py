"""F5, F7: activities cost what was reserved for them at most, hold money only while they are under way, and keep to their path."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models.funds.findings import Finding
from app.rules.ledger import in_words

HELD = text("""
select v.id, v.title, v.status, v.fund_id, v.currency, a.code as partner, y.name as fund,
    coalesce(m.reserved, 0) as reserved, coalesce(m.spent, 0) as spent, coalesce(m.set_aside, 0) as set_aside,
    coalesce(s.paid, 0) as paid, m.latest, coalesce(m.is_of_other_fund, false) as is_of_other_fund
from activity v
join partner a on a.id = v.partner_id
join fund f on f.id = v.fund_id
join fund_type y on y.id = f.fund_type_id
left join (
    select e.activity_id, max(e.id) as latest, bool_or(e.fund_id <> w.fund_id) as is_of_other_fund,
        sum(case 'reserved' when t.kind then e.amount when s.kind then -e.amount else 0 end) as reserved,
        sum(case 'spent' when t.kind then e.amount when s.kind then -e.amount else 0 end) as spent,
        sum(case when e.kind = 'reserve' then e.amount
                 when e.kind = 'reversal' and t.kind = 'available' and s.kind = 'reserved' then -e.amount
                 else 0 end) as set_aside
    from fund_entry e
    join activity w on w.id = e.activity_id
    join fund_account s on s.id = e.from_account_id
    join fund_account t on t.id = e.to_account_id
    where e.activity_id is not null group by e.activity_id
) m on m.activity_id = v.id
left join (
    select p.activity_id, sum(p.amount) as paid from activity_settlement p
    where p.takes_back_id is null
    and not exists (select from activity_settlement b where b.takes_back_id = p.id) group by p.activity_id
) s on s.activity_id = v.id
where coalesce(m.reserved, 0) < 0 or coalesce(m.spent, 0) > coalesce(m.set_aside, 0)
    or coalesce(m.spent, 0) <> coalesce(s.paid, 0) or m.is_of_other_fund
    or (coalesce(m.reserved, 0) <> 0 and v.status not in ('approved', 'completed'))
order by m.latest, v.id
""")

# Every change of status that an event tells of, in order; what an erased person did has no detail any more.
PATHS = text("""
select e.subject_id as id, v.title, v.fund_id, a.code as partner, y.name as fund,
    d.before ->> 'status' as was, d.after ->> 'status' as became, v.status,
    lag(d.after ->> 'status') over w as before_that, lead(e.id) over w is null as is_latest
from event e
join event_detail d on d.event_id = e.id
join activity v on v.id = e.subject_id
join partner a on a.id = v.partner_id
join fund f on f.id = v.fund_id
join fund_type y on y.id = f.fund_type_id
where e.subject_type = 'activity' and d.before ? 'status' and d.after ? 'status' and d.before ->> 'status' is not null
window w as (partition by e.subject_id order by e.id)
order by e.subject_id, e.id
""")
ALLOWED = frozenset(
    {
        ("draft", "submitted"),
        ("draft", "cancelled"),
        ("returned", "submitted"),
        ("returned", "cancelled"),
        ("submitted", "approved"),
        ("submitted", "returned"),
        ("submitted", "declined"),
        ("submitted", "cancelled"),
        ("approved", "completed"),
        ("approved", "cancelled"),
        ("cancelled", "approved"),
        ("completed", "settled"),
        ("settled", "completed"),
        ("settled", "approved"),
    }
)


def activities(session: Session) -> Iterator[Finding]:
    """Yield activities whose entries are not what was approved and paid."""
    for row in session.execute(HELD):
        reserved, spent, aside, paid = (
            in_words(int(units), row.currency) for units in (row.reserved, row.spent, row.set_aside, row.paid)
        )
        if row.is_of_other_fund:
            words = f"Activity {row.id} has entries in another fund than its own."
        elif row.spent > row.set_aside or row.reserved < 0:
            words = f"Activity {row.id} cost {spent}, though {aside} was reserved for it."
        elif row.spent != row.paid:
            words = f"Activity {row.id} was paid {paid}; its entries make {spent}."
        else:
            words = f"Activity {row.id} is {row.status}, yet {reserved} is reserved for it."
        yield Finding(
            "F5", words, partner=row.partner, fund_id=row.fund_id, fund=row.fund, entry_id=row.latest
        )


def paths(session: Session) -> Iterator[Finding]:
    """Yield activities that took a step which is not on the path, or stand where no event led."""
    for row in session.execute(PATHS):
        if (row.was, row.became) not in ALLOWED:
            words = f"Activity {row.id} went from {row.was} to {row.became}."
        elif row.before_that is not None and row.before_that != row.was:
            words = f"Activity {row.id} was {row.before_that} and then went on from {row.was}."
        elif row.is_latest and row.became != row.status:
            words = f"Activity {row.id} is {row.status}; the last event left it {row.became}."
        else:
            continue
        yield Finding("F5", words, partner=row.partner, fund_id=row.fund_id, fund=row.fund)
