"""An order line's partner is its order's: one key says so, and bringing lines in checks one key less."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_11"
down_revision = "2026_11_22_10"


def upgrade() -> None:
    op.drop_constraint("fk_order_line_partner_id", "order_line", type_="foreignkey")


def downgrade() -> None:
    op.create_foreign_key("fk_order_line_partner_id", "order_line", "partner", ["partner_id"], ["id"])
