"""Sign-ups and synchronisations by day, and their rows by our own ids; those of removed accounts are gone."""

from datetime import date, datetime

import sqlalchemy as sa

from backend.accounts.tables import accounts, linkedin_members
from backend.kernel.figure_rows import Place, Row, list_rows
from backend.kernel.figures import count_days


def count_sign_ups(connection: sa.Connection, since: datetime) -> dict[date, int]:
    """Accounts made, by Paris day."""
    return count_days(connection, accounts.c.created_at, since)


def count_synchronised(connection: sa.Connection, since: datetime) -> dict[date, int]:
    """LinkedIn members by the Paris day of their last synchronisation."""
    return count_days(connection, linkedin_members.c.synced_at, since)


def list_sign_ups(connection: sa.Connection, place: Place) -> list[Row]:
    """Accounts made, the newest first."""
    facts = {"account": accounts.c.account_id, "state": accounts.c.state, "activated": accounts.c.activated_at}
    return list_rows(connection, place, accounts.c.created_at, accounts.c.account_id, facts)


def list_synchronised(connection: sa.Connection, place: Place) -> list[Row]:
    """Who synchronised last, the newest first."""
    m = linkedin_members.c
    return list_rows(connection, place, m.synced_at, m.account_id, {"account": m.account_id, "renewed_by": m.renew_by})
