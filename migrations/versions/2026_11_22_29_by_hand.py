"""Who decided about a request is kept with every decision; a fund type keeps since when its money must be used (A2, F6)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_29"
down_revision = "2026_11_22_28"


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_posting_request_decided_by_somebody"),
        "posting_request",
        "(state = 'waiting') = (decided_by_id is null)",
    )
    op.add_column("fund_type", sa.Column("used_from", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_fund_type_used_from_a_day"), "fund_type", "(use_within = 'ever') = (used_from is null)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_fund_type_used_from_a_day"), "fund_type")
    op.drop_column("fund_type", "used_from")
    op.drop_constraint(op.f("ck_posting_request_decided_by_somebody"), "posting_request")
