"""Lists of deals are counted in an index alone: the indexes of their order hold the deals that were not deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_22"
down_revision = "2026_11_22_21"

NOT_DELETED = sa.text("deleted_at is null")
INDEXES = {
    "ix_opportunity_created_on_id": ["created_on", "id"],
    "ix_opportunity_stage_id_created_on_id": ["stage_id", "created_on", "id"],
    "ix_opportunity_partner_id_created_on_id": ["partner_id", "created_on", "id"],
    "ix_opportunity_partner_id_stage_id_created_on_id": ["partner_id", "stage_id", "created_on", "id"],
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.drop_index(name, "opportunity")
        op.create_index(name, "opportunity", columns, postgresql_where=NOT_DELETED)


def downgrade() -> None:
    for name, columns in INDEXES.items():
        op.drop_index(name, "opportunity", postgresql_where=NOT_DELETED)
        op.create_index(name, "opportunity", columns)
