"""Partnerships that exist get the funds that appear by themselves, where a currency is known (P2, M3)."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_30"
down_revision = "2026_11_22_29"


def upgrade() -> None:
    op.execute("""
        insert into fund (partner_id, partnership_id, fund_type_id, currency, starts_on, overdraft, opened_at)
        select * from (
            select h.partner_id, h.id, t.id, coalesce(p.currency, c.currency, (
                select v.currency from program_version v where v.status = 'published'
                order by v.valid_from > current_date, v.valid_from desc limit 1
            )) as currency, h.start_on, 0, now()
            from partnership h
            join partner p on p.id = h.partner_id
            left join operating_company c on c.id = p.operating_company_id
            join fund_type t on t.by_itself and t.active and t.overdraft = 'none'
            order by h.id, t.id
        ) missing
        where currency is not null
        on conflict (partnership_id, fund_type_id) do nothing
    """)


def downgrade() -> None:
    """A fund stays: nobody can tell any more which ones were opened here."""
