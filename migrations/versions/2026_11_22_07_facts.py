"""Rates and measurements can be listed by day, page by page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_07"
down_revision = "2026_11_22_06"


def upgrade() -> None:
    op.add_column("exchange_rate", sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.create_unique_constraint("uq_exchange_rate_id", "exchange_rate", ["id"])
    op.create_index("ix_exchange_rate_day_id", "exchange_rate", ["day", "id"])
    op.create_index("ix_measurement_day_id", "measurement", ["day", "id"])


def downgrade() -> None:
    op.drop_index("ix_measurement_day_id", table_name="measurement")
    op.drop_index("ix_exchange_rate_day_id", table_name="exchange_rate")
    op.drop_constraint("uq_exchange_rate_id", "exchange_rate")
    op.drop_column("exchange_rate", "id")
