"""What people did with the leads, deals and orders of the data set: offers, time lines, talk, notifications, protection."""

from collections.abc import Callable
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
Say = Callable[[str], None]

QUEUE = """
update lead set partner_id = null, stage = case when id %% 2 = 0 then 'handed off' else 'qualified' end, closed_on = null
 where id %% 40 < 2
"""

OFFERS = """
insert into lead_offer (partner_id, lead_id, state, offered_at, answer_by, answered_at, afterwards, hides_personal, card)
select partner_id, id, case when id %% 5 = 0 then 'lapsed' else 'accepted' end, created_on::timestamptz,
       created_on::timestamptz + interval '3 days', created_on::timestamptz + interval '1 hour' * (1 + id %% 70),
       'queue', false, jsonb_build_object('company', company, 'country', country)
  from lead where partner_id is not null and id %% 3 = 0
union all
select (select id from partner order by id offset l.id %% %(partners)s limit 1), id, 'open', %(today)s::timestamptz,
       %(today)s::timestamptz + interval '3 days', null, 'queue', false, jsonb_build_object('company', company, 'country', country)
  from lead l where stage = 'handed off' and partner_id is null
"""

STEPS = """
insert into step (partner_id, subject_type, subject_id, at, actor_id, kind, facts, vendor_only)
select partner_id, 'lead', id, created_on::timestamptz + interval '1 hour' * n, %(staff)s, kind, '{"company": "A company"}'::jsonb, n = 1
  from lead, (values (0, 'lead.registered'), (1, 'lead.qualified'), (2, 'lead.changed')) steps (n, kind)
union all
select partner_id, 'opportunity', id, created_on::timestamptz, %(staff)s, 'opportunity.opened',
       '{"customer": "A company", "worth": "1,000.00 USD"}'::jsonb, false from opportunity
union all
select partner_id, 'orders', id, ordered_on::timestamptz, %(staff)s, 'order.submitted', '{"total": "1,000.00 USD"}'::jsonb, false from orders
"""

COMMENTS = """
insert into comment (partner_id, subject_type, subject_id, author_id, text, mentions, vendor_only, said_at)
select r.partner_id, r.noun, r.id, %(staff)s, 'Called them on the ' || n || '., they want to see an offer.', '[]'::jsonb, n = 3, now()
  from (select partner_id, 'lead' as noun, id from lead where partner_id = %(partner)s
        union all select partner_id, 'opportunity', id from opportunity where partner_id = %(partner)s or id %% 100 = 0
        union all select partner_id, 'orders', id from orders where partner_id = %(partner)s) r,
       generate_series(1, 4) n
 where r.partner_id is not null
"""

NOTIFICATIONS = """
insert into notification (person_id, partner_id, step_id, at)
select p.id, p.partner_id, s.id, s.at
  from person p
  cross join lateral (select id, at from step where partner_id = %(partner)s and not vendor_only order by id desc limit 300) s
"""

PROTECTED = """
insert into registration (partner_id, opportunity_id, customer_id, state, shared, registered_at, protected_until, version)
select o.partner_id, o.id, c.id, case when o.place %% 10 = 0 then 'waiting' else 'protected' end, false,
       now() - interval '1 day' * (o.place %% 60), %(today)s::date + 30 + (o.place %% 60)::int, 1
  from (select row_number() over (order by id) as place, id, partner_id from opportunity
         where closed_on is null and (partner_id = %(partner)s or id %% 100 = 0)) o
  join (select row_number() over (order by id) as place, id from customer) c using (place)
"""

FILLED = ("lead", "lead_offer", "step", "comment", "notification", "registration")


def fill(connection: Connection, partners: int, partner_id: int, staff_id: int, today: Any, say: Say) -> None:
    """Fill what stands around the facts; `partner_id` is the partner whose pages are measured."""
    from bench import conflicts  # noqa: PLC0415 - it asks on a stage, which this one fills

    values = {"partners": partners, "partner": partner_id, "staff": staff_id, "today": today}
    say("customers")
    conflicts.fill(connection, min(conflicts.CUSTOMERS, partners * 100))
    for noun, statement in (
        ("lead", QUEUE),
        ("lead_offer", OFFERS),
        ("step", STEPS),
        ("comment", COMMENTS),
        ("notification", NOTIFICATIONS),
        ("registration", PROTECTED),
    ):
        say(noun)
        connection.execute(statement.encode(), values)
    for noun in FILLED:
        connection.execute(f"vacuum analyze {noun}".encode())
