"""Brings a database to the present: Alembic for tables, then every room's `.sql` (functions, grants), which replace themselves."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parents[2]

# Both kinds of server: the embedded one has these roles with passwords, any other gets them without a login.
_ROLES = """
DO $$
DECLARE role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['candor_app', 'candor_purge'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_name);
    IF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
      EXECUTE format('GRANT %I TO current_user', role_name);
    END IF;
  END LOOP;
END $$
"""


def upgrade(owner_url: str) -> None:
    """Create or upgrade everything; run by one process at a time (an advisory lock holds the others)."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('candor.migrate'))")
        connection.execute(_ROLES)
        config = Config()
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.attributes["owner_url"] = owner_url
        command.upgrade(config, "head")
        with connection.transaction():
            for script in sorted((ROOT / "backend").glob("*/*.sql")):
                connection.execute(script.read_text())
