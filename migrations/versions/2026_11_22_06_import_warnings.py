"""An import keeps what its reader should know although the rows came in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_06"
down_revision = "2026_11_22_05"


def upgrade() -> None:
    op.add_column(
        "import_run",
        sa.Column("warnings", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.alter_column("import_run", "warnings", server_default=None)


def downgrade() -> None:
    op.drop_column("import_run", "warnings")
