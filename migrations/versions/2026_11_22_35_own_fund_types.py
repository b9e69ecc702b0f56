"""A partner reads the types of its own funds only, and a request keeps why a second person decides (A2, A6)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_35"
down_revision = "2026_11_22_34"

# Asked once per question, not per row: the types of the few funds a partner has.
OF_OWN_FUNDS = (
    "id in (select f.fund_type_id from fund f"
    " where f.partner_id = nullif(current_setting('accord.partner_id', true), '')::bigint)"
)


def upgrade() -> None:
    _reads(OF_OWN_FUNDS)
    op.add_column("posting_request", sa.Column("because", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("posting_request", "because")
    _reads("true")


def _reads(condition: str) -> None:
    op.execute("drop policy partner on fund_type")
    op.execute(
        f"create policy partner on fund_type to accord_partner using ({condition}) with check ({condition})"
    )
