"""What the verbs do to lots: lock them in the ledger's one order, and write every change with its entry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.credits.tables import KINDS, entries, lots


def lock_lots(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
    """The lots that meet the conditions, locked kind by kind and in burn order, as `reveal()` locks them."""
    kinds = sa.case({kind: n for n, kind in enumerate(KINDS)}, value=lots.c.kind)
    locked = sa.select(lots).where(*conditions).order_by(kinds, lots.c.rank, lots.c.expires_at, lots.c.lot_id)
    return connection.execute(locked.with_for_update(key_share=True)).all()


def not_over(at: datetime) -> sa.ColumnElement[bool]:
    """The condition that a lot does not end until after `at`."""
    return sa.or_(lots.c.expires_at.is_(None), lots.c.expires_at > at)


def belongs_to(workspace_id: int, account_id: int | None) -> sa.ColumnElement[bool]:
    """The condition that a lot is the account's own, or the pool's where it is None."""
    return sa.and_(lots.c.workspace_id == workspace_id, lots.c.account_id.is_not_distinct_from(account_id))


def set_lot(connection: sa.Connection, lot: sa.Row[Any], **values: int) -> None:
    """Write what remains of a locked lot, or what is set aside of it."""
    this = sa.and_(lots.c.workspace_id == lot.workspace_id, lots.c.lot_id == lot.lot_id)
    connection.execute(lots.update().where(this).values(**values))


def write_entry(
    connection: sa.Connection,
    lot: sa.Row[Any],
    action: str,
    delta: int,
    balance: int,
    at: datetime,
    *,
    reason: str,
    account_id: int | None = None,
) -> None:
    """One line of the ledger: `balance` is the lot's after it, `account_id` who acted (None: Candor itself)."""
    connection.execute(
        entries.insert().values(
            workspace_id=lot.workspace_id,
            lot_id=lot.lot_id,
            kind=lot.kind,
            action=action,
            delta=delta,
            balance=balance,
            account_id=account_id,
            reason=reason,
            at=at,
        )
    )


def take_all(connection: sa.Connection, lot: sa.Row[Any], action: str, at: datetime, reason: str) -> int:
    """Empty a locked lot; returns how many credits were in it."""
    taken: int = lot.remaining
    set_lot(connection, lot, remaining=0)
    write_entry(connection, lot, action, -taken, 0, at, reason=reason)
    return taken
