"""Customers are found by parts of their names; a deal whose customer was written anew is looked at again (L3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "2026_11_22_16"
down_revision = "2026_11_22_15"

GROUPS = "accord_staff, accord_worker"
LOOKED_AT = {
    "opportunity": ("customer", "website", "customer_email", "tax_number", "country"),
    "lead": ("company", "website", "email", "tax_number", "country"),
}

# Every three letters of a folded name that follow one another, two spaces before each word and one behind it.
TRI = """
create function accord_tri(folded text) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct letters), '{}')
    from (select '  ' || replace(folded, ' ', '   ') || ' ' as padded) as text,
         generate_series(1, length(padded) - 2) as place,
         substr(padded, place, 3) as letters
    where right(letters, 2) <> '  '
$$
"""

# How many customers have each of them, kept with every change, in one order so that two changes never lock crosswise.
COUNT = """
create function accord_count_customers() returns trigger language plpgsql as $$
begin
    if tg_op in ('UPDATE', 'DELETE') then
        insert into customer_trigram as known (trigram, customers)
        select letters, -count(*) from gone, unnest(accord_tri(gone.folded)) as letters
        where gone.merged_into_id is null group by letters order by letters
        on conflict (trigram) do update set customers = known.customers + excluded.customers;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        insert into customer_trigram as known (trigram, customers)
        select letters, count(*) from come, unnest(accord_tri(come.folded)) as letters
        where come.merged_into_id is null group by letters order by letters
        on conflict (trigram) do update set customers = known.customers + excluded.customers;
    end if;
    return null;
end $$
"""

FORGET = """
create function accord_forget_customer() returns trigger language plpgsql as $$
begin
    new.customer_id := null;
    return new;
end $$
"""


def upgrade() -> None:
    op.execute(TRI)
    op.create_table(
        "customer_trigram",
        sa.Column("trigram", sa.Text(), nullable=False),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("trigram", name=op.f("pk_customer_trigram")),
    )
    protect("customer_trigram", partner=None)
    op.execute(COUNT)
    op.execute(FORGET)
    for trigger, table in (
        ("insert", "referencing new table as come"),
        ("update", "referencing old table as gone new table as come"),
        ("delete", "referencing old table as gone"),
    ):
        op.execute(
            f"create trigger customer_{trigger}_counts after {trigger} on customer {table}"
            " for each statement execute function accord_count_customers()"
        )
    for table, columns in LOOKED_AT.items():
        differs = " or ".join(f"old.{column} is distinct from new.{column}" for column in columns)
        op.execute(
            f"create trigger {table}_customer_anew before update of {', '.join(columns)} on {table} for each row"
            f" when (new.customer_id is not distinct from old.customer_id and ({differs}))"
            " execute function accord_forget_customer()"
        )
    op.create_index(
        "ix_customer_tri",
        "customer",
        [sa.text("accord_tri(folded)")],
        postgresql_using="gin",
        postgresql_where=sa.text("merged_into_id is null"),
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_customer_merged_into_id", "customer", ["merged_into_id"])
    op.create_index("ix_customer_folded_id", "customer", ["folded", "id"])
    op.create_index("ix_customer_country_id", "customer", ["country", "id"])
    op.create_index(
        "ix_opportunity_without_customer",
        "opportunity",
        ["id"],
        postgresql_where=sa.text("customer_id is null and deleted_at is null"),
    )
    op.create_index(
        "ix_lead_without_customer", "lead", ["id"], postgresql_where=sa.text("customer_id is null")
    )
    op.create_index(
        "uq_registration_alive",
        "registration",
        ["opportunity_id"],
        unique=True,
        postgresql_where=sa.text("state in ('waiting', 'returned', 'protected')"),
    )
    op.execute(
        "revoke execute on function accord_tri(text), accord_count_customers(), accord_forget_customer() from public"
    )
    op.execute(f"grant execute on function accord_tri(text) to {GROUPS}")


def downgrade() -> None:
    op.drop_index("uq_registration_alive", table_name="registration")
    op.drop_index("ix_lead_without_customer", table_name="lead")
    op.drop_index("ix_opportunity_without_customer", table_name="opportunity")
    op.drop_index("ix_customer_country_id", table_name="customer")
    op.drop_index("ix_customer_folded_id", table_name="customer")
    op.drop_index("ix_customer_merged_into_id", table_name="customer")
    op.drop_index("ix_customer_tri", table_name="customer")
    for table in LOOKED_AT:
        op.execute(f"drop trigger {table}_customer_anew on {table}")
    for trigger in ("insert", "update", "delete"):
        op.execute(f"drop trigger customer_{trigger}_counts on customer")
    op.execute("drop function accord_forget_customer()")
    op.execute("drop function accord_count_customers()")
    op.drop_table("customer_trigram")
    op.execute("drop function accord_tri(text)")
