"""The door knows of which lists a person has saved views, so that a list without any asks nothing for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_23"
down_revision = "2026_11_22_22"

SESSION = """
create function accord_session(secret bytea, moment timestamptz) returns table (
    sign_in_id bigint, seen_at timestamptz, person_id bigint, partner_id bigint, name text, title text,
    roles varchar[], locale text, time_zone text, theme text, vendor text, zone text, own_only boolean,
    unread integer{column})
language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, s.seen_at, p.id, p.partner_id, p.name, p.title, p.roles, p.locale, p.time_zone, p.theme,
        v.name, coalesce(c.time_zone, v.time_zone, 'UTC'),
        coalesce(v.own_only, false) and p.partner_id is not null and not ('partner administrator' = any(p.roles)),
        (select count(*)::int from (
            select from notification n where n.person_id = p.id and n.read_at is null limit 100) few){value}
    from sign_in s
    join person p on p.id = s.person_id and p.active
    left join partner o on o.id = p.partner_id
    left join operating_company c on c.id = o.operating_company_id
    left join vendor v on true
    where s.secret_hash = secret and s.ended_at is null
      and s.seen_at > moment - interval '1 hour' and s.started_at > moment - interval '12 hours'
      and (p.partner_id is null or o.portal_access)
$$
"""
VIEWS = """,
        coalesce((select array_agg(distinct w.listing) from saved_view w
            where w.person_id = p.id or (w.shared and p.partner_id is null)), '{}')"""


def upgrade() -> None:
    op.create_index("ix_saved_view_shared", "saved_view", ["listing"], postgresql_where=sa.text("shared"))
    _session(SESSION.format(column=", views text[]", value=VIEWS))


def downgrade() -> None:
    _session(SESSION.format(column="", value=""))
    op.drop_index("ix_saved_view_shared", "saved_view")


def _session(function: str) -> None:
    op.execute("drop function accord_session(bytea, timestamptz)")
    op.execute(function)
    op.execute("revoke execute on function accord_session(bytea, timestamptz) from public")
    op.execute("grant execute on function accord_session(bytea, timestamptz) to accord_app")
