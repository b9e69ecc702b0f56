"""A partner sees the products of its own deals too, so that its figures are the same in its own eyes (P5)."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_08"
down_revision = "2026_11_22_07"

BEFORE = "active or id in (select product_id from order_line)"
AFTER = f"{BEFORE} or id in (select product_id from opportunity where product_id is not null)"


def upgrade() -> None:
    _see(AFTER)


def downgrade() -> None:
    _see(BEFORE)


def _see(condition: str) -> None:
    op.execute(f"alter policy partner on product using ({condition}) with check ({condition})")
