"""The log of distribution is read by when it was, by rule and by whom it chose, however long it grows."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_24"
down_revision = "2026_11_22_23"

TABLE = "distribution_decision"
INDEXES = {
    "ix_distribution_decision_at_id": ["at", "id"],
    "ix_distribution_decision_rule_id_chosen_partner_id": ["rule_id", "chosen_partner_id"],
    "ix_distribution_decision_chosen_partner_id_at_id": ["chosen_partner_id", "at", "id"],
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, TABLE, columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, TABLE)
