"""The door counts what a person has not read; who reads its own records only reads no talk about others (A6, L7)."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_20"
down_revision = "2026_11_22_19"

OWN = "partner_id = nullif(current_setting('accord.partner_id', true), '')::bigint and not vendor_only"
NARROWED = "coalesce(current_setting('accord.own_only', true), '') = 'on'"
# Row security of the record's own table answers for it: what is not there is not talked about.
IN_VIEW = """
    case {table}.subject_type
        when 'lead' then exists (select from lead r where r.id = {table}.subject_id)
        when 'opportunity' then exists (select from opportunity r where r.id = {table}.subject_id)
        when 'orders' then exists (select from orders r where r.id = {table}.subject_id)
        when 'registration' then exists (
            select from registration r join opportunity o on o.id = r.opportunity_id where r.id = {table}.subject_id)
        else true
    end"""

SESSION = """
create function accord_session(secret bytea, moment timestamptz) returns table (
    sign_in_id bigint, seen_at timestamptz, person_id bigint, partner_id bigint, name text, title text,
    roles varchar[], locale text, time_zone text, theme text, vendor text, zone text, own_only boolean{column})
language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, s.seen_at, p.id, p.partner_id, p.name, p.title, p.roles, p.locale, p.time_zone, p.theme,
        v.name, coalesce(c.time_zone, v.time_zone, 'UTC'),
        coalesce(v.own_only, false) and p.partner_id is not null and not ('partner administrator' = any(p.roles)){value}
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
# A hundred is enough to say "more than 99".
UNREAD = """,
        (select count(*)::int from (
            select from notification n where n.person_id = p.id and n.read_at is null limit 100) few)"""


def upgrade() -> None:
    for table in ("step", "comment", "attachment"):
        _partner_sees(table, f"{OWN} and (not {NARROWED} or {IN_VIEW.format(table=table)})")
    _session(SESSION.format(column=", unread integer", value=UNREAD))


def downgrade() -> None:
    _session(SESSION.format(column="", value=""))
    for table in ("step", "comment", "attachment"):
        _partner_sees(table, OWN)


def _partner_sees(table: str, condition: str) -> None:
    op.execute(f"drop policy partner on {table}")
    op.execute(
        f"create policy partner on {table} to accord_partner using ({condition}) with check ({condition})"
    )


def _session(function: str) -> None:
    op.execute("drop function accord_session(bytea, timestamptz)")
    op.execute(function)
    op.execute("revoke execute on function accord_session(bytea, timestamptz) from public")
    op.execute("grant execute on function accord_session(bytea, timestamptz) to accord_app")
