"""Who changes a product, a type or an operating company from yesterday's page is told what changed since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_21"
down_revision = "2026_11_22_20"

TABLES = ("operating_company", "partner_type", "product")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("version", sa.BigInteger(), nullable=False, server_default="1"))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "version")
