"""Freezing: what a grant has left is set aside while it is not paid for, and comes back when it is."""

from datetime import datetime

import sqlalchemy as sa

from backend.credits.lots import lock_lots, not_over, set_lot, write_entry
from backend.credits.tables import lots


def freeze_grant(connection: sa.Connection, workspace_id: int, grant_key: str, at: datetime, reason: str) -> int:
    """Set aside what is unspent of a grant, all its kinds; returns how many credits. What was spent stays spent."""
    frozen = 0
    this = (lots.c.workspace_id == workspace_id, lots.c.grant_key == grant_key)
    for lot in lock_lots(connection, *this, lots.c.open, not_over(at)):
        set_lot(connection, lot, remaining=0, frozen=lot.frozen + lot.remaining)
        write_entry(connection, lot, "hold", -lot.remaining, 0, at, reason=reason)
        frozen += lot.remaining
    return frozen


def release_grant(connection: sa.Connection, workspace_id: int, grant_key: str, at: datetime, reason: str) -> int:
    """Give back what was set aside of a grant; returns how many credits. Where its time is over meanwhile, nothing comes back."""
    released = 0
    this = (lots.c.workspace_id == workspace_id, lots.c.grant_key == grant_key)
    for lot in lock_lots(connection, *this, lots.c.frozen > 0, not_over(at)):
        balance = lot.remaining + lot.frozen
        set_lot(connection, lot, remaining=balance, frozen=0)
        write_entry(connection, lot, "release", lot.frozen, balance, at, reason=reason)
        released += lot.frozen
    return released
