"""A list is granted on the days of the benefit only (R1)."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_13"
down_revision = "2026_11_22_12"

FUNCTION = """
create or replace function accord_granted_lists() returns setof bigint language sql stable security definer
set search_path = public, pg_temp as $$
    select parameter.price_list_id
    from tier_period
    join active_period using (partner_id, partnership_id)
    join rung on rung.tier_id = tier_period.tier_id
    join ladder on ladder.id = rung.ladder_id
    join parameter on parameter.rung_id = rung.id
    where tier_period.partner_id = nullif(current_setting('accord.partner_id', true), '')::bigint
      and tier_period.during @> nullif(current_setting('accord.today', true), '')::date
      and active_period.during @> nullif(current_setting('accord.today', true), '')::date
      and parameter.kind = 'benefit' and parameter.price_list_id is not null
      {days}
      and ladder.version_id = (
          select id from program_version
          where status = 'published'
            and valid_from <= nullif(current_setting('accord.today', true), '')::date
          order by valid_from desc limit 1)
$$
"""
DAYS = """
      and coalesce(parameter.valid_from, '-infinity') <= nullif(current_setting('accord.today', true), '')::date
      and coalesce(parameter.valid_to, 'infinity') >= nullif(current_setting('accord.today', true), '')::date
"""


def upgrade() -> None:
    op.execute(FUNCTION.format(days=DAYS))


def downgrade() -> None:
    op.execute(FUNCTION.format(days=""))
