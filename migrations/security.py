"""What every migration that makes a table calls: row security, policies and grants (recipe C2)."""

from __future__ import annotations

from alembic import op

OWN = "partner_id = nullif(current_setting('accord.partner_id', true), '')::bigint"
ALL = "true"


def protect(
    table: str, *, partner: str | None = OWN, append_only: bool = False, worker_only: bool = False
) -> None:
    """Enable and force row security on a table, one policy per role, and grant what each may do.

    `partner` is the condition on rows a partner may read, None when it may read nothing.
    """
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy owner on {table} to accord_owner using (true) with check (true)")
    rights = "select, insert" if append_only else "select, insert, update, delete"
    for role in ("worker",) if worker_only else ("worker", "staff"):
        op.execute(f"create policy {role} on {table} to accord_{role} using (true) with check (true)")
        op.execute(f"grant {rights} on {table} to accord_{role}")
    if partner is not None:
        op.execute(
            f"create policy partner on {table} to accord_partner using ({partner}) with check ({partner})"
        )
        op.execute(f"grant select on {table} to accord_partner")


def forever(table: str) -> None:
    """Make a table append-only: not even the owner's mistake updates, deletes or truncates a row."""
    op.execute(
        f"create trigger {table}_stays before update or delete on {table}"
        " for each row execute function accord_append_only()"
    )
    op.execute(
        f"create trigger {table}_is_kept before truncate on {table}"
        " for each statement execute function accord_append_only()"
    )
    op.execute(f"alter table {table} enable always trigger {table}_stays")
    op.execute(f"alter table {table} enable always trigger {table}_is_kept")
