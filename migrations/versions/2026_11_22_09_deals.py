"""Deals can be listed by amount and by product, and those that wait for confirmation are found at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_09"
down_revision = "2026_11_22_08"

INDEXES = {
    "ix_opportunity_amount_id": (["amount", "id"], None),
    "ix_opportunity_product_id_created_on_id": (["product_id", "created_on", "id"], None),
    "ix_opportunity_unconfirmed": (["stage_id", "id"], "confirmed_at is null and deleted_at is null"),
}


def upgrade() -> None:
    for name, (columns, where) in INDEXES.items():
        op.create_index(
            name, "opportunity", columns, postgresql_where=None if where is None else sa.text(where)
        )


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, table_name="opportunity")
