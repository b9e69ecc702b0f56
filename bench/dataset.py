"""The data set: a made-up channel of any size, the same for the same seed.

Rows are made inside the database from `generate_series` and a hash, so that a million take seconds. The skew is that of
a real channel: a few partners sell much, most sell little.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

SEED = 20_261_122
YEARS = 2


@dataclass(frozen=True)
class Size:
    """How many rows of each noun."""

    name: str
    partners: int
    leads: int
    opportunities: int
    order_lines: int
    lines_per_order: int = 5

    @property
    def orders(self) -> int:
        return self.order_lines // self.lines_per_order


FULL = Size("full", 1_000, 100_000, 1_000_000, 1_000_000)
TENTH = Size("tenth", 1_000, 10_000, 100_000, 100_000)
LITTLE = Size("little", 100, 10_000, 10_000, 10_000)

Say = Callable[[str], None]
Connection = psycopg.Connection[Any]

RANDOM = """
create or replace function pg_temp.r(n bigint, salt int) returns float8 language sql immutable parallel safe return
    (hashint8extended(n, {seed} + salt) & 1073741823)::float8 / 1073741824
"""

PARTNERS = """
insert into partner (code, name, partner_type_id, operating_company_id, country, city, currency, email, portal_access, version)
select 'P' || lpad(n::text, 5, '0'),
       (array['Alder','Birch','Cedar','Dover','Elm','Fjord','Gale','Harbour','Iris','Juniper'])[1 + (n %% 10)]
         || ' ' || (array['Systems','Software','Trading','Consulting','Digital','Partners','Group'])[1 + (n %% 7)] || ' ' || n,
       %(type)s, %(company)s,
       (array['US','DE','FR','GB','PL','SE'])[1 + (n %% 6)],
       (array['Boston','Berlin','Lyon','Leeds','Gdynia','Malmo'])[1 + (n %% 6)],
       (array['USD','EUR','EUR','GBP','EUR','EUR'])[1 + (n %% 6)],
       'office@p' || n || '.example', true, 1
  from generate_series(1, %(partners)s) n
"""

PARTNERSHIPS = """
with made as (
    insert into partnership (partner_id, partner_type_id, start_on, due_on, version)
    select id, partner_type_id, %(begin)s::date - (id %% 600)::int, %(today)s::date + 30 + (id %% 335)::int, 1 from partner
    returning id, partner_id, partner_type_id, start_on
), active as (
    insert into active_period (partner_id, partnership_id, during)
    select partner_id, id, daterange(start_on, null) from made
)
insert into tier_period (partner_id, partnership_id, partner_type_id, tier_id, during, cause, why)
select partner_id, id, partner_type_id, %(tier)s, daterange(start_on, null), 'start', 'Start of the partnership' from made
"""

PRODUCTS = """
insert into product (sku, name, category, subcategory, list_price, currency, active)
select 'SKU-' || lpad(n::text, 4, '0'), 'Product ' || n,
       (array['Platform','Service','Add-on'])[1 + (n %% 3)], 'Line ' || (n %% 12), 10 + (n * 37 %% 4000), 'USD', true
  from generate_series(1, 500) n
"""

RATES = """
insert into exchange_rate (currency, day, rate)
select c.currency, d::date, c.rate + pg_temp.r(extract(epoch from d)::bigint, length(c.currency) + ascii(c.currency)) / 20
  from (values ('EUR', 1.08), ('GBP', 1.25)) c (currency, rate),
       generate_series(%(begin)s::date, %(today)s::date, interval '1 day') d
on conflict do nothing
"""

LEADS = """
insert into lead (partner_id, key, company, contact, email, country, city, source, stage, created_on, closed_on, budget, currency)
select p.id, 'L' || n, 'Company ' || (n %% 50000), 'Contact ' || n, 'someone@company' || (n %% 50000) || '.example',
       'US', 'Boston', (array['web','fair','phone'])[1 + (n %% 3)],
       case when closed.day is null then (array['new','qualified','accepted'])[1 + (n %% 3)]
            else (array['converted','disqualified'])[1 + (n %% 2)] end,
       created.day, closed.day, 1000 + n %% 9000, 'USD'
  from generate_series(1, %(leads)s) n
  cross join lateral (select %(begin)s::date + (pg_temp.r(n, 11) * %(days)s)::int as day) created
  cross join lateral (select case when n %% 10 < 6 and created.day + (n %% 60)::int <= %(today)s::date
                             then created.day + (n %% 60)::int end as day) closed
  join pg_temp.p on p.place = 1 + (power(pg_temp.r(n, 12), 1.5) * %(partners)s)::int %% %(partners)s
"""

OPPORTUNITIES = """
insert into opportunity (partner_id, key, name, customer, stage_id, amount, currency, created_on, expected_on, closed_on,
                         product_id, confirmed_at)
select p.id, 'O' || n, 'Deal ' || n || ' for company ' || (n %% 80000), 'Company ' || (n %% 80000),
       case when closed.day is null then (%(open)s::bigint[])[1 + n %% cardinality(%(open)s::bigint[])]
            when n %% 2 = 0 then %(won)s else %(lost)s end,
       round((100 + power(pg_temp.r(n, 21), 4) * 90000)::numeric, 2), p.currency, created.day, created.day + 90, closed.day,
       %(first_product)s + n %% 500,
       case when closed.day is not null and n %% 2 = 0 then closed.day::timestamptz end
  from generate_series(1, %(opportunities)s) n
  cross join lateral (select %(begin)s::date + (pg_temp.r(n, 22) * %(days)s)::int as day) created
  cross join lateral (select case when n %% 10 < 7 and created.day + (n %% 90)::int <= %(today)s::date
                             then created.day + (n %% 90)::int end as day) closed
  join pg_temp.p on p.place = 1 + (power(pg_temp.r(n, 23), 1.5) * %(partners)s)::int %% %(partners)s
"""

ORDERS = """
insert into orders (partner_id, number, ordered_on, status, currency, customer_reference, customer)
select p.id, 'SO' || lpad(n::text, 7, '0'), %(begin)s::date + (pg_temp.r(n, 31) * %(days)s)::int,
       (array['closed','closed','closed','confirmed','submitted'])[1 + n %% 5], p.currency, 'PO-' || n, 'Company ' || (n %% 80000)
  from generate_series(1, %(orders)s) n
  join pg_temp.p on p.place = 1 + (power(pg_temp.r(n, 32), 1.5) * %(partners)s)::int %% %(partners)s
"""

LINES = """
insert into order_line (partner_id, order_id, line, product_id, quantity, unit_price, discount, amount)
select o.partner_id, o.id, l.line, %(first_product)s + (o.id * 7 + l.line) %% 500, l.quantity, l.price, 0,
       round(l.quantity * l.price, 4)
  from orders o
  cross join lateral (
      select line, 1 + (o.id + line) %% 9 as quantity, (10 + (o.id * 37 + line * 11) %% 3000)::numeric as price
        from generate_series(1, %(lines_per_order)s) line
  ) l
"""

ANALYSED = (
    "partner",
    "partnership",
    "active_period",
    "tier_period",
    "lead",
    "opportunity",
    "orders",
    "order_line",
    "product",
)


def fill(connection: Connection, size: Size, facts: dict[str, Any], say: Say) -> None:
    """Fill a database that has a program; `facts` names its type, tier, company, stages and days."""
    values = facts | {
        "partners": size.partners,
        "leads": size.leads,
        "opportunities": size.opportunities,
        "orders": size.orders,
        "lines_per_order": size.lines_per_order,
    }
    connection.execute(
        "set statement_timeout = 0; set maintenance_work_mem = '512MB'; set work_mem = '128MB'"
    )
    connection.execute(RANDOM.format(seed=SEED).encode())
    for what, statement in (
        ("partners", PARTNERS),
        ("partnerships", PARTNERSHIPS),
        ("products", PRODUCTS),
        ("rates", RATES),
    ):
        say(what)
        connection.execute(statement.encode(), values)
    connection.execute(
        "create temp table p as select row_number() over (order by id) place, id, currency from partner"
    )
    values["first_product"] = _one(connection, "select min(id) from product")
    for noun, statement in (
        ("lead", LEADS),
        ("opportunity", OPPORTUNITIES),
        ("orders", ORDERS),
        ("order_line", LINES),
    ):
        say(noun)
        with without_text_search(connection, noun):
            connection.execute(statement.encode(), values)
    for noun in ANALYSED:
        connection.execute(f"vacuum analyze {noun}".encode())


class without_text_search:  # noqa: N801 - reads as a sentence
    """Take the text index of a table down while it is filled, and build it again at once."""

    def __init__(self, connection: Connection, noun: str) -> None:
        self.connection = connection
        self.noun = noun
        self.definitions: list[str] = []

    def __enter__(self) -> None:
        rows = self.connection.execute(
            "select indexname, indexdef from pg_indexes where tablename = %s and indexdef like '%%USING gin%%'",
            (self.noun,),
        ).fetchall()
        for name, definition in rows:
            self.definitions.append(definition)
            self.connection.execute(f"drop index {name}".encode())

    def __exit__(self, *_: object) -> None:
        for definition in self.definitions:
            self.connection.execute(definition.encode())


def _one(connection: Connection, question: str) -> Any:
    row = connection.execute(question.encode()).fetchone()
    if row is None:
        raise LookupError(question)
    return row[0]
