"""What a partner is today is found by the partner."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_10"
down_revision = "2026_11_22_09"


def upgrade() -> None:
    op.create_index("ix_active_period_partner_id", "active_period", ["partner_id"])


def downgrade() -> None:
    op.drop_index("ix_active_period_partner_id", table_name="active_period")
