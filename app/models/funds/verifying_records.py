"""P1, R2, A3, F7: what the ledger builds on: one active partnership, no two tiers or prices of one day, somebody in charge."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.models.funds.findings import Finding, Weight

# In order of their beginning, a range overlaps another one exactly when it begins before the latest end so far.
OVERLAPS = (
    (
        "P1",
        "Partnership {what} is active while another one of the partner is.",
        text("""
            select a.code as partner, x.partnership_id::text as what from (
                select partner_id, partnership_id, during, max(coalesce(upper(during), 'infinity')) over (
                    partition by partner_id order by lower(during), upper(during) rows between unbounded preceding
                    and 1 preceding) as until
                from active_period
            ) x join partner a on a.id = x.partner_id where coalesce(lower(x.during), '-infinity') < x.until
            order by a.code, what
        """),
    ),
    (
        "P1",
        "Partnership {what} holds two tiers on one day.",
        text("""
            select a.code as partner, x.partnership_id::text as what from (
                select partner_id, partnership_id, during, max(coalesce(upper(during), 'infinity')) over (
                    partition by partnership_id order by lower(during), upper(during) rows between unbounded preceding
                    and 1 preceding) as until
                from tier_period
            ) x join partner a on a.id = x.partner_id where coalesce(lower(x.during), '-infinity') < x.until
            order by a.code, what
        """),
    ),
    (
        "R2",
        "{what} has two prices for one day and quantity.",
        text("""
            select null as partner, p.sku || ' in list ' || l.code as what from (
                select price_list_id, product_id, valid_from, max(coalesce(valid_to, 'infinity')) over (
                    partition by price_list_id, product_id, currency, min_quantity order by valid_from
                    rows between unbounded preceding and 1 preceding) as until
                from price
            ) x join product p on p.id = x.product_id join price_list l on l.id = x.price_list_id
            where x.valid_from <= x.until order by what
        """),
    ),
)
ADMINISTRATORS = text("""
select a.code as partner from partner a
where exists (select from person p where p.partner_id = a.id and p.active)
and not exists (
    select from person p where p.partner_id = a.id and p.active and 'partner administrator' = any(p.roles))
order by a.code
""")


def overlaps(session: Session) -> Iterator[Finding]:
    """Yield partnerships, tiers and prices of which two hold on one day."""
    for rule, words, question in OVERLAPS:
        for row in session.execute(question):
            yield Finding(rule, words.format(what=row.what), partner=row.partner)


def administrators(session: Session) -> Iterator[Finding]:
    """Yield a warning for each partner whose people have nobody in charge."""
    for row in session.execute(ADMINISTRATORS):
        words = f"{row.partner} has people who may sign in and no administrator."
        yield Finding("A3", words, Weight.WARNING, partner=row.partner)
