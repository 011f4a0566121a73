"""Voiding: credits that end before their time, because what they hang on has ended."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from backend.credits.lots import belongs_to, lock_lots, not_over, set_lot, take_all, write_entry
from backend.credits.tables import SOURCES, lots


def void_lots(
    connection: sa.Connection,
    workspace_id: int,
    at: datetime,
    reason: str,
    *,
    account_id: int | None,
    sources: Sequence[str] | None = None,
) -> int:
    """Void what is left of an account's own lots, or of the pool where `account_id` is None; what is set aside of them, too.

    Lots that are over at `at` are left to their expiry. Returns how many credits were voided; a second time there are none.
    """
    left = sa.or_(lots.c.open, lots.c.frozen > 0)
    of_source = lots.c.source.in_(SOURCES if sources is None else sources)
    voided = 0
    for lot in lock_lots(connection, belongs_to(workspace_id, account_id), left, of_source, not_over(at)):
        amount = lot.remaining + lot.frozen
        if lot.frozen:
            write_entry(connection, lot, "release", lot.frozen, amount, at, reason=reason)
        set_lot(connection, lot, remaining=0, frozen=0)
        write_entry(connection, lot, "void", -amount, 0, at, reason=reason)
        voided += amount
    return voided


def write_off(connection: sa.Connection, workspace_id: int, at: datetime, reason: str, *, account_id: int | None) -> int:
    """Write off the lots that are over at `at`, for a reason worth naming (`downgrade`); else their expiry does it by itself.

    Returns how many credits were lost.
    """
    over = lock_lots(connection, belongs_to(workspace_id, account_id), lots.c.open, lots.c.expires_at <= at)
    return sum(take_all(connection, lot, "expire", lot.expires_at, reason) for lot in over)
