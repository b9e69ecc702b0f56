"""Rows of funds in the data set: a million entries in all, ten thousand of them in the fund that is opened."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
Say = Callable[[str], None]

IN_THE_FUND = 10_000
"""Entries of the fund whose page is measured."""
AT_ONCE = 50
"""Funds filled by one statement."""
ACTIVITIES = 20_000

FUNDS = """
insert into fund (partner_id, partnership_id, fund_type_id, currency, starts_on, overdraft, opened_at)
select h.partner_id, h.id, t.id, 'USD', h.start_on, 0, now()
  from partnership h join partner p on p.id = h.partner_id cross join fund_type t
 where t.by_itself and not exists (select from fund f where f.partnership_id = h.id and f.fund_type_id = t.id)
 order by h.id
"""

# Three credits, then a debit; the trigger itself writes balances, order and hashes.
ENTRIES = """
insert into fund_entry (partner_id, fund_id, kind, amount, cause, posted_at, meant_on, by_id, reason, facts, forced)
select f.partner_id, f.id, case when n %% 4 = 0 then 'debit' else 'credit' end, 1000 + (n * 7919 %% 90000),
       'made/' || f.id || '/' || n, %(begin)s::timestamptz + interval '1 minute' * n, greatest(f.starts_on, %(begin)s::date),
       %(staff)s, case when n %% 4 = 0 then 'A fair in spring' else 'A gift for good work' end,
       '{"rule": "F4", "note": "made for measuring"}'::jsonb, false
  from fund f cross join generate_series(1, case when f.partner_id = %(partner)s then %(many)s else %(each)s end) n
 where f.id = any(%(funds)s) order by f.id, n
"""

PLANS = """
insert into activity (partner_id, fund_id, activity_type_id, title, plan, place, starts_on, ends_on, budget, currency,
                      vendor_percent, status, round, created_at, version)
select f.partner_id, f.id, (select min(id) from activity_type), 'Fair ' || n, 'A stand with two people', 'Boston',
       %(today)s::date - (n %% 700)::int, %(today)s::date - (n %% 700)::int + 2, 100 + n %% 5000, f.currency, 50,
       (array['draft','submitted','declined','cancelled'])[1 + n %% 4], 1, now() - interval '1 hour' * (n %% 9000), 1
  from generate_series(1, %(activities)s) n
  join (select *, row_number() over (order by id) as place, count(*) over () as all_of_them from fund) f
    on f.place = 1 + n %% f.all_of_them
"""


def fill(connection: Connection, entries: int, partner_id: int, staff_id: int, today: date, say: Say) -> None:
    """Open a fund for every partnership and post the entries, some funds per statement."""
    say("funds")
    connection.execute(FUNDS)
    numbers = [number for (number,) in connection.execute("select id from fund order by id").fetchall()]
    many = min(IN_THE_FUND, entries // 10)
    facts = {
        "partner": partner_id,
        "staff": staff_id,
        "begin": date(today.year - 1, 1, 1),
        "today": today,
        "many": many,
        "each": (entries - many) // (len(numbers) - 1),
        "activities": min(ACTIVITIES, entries // 10),
    }
    for start in range(0, len(numbers), AT_ONCE):
        if start % (AT_ONCE * 10) == 0:
            say(f"entries of funds, {start * 100 // len(numbers)} of 100")
        connection.execute(ENTRIES, facts | {"funds": numbers[start : start + AT_ONCE]})
    say("activities")
    connection.execute(PLANS, facts)
    for table in ("fund", "fund_account", "fund_entry", "activity"):
        connection.execute(f"vacuum analyze {table}".encode())
