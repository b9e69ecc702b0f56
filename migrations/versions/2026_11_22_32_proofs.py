"""Every proof of the ledger is kept: who asked for it, when, and what it found (F7)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import protect

revision = "2026_11_22_32"
down_revision = "2026_11_22_31"


def upgrade() -> None:
    op.create_table(
        "ledger_proof",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("has_failed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("doing", sa.Text(), nullable=True),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("parts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=True),
        sa.Column("funds", sa.BigInteger(), nullable=True),
        sa.Column("wrong", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("remarks", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_ledger_proof_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_proof")),
    )
    protect("ledger_proof", partner=None)


def downgrade() -> None:
    op.drop_table("ledger_proof")
