"""What the open deals of each partner make by stage and currency, kept as they change: a board of a million is read at once (L5)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import OWN, protect

revision = "2026_11_22_19"
down_revision = "2026_11_22_18"

# A partner's agent that sees its own records only sees no sums of the others'.
WHOLE = f"{OWN} and coalesce(current_setting('accord.own_only', true), '') <> 'on'"

SUMS = """
    insert into pipeline_sum as s (partner_id, stage_id, currency, deals, amount, weighted, unweighted)
    select partner_id, stage_id, currency, sum(sign), sum(sign * amount),
           sum(sign * amount * coalesce(probability, 0)),
           sum(case when probability is null then sign * amount else 0 end)
    from ({rows}) d
    where closed_on is null and deleted_at is null
    group by partner_id, stage_id, currency
    having sum(sign) <> 0 or sum(sign * amount) <> 0 or sum(sign * amount * coalesce(probability, -1)) <> 0
    order by partner_id, stage_id, currency
    on conflict (partner_id, stage_id, currency) do update set
        deals = s.deals + excluded.deals, amount = s.amount + excluded.amount,
        weighted = s.weighted + excluded.weighted, unweighted = s.unweighted + excluded.unweighted
"""
COLUMNS = "partner_id, stage_id, currency, amount, probability, closed_on, deleted_at"
NOW, WAS = f"select {COLUMNS}, 1 as sign from now", f"select {COLUMNS}, -1 as sign from was"
FUNCTION = f"""
create function accord_pipeline_sums() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then {SUMS.format(rows=NOW)};
    elsif tg_op = 'UPDATE' then {SUMS.format(rows=f"{NOW} union all {WAS}")};
    else {SUMS.format(rows=WAS)};
    end if;
    return null;
end $$
"""
TRIGGERS = {
    "insert": "new table as now",
    "update": "old table as was new table as now",
    "delete": "old table as was",
}


def upgrade() -> None:
    op.create_table(
        "pipeline_sum",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("stage_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("deals", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("weighted", sa.Numeric(), nullable=False),
        sa.Column("unweighted", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_pipeline_sum_partner_id")),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["opportunity_stage.id"], name=op.f("fk_pipeline_sum_stage_id")
        ),
        sa.PrimaryKeyConstraint("partner_id", "stage_id", "currency", name=op.f("pk_pipeline_sum")),
    )
    protect("pipeline_sum", partner=WHOLE)
    op.execute("revoke insert, update, delete on pipeline_sum from accord_staff, accord_worker")
    op.execute(SUMS.format(rows=f"select {COLUMNS}, 1 as sign from opportunity"))
    op.execute(FUNCTION)
    op.execute("revoke execute on function accord_pipeline_sums() from public")
    for act, tables in TRIGGERS.items():
        op.execute(
            f"create trigger opportunity_{act}_sums after {act} on opportunity referencing {tables}"
            " for each statement execute function accord_pipeline_sums()"
        )


def downgrade() -> None:
    for act in TRIGGERS:
        op.execute(f"drop trigger opportunity_{act}_sums on opportunity")
    op.execute("drop function accord_pipeline_sums()")
    op.drop_table("pipeline_sum")
