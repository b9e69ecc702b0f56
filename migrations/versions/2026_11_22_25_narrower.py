"""Where agents are narrowed to their own records, so are the registrations and wishes about them (L7)."""

from __future__ import annotations

from alembic import op

from migrations.security import OWN

revision = "2026_11_22_25"
down_revision = "2026_11_22_24"

NARROWED = "coalesce(current_setting('accord.own_only', true), '') = 'on'"
ABOUT = {
    "registration": f"(not {NARROWED} or opportunity_id in (select id from opportunity))",
    "lead_passage": f"(not {NARROWED} or lead_id in (select id from lead))",
}


def upgrade() -> None:
    for table, condition in ABOUT.items():
        _partner_sees(table, f"{OWN} and {condition}")


def downgrade() -> None:
    for table in ABOUT:
        _partner_sees(table, OWN)


def _partner_sees(table: str, condition: str) -> None:
    op.execute(f"drop policy partner on {table}")
    op.execute(
        f"create policy partner on {table} to accord_partner using ({condition}) with check ({condition})"
    )
