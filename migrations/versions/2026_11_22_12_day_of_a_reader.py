"""A session knows the time zone its reader's days are counted in: the operating company's, else the vendor's (M4)."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_12"
down_revision = "2026_11_22_11"

FUNCTION = """
create function accord_session(secret bytea, moment timestamptz) returns table (
    sign_in_id bigint, seen_at timestamptz, person_id bigint, partner_id bigint, name text, title text,
    roles varchar[], locale text, time_zone text, theme text, vendor text{column})
language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, s.seen_at, p.id, p.partner_id, p.name, p.title, p.roles, p.locale, p.time_zone, p.theme,
        v.name{value}
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


def upgrade() -> None:
    _replace(FUNCTION.format(column=", zone text", value=", coalesce(c.time_zone, v.time_zone, 'UTC')"))


def downgrade() -> None:
    _replace(FUNCTION.format(column="", value=""))


def _replace(function: str) -> None:
    op.execute("drop function accord_session(bytea, timestamptz)")
    op.execute(function)
    op.execute("revoke execute on function accord_session(bytea, timestamptz) from public")
    op.execute("grant execute on function accord_session(bytea, timestamptz) to accord_app")
