"""How migrations run: as the owner of the schema, in one transaction each."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from app.database import located
from app.migrating import owner_engine
from app.models import Base
from config import read


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


settings = context.config.attributes.get("settings") or located(read())
with owner_engine(settings).connect() as connection:
    run(connection)
