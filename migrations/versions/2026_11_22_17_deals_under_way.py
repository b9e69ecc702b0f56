"""Open deals are found by stage and expected day; what belongs to a deal goes along when it changes its partner (L5, F3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_17"
down_revision = "2026_11_22_16"

UNDER_WAY = sa.text("closed_on is null and deleted_at is null")
INDEXES = {
    "ix_opportunity_under_way": ["stage_id", "expected_on", "id"],
    "ix_opportunity_under_way_of_partner": ["partner_id", "stage_id", "expected_on", "id"],
    "ix_opportunity_expected": ["expected_on", "id"],
}
CHILDREN = ("opportunity_product", "registration")
BOTH = ["partner_id", "opportunity_id"]


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "opportunity", columns, postgresql_where=UNDER_WAY)
    op.create_index("ix_opportunity_stage_id_closed_on_id", "opportunity", ["stage_id", "closed_on", "id"])
    for table in CHILDREN:
        _key(table, onupdate="CASCADE")


def downgrade() -> None:
    for table in CHILDREN:
        _key(table)
    op.drop_index("ix_opportunity_stage_id_closed_on_id", "opportunity")
    for name in INDEXES:
        op.drop_index(name, "opportunity", postgresql_where=UNDER_WAY)


def _key(table: str, **acts: str) -> None:
    name = op.f(f"fk_{table}_partner_id_opportunity_id")
    op.drop_constraint(name, table, type_="foreignkey")
    op.create_foreign_key(name, table, "opportunity", BOTH, ["partner_id", "id"], **acts)
