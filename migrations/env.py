"""Alembic's way in: the tables of every room, and the owner's connection that `kernel.migrate` names; then the documents' files."""

import sqlalchemy as sa
from alembic import context

import backend.app  # noqa: F401  (every room's tables)
from backend.kernel.database import Database, metadata
from backend.terms import load_documents

engine: sa.Engine = Database(context.config.attributes["owner_url"], role=None).engine
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
        if sa.inspect(connection).has_table("documents"):
            load_documents(connection)
engine.dispose()
