"""A fund type keeps since when its percent credits deals: another setting gives or takes no money of before (F3)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_33"
down_revision = "2026_11_22_32"


def upgrade() -> None:
    op.add_column("fund_type", sa.Column("percent_from", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("fund_type", "percent_from")
