"""Carrying over: what a plan that keeps credits has left at a renewal goes on in the next period's time (9.14)."""

from datetime import datetime

import sqlalchemy as sa

from backend.credits.grants import add_lot
from backend.credits.lots import lock_lots, set_lot, write_entry
from backend.credits.tables import entries, lots


def carry_kept(connection: sa.Connection, workspace_id: int, from_key: str, to_key: str, at: datetime, expires_at: datetime) -> int:
    """Move what is left of the grant `from_key`, and of what was carried into it, to a lot of its kind that ends at `expires_at`.

    Of lots that keep only, and only at their end: the keys are those of the two periods' grants. It does not matter whether the
    old lots have been written off already. Returns how many credits were carried; a second time there are none.
    """
    carried_into = lots.c.grant_key.startswith(f"{from_key}:kept:", autoescape=True)
    kept = (lots.c.workspace_id == workspace_id, lots.c.keeps, lots.c.expires_at <= at)
    carried: dict[tuple[str, str, int | None], int] = {}
    for lot in lock_lots(connection, *kept, sa.or_(lots.c.grant_key == from_key, carried_into)):
        amount = lot.remaining
        if not amount and (amount := _written_off(connection, lot)):
            write_entry(connection, lot, "give_back", amount, amount, at, reason="renewed")
        if amount:
            set_lot(connection, lot, remaining=0)
            write_entry(connection, lot, "carry_out", -amount, 0, at, reason="renewed")
            this = (lot.kind, lot.source, lot.account_id)
            carried[this] = carried.get(this, 0) + amount
    for (kind, source, account_id), amount in carried.items():
        add_lot(
            connection,
            action="carry_in",
            reason="renewed",
            at=at,
            workspace_id=workspace_id,
            account_id=account_id,
            kind=kind,
            source=source,
            granted=amount,
            remaining=amount,
            valid_from=at,
            expires_at=expires_at,
            keeps=True,
            grant_key=f"{to_key}:kept:{from_key}",
        )
    return sum(carried.values())


def _written_off(connection: sa.Connection, lot: sa.Row[object]) -> int:
    """What a worker that was faster than the renewal has written off of this lot."""
    written = sa.select(sa.func.coalesce(-sa.func.sum(entries.c.delta), 0)).where(
        entries.c.workspace_id == lot.workspace_id,
        entries.c.lot_id == lot.lot_id,
        entries.c.action.in_(("expire", "give_back")),
    )
    return int(connection.execute(written).scalar_one())
