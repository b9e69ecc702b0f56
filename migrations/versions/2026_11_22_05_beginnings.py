"""What every installation begins with: the vendor, and the stages of an opportunity (L5)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_05"
down_revision = "2026_11_22_04"

STAGES = (
    ("Qualify", 1, "open", "0.1"),
    ("Develop", 2, "open", "0.3"),
    ("Propose", 3, "open", "0.5"),
    ("Close", 4, "open", "0.8"),
    ("Won", 5, "won", "1"),
    ("Lost", 6, "lost", "0"),
)


def upgrade() -> None:
    op.execute("insert into vendor (id, name, time_zone, locale) values (1, 'Your company', 'UTC', 'en')")
    stage = sa.table("opportunity_stage", *map(sa.column, ("name", "position", "kind", "probability")))
    for name, position, kind, probability in STAGES:
        op.execute(
            stage.insert().values(name=name, position=position, kind=kind, probability=sa.text(probability))
        )


def downgrade() -> None:
    op.execute("delete from opportunity_stage")
    op.execute("delete from vendor")
