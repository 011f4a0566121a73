"""Alembic's way in: the tables of every room, and the owner's connection that `kernel.migrate` names."""

import sqlalchemy as sa
from alembic import context

import backend.app  # noqa: F401  (every room's tables)
from backend.kernel.database import Database, metadata

engine: sa.Engine = Database(context.config.attributes["owner_url"], role=None).engine
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
