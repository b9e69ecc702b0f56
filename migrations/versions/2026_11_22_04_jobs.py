"""The queue of jobs, in a schema of its own (recipe C6): deferring needs no right on its tables."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "2026_11_22_04"
down_revision = "2026_11_22_03"

# Deferring happens in everybody's scope; what it writes is the queue's own business.
DEFINER = """
do $$
declare f regprocedure;
begin
    for f in
        select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'jobs' and (p.proname ~ 'defer_jobs|trigger|notify')
    loop
        execute format('alter function %s security definer set search_path = jobs, pg_temp', f);
    end loop;
end $$
"""


def upgrade() -> None:
    op.execute("create schema jobs")
    op.execute("set local search_path = jobs")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("set local search_path = public")
    op.execute(DEFINER)
    op.execute("grant usage on schema jobs to accord_partner, accord_staff, accord_worker")
    op.execute("grant all on all tables in schema jobs to accord_worker")
    op.execute("grant usage on all sequences in schema jobs to accord_worker")


def downgrade() -> None:
    op.execute("drop schema jobs cascade")
