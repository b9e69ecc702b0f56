"""Functions and types that tables are made with."""

from __future__ import annotations

from alembic import op

revision = "2026_11_22_01"
down_revision = None

FOLD = r"""
create function accord_fold(t text) returns text language sql immutable parallel safe as $$
    select lower(regexp_replace(
        normalize(translate(replace(t, 'ß', 'ss'), 'łøđŁØĐ', 'lodLOD'), NFKD),
        '[\u0300-\u036f]', '', 'g'))
$$
"""


def upgrade() -> None:
    op.execute("revoke create on schema public from public")
    op.execute(FOLD)
    op.execute("create type text_range as range (subtype = text)")


def downgrade() -> None:
    op.execute("drop type text_range")
    op.execute("drop function accord_fold(text)")
