"""Who sees and writes what of the pipeline; a setting narrows a partner's agents to the records they own (L7, A6)."""

from __future__ import annotations

from alembic import op

from migrations.security import OWN, forever, protect

revision = "2026_11_22_15"
down_revision = "2026_11_22_14"

ME = "nullif(current_setting('accord.person_id', true), '')::bigint"
NARROWED = "coalesce(current_setting('accord.own_only', true), '') = 'on'"
MINE = f"{OWN} and (not {NARROWED} or owner_id = {ME} or owner_id is null)"
OF_MINE = f"{OWN} and (not {NARROWED} or order_id in (select id from orders))"
OPEN_TO_BOTH = f"{OWN} and not vendor_only"
PERSONAL = f"{OWN} and person_id = {ME}"

NEW = {
    "lead_offer": OWN,
    "lead_passage": OWN,
    "registration": OWN,
    "opportunity_product": OWN,
    "step": OPEN_TO_BOTH,
    "comment": OPEN_TO_BOTH,
    "attachment": OPEN_TO_BOTH,
    "watch": PERSONAL,
    "notification": PERSONAL,
    "saved_view": PERSONAL,
    "customer": None,
    "customer_mark": None,
    "campaign": None,
    "distribution_rule": None,
    "distribution_share": None,
    "distribution_decision": None,
    "pinned_account": None,
}
APPEND_ONLY = ("step", "distribution_decision")
NARROWER = {"lead": MINE, "opportunity": MINE, "orders": MINE, "order_line": OF_MINE}

# What a partner's person writes itself; whatever else its act brings about goes through the vendor's books.
WRITES = (
    "insert on lead",
    (
        "update (company, contact, email, phone, website, country, region, city, need, source, stage, closed_on,"
        " budget, currency, tax_number, note, reason, owner_id, staged_at, version) on lead"
    ),
    "insert on opportunity",
    (
        "update (name, customer, stage_id, amount, currency, expected_on, closed_on, product_id, probability, owner,"
        " owner_id, website, customer_email, tax_number, country, description, next_step, next_step_on, competitors,"
        " reason, reported_at, reported_by_id, version) on opportunity"
    ),
    "insert, update, delete on opportunity_product",
    "insert on orders",
    (
        "update (ordered_on, status, currency, customer_reference, customer, note, reason, submitted_at, cancelled_at,"
        " owner_id, version) on orders"
    ),
    "insert, update, delete on order_line",
    "insert on comment",
    "update (text, mentions, edited_at, deleted_at) on comment",
    "insert, delete on attachment",
    "insert, delete on watch",
    "update (read_at) on notification",
    "insert, update, delete on saved_view",
)

SESSION = """
create function accord_session(secret bytea, moment timestamptz) returns table (
    sign_in_id bigint, seen_at timestamptz, person_id bigint, partner_id bigint, name text, title text,
    roles varchar[], locale text, time_zone text, theme text, vendor text, zone text{column})
language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, s.seen_at, p.id, p.partner_id, p.name, p.title, p.roles, p.locale, p.time_zone, p.theme,
        v.name, coalesce(c.time_zone, v.time_zone, 'UTC'){value}
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
OWN_ONLY = """,
        coalesce(v.own_only, false) and p.partner_id is not null and not ('partner administrator' = any(p.roles))"""


def upgrade() -> None:
    for table, condition in NEW.items():
        protect(table, partner=condition, append_only=table in APPEND_ONLY)
    for table in APPEND_ONLY:
        forever(table)
    for table, condition in NARROWER.items():
        _partner_sees(table, condition)
    for right in WRITES:
        op.execute(f"grant {right} to accord_partner")
    _session(SESSION.format(column=", own_only boolean", value=OWN_ONLY))


def downgrade() -> None:
    _session(SESSION.format(column="", value=""))
    for table in ("lead", "opportunity", "orders", "order_line"):
        op.execute(f"revoke insert, update, delete on {table} from accord_partner")
        _partner_sees(table, OWN)
    for table in NEW:  # the tables go with the migration before this one
        op.execute(f"revoke all on {table} from accord_partner, accord_staff, accord_worker")


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
