"""Tenancy in the database: who sees which rows, what is kept forever, what is never edited."""

from __future__ import annotations

from alembic import op

from migrations.security import ALL, OWN, forever, protect

revision = "2026_11_22_03"
down_revision = "2026_11_22_02"

GROUPS = "accord_staff, accord_partner, accord_worker"

FUNCTIONS = (
    """
    create function accord_append_only() returns trigger language plpgsql as $$
    begin
        raise exception 'Rows of % are kept as they are.', tg_table_name using errcode = 'restrict_violation';
    end $$
    """,
    # A partner's own type, found past its own rights, once per statement.
    """
    create function accord_own_type() returns bigint language sql stable security definer
    set search_path = public, pg_temp as $$
        select partner_type_id from partner
        where id = nullif(current_setting('accord.partner_id', true), '')::bigint
    $$
    """,
    # The price lists that the tier held today grants (R1).
    """
    create function accord_granted_lists() returns setof bigint language sql stable security definer
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
          and ladder.version_id = (
              select id from program_version
              where status = 'published'
                and valid_from <= nullif(current_setting('accord.today', true), '')::date
              order by valid_from desc limit 1)
    $$
    """,
    # Who holds this session's secret: the only thing the login role may ask (recipe C5).
    """
    create function accord_session(secret bytea, moment timestamptz) returns table (
        sign_in_id bigint, seen_at timestamptz, person_id bigint, partner_id bigint, name text, title text,
        roles varchar[], locale text, time_zone text, theme text, vendor text)
    language sql stable security definer set search_path = public, pg_temp as $$
        select s.id, s.seen_at, p.id, p.partner_id, p.name, p.title, p.roles, p.locale, p.time_zone, p.theme, v.name
        from sign_in s
        join person p on p.id = s.person_id and p.active
        left join partner o on o.id = p.partner_id
        left join vendor v on true
        where s.secret_hash = secret and s.ended_at is null
          and s.seen_at > moment - interval '1 hour' and s.started_at > moment - interval '12 hours'
          and (p.partner_id is null or o.portal_access)
    $$
    """,
    """
    create function accord_revision() returns text language sql stable security definer
    set search_path = public, pg_temp as $$ select version_num::text from alembic_version $$
    """,
    # A published program is never edited (P12); only publishing itself passes.
    """
    create function accord_only_drafts() returns trigger language plpgsql as $$
    declare version bigint;
    begin
        if tg_table_name = 'program_version' then
            if old.status = 'published' then
                raise exception 'A published program is never edited.' using errcode = 'restrict_violation';
            end if;
            return case when tg_op = 'DELETE' then old else new end;
        end if;
        if tg_table_name in ('ladder', 'measure') then
            version := case when tg_op = 'DELETE' then old.version_id else new.version_id end;
        elsif tg_table_name = 'rung' then
            select l.version_id into version from ladder l
            where l.id = case when tg_op = 'DELETE' then old.ladder_id else new.ladder_id end;
        else
            select l.version_id into version from rung r join ladder l on l.id = r.ladder_id
            where r.id = case when tg_op = 'DELETE' then old.rung_id else new.rung_id end;
        end if;
        if exists (select from program_version where id = version and status = 'published') then
            raise exception 'A published program is never edited.' using errcode = 'restrict_violation';
        end if;
        return case when tg_op = 'DELETE' then old else new end;
    end $$
    """,
)

# What a partner's person reads of its manager, and nothing more of the vendor's people.
MANAGER_CARD = """
create view manager_card with (security_barrier) as
    select p.id as partner_id, m.id as person_id, m.name, m.title, c.email, c.phone
    from partner p
    join person m on m.id = p.manager_id
    left join contact c on c.person_id = m.id
    where p.id = nullif(current_setting('accord.partner_id', true), '')::bigint
"""

PARTNER_OWNED = (
    "active_period",
    "assessment",
    "certificate",
    "document",
    "lead",
    "measurement",
    "opportunity",
    "order_line",
    "orders",
    "parameter_change",
    "partnership",
    "price_list_partner",
    "tier_period",
    "training",
    "contact",
)
APPEND_ONLY = ("assessment", "parameter_change", "event")
PUBLISHED_TYPE = """exists (
    select from program_version v where v.id = version_id and v.status = 'published')
    and partner_type_id = (select accord_own_type())"""
VISIBLE_LIST = """scope = 'base'
    or (scope = 'type' and partner_type_id = (select accord_own_type()))
    or (scope = 'personal' and id in (select price_list_id from price_list_partner))
    or (scope = 'granted' and id in (select accord_granted_lists()))"""
PARTNER_READS = {
    "vendor": ALL,
    "operating_company": "id = (select operating_company_id from partner)",
    "partner": "id = nullif(current_setting('accord.partner_id', true), '')::bigint",
    "person": f"{OWN} or partner_id is null",
    "partner_type": "id = (select accord_own_type())",
    "tier": "partner_type_id = (select accord_own_type())",
    "program_version": "status = 'published'",
    "ladder": PUBLISHED_TYPE,
    "rung": "ladder_id in (select id from ladder)",
    "parameter": "rung_id in (select id from rung)",
    "measure": "exists (select from program_version v where v.id = version_id and v.status = 'published')"
    " and category_id in (select category_id from parameter)",
    "category": "id in (select category_id from parameter)",
    "product": "active or id in (select product_id from order_line)",
    "price_list": VISIBLE_LIST,
    "price": "price_list_id in (select id from price_list)",
    "exchange_rate": ALL,
    "opportunity_stage": ALL,
    "type_document": "partner_type_id = (select accord_own_type())",
}
STAFF_ONLY = ("event", "event_detail", "import_run")
WORKER_ONLY = ("credential", "sign_in", "token", "throttle")


def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(function)
    op.execute("grant usage on schema public to " + GROUPS + ", accord_app")
    for table in PARTNER_OWNED:
        protect(table, append_only=table in APPEND_ONLY)
    for table, condition in PARTNER_READS.items():
        protect(table, partner=condition)
    for table in STAFF_ONLY:
        protect(table, partner=None, append_only=table in APPEND_ONLY)
    for table in WORKER_ONLY:
        protect(table, partner=None, worker_only=True)
    protect(
        "one_time_key", partner="person_id = nullif(current_setting('accord.person_id', true), '')::bigint"
    )
    op.execute("grant insert on one_time_key to accord_partner")
    for table in APPEND_ONLY:
        forever(table)
    for table in ("program_version", "ladder", "rung", "parameter", "measure"):
        acts = "update or delete" if table == "program_version" else "insert or update or delete"
        op.execute(
            f"create trigger {table}_only_drafts before {acts} on {table}"
            " for each row execute function accord_only_drafts()"
        )
    op.execute(MANAGER_CARD)
    op.execute("grant select on manager_card to accord_partner")
    close_functions()


def close_functions() -> None:
    """Let each function be called by those it is for, and nobody else."""
    op.execute("revoke execute on all functions in schema public from public")
    op.execute(f"grant execute on function accord_fold(text) to {GROUPS}")
    op.execute(f"grant execute on function accord_own_type(), accord_granted_lists() to {GROUPS}")
    op.execute("grant execute on function accord_append_only(), accord_only_drafts() to accord_owner")
    op.execute(
        "grant execute on function accord_session(bytea, timestamptz), accord_revision() to accord_app"
    )


def downgrade() -> None:
    op.execute("drop view manager_card")
    for table in ("program_version", "ladder", "rung", "parameter", "measure"):
        op.execute(f"drop trigger {table}_only_drafts on {table}")
    for table in APPEND_ONLY:
        op.execute(f"drop trigger {table}_stays on {table}")
        op.execute(f"drop trigger {table}_is_kept on {table}")
    for table in (*PARTNER_OWNED, *PARTNER_READS, *STAFF_ONLY, *WORKER_ONLY, "one_time_key"):
        op.execute(f"revoke all on {table} from {GROUPS}")
        for policy in ("owner", "worker", "staff", "partner"):
            op.execute(f"drop policy if exists {policy} on {table}")
        op.execute(f"alter table {table} no force row level security")
        op.execute(f"alter table {table} disable row level security")
    for name in (
        "accord_only_drafts()",
        "accord_revision()",
        "accord_session(bytea, timestamptz)",
        "accord_granted_lists()",
        "accord_own_type()",
        "accord_append_only()",
    ):
        op.execute(f"drop function {name}")
