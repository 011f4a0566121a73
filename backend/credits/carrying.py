"""Carrying over: what a plan that keeps credits has left at a renewal goes on in the next period's time (9.14)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.credits.grants import Grant, grant_all
from backend.credits.lots import lock_lots
from backend.credits.tables import entries, lots


def carry_kept(connection: sa.Connection, workspace_id: int, from_key: str, to_key: str, at: datetime, expires_at: datetime) -> int:
    """Move what is left of the grant `from_key`, and of what was carried into it, to a lot of its kind that ends at `expires_at`.

    Of lots that keep only, and only at their end: the keys are those of the two periods' grants. It does not matter whether the
    old lots have been written off already. Returns how many credits were carried; a second time there are none.
    """
    carried_into = lots.c.grant_key.startswith(f"{from_key}:kept:", autoescape=True)
    kept = (lots.c.workspace_id == workspace_id, lots.c.keeps, lots.c.expires_at <= at)
    kept_lots = lock_lots(connection, *kept, sa.or_(lots.c.grant_key == from_key, carried_into))
    written_off = _written_off(connection, workspace_id, [lot.lot_id for lot in kept_lots if not lot.remaining])
    carried: dict[tuple[str, str, int | None], int] = {}
    lines: list[dict[str, Any]] = []
    for lot in kept_lots:
        if not (amount := lot.remaining or written_off.get(lot.lot_id, 0)):
            continue
        line = {"workspace_id": workspace_id, "lot_id": lot.lot_id, "kind": lot.kind, "at": at, "reason": "renewed"}
        if not lot.remaining:
            lines.append({**line, "action": "give_back", "delta": amount, "balance": amount})
        lines.append({**line, "action": "carry_out", "delta": -amount, "balance": 0})
        this = (lot.kind, lot.source, lot.account_id)
        carried[this] = carried.get(this, 0) + amount
    if not lines:
        return 0
    emptied = sa.and_(lots.c.workspace_id == workspace_id, lots.c.lot_id.in_([line["lot_id"] for line in lines]))
    connection.execute(lots.update().where(emptied).values(remaining=0))
    connection.execute(entries.insert(), lines)
    key = f"{to_key}:kept:{from_key}"
    fresh = [
        Grant(workspace_id, account_id, kind, source, amount, at, expires_at, key, keeps=True, reason="renewed")
        for (kind, source, account_id), amount in carried.items()
    ]
    grant_all(connection, fresh, action="carry_in")
    return sum(carried.values())


def _written_off(connection: sa.Connection, workspace_id: int, lot_ids: Sequence[int]) -> dict[int, int]:
    """What a worker that was faster than the renewal has written off of these lots."""
    if not lot_ids:
        return {}
    written = sa.select(entries.c.lot_id, -sa.func.sum(entries.c.delta)).where(
        entries.c.workspace_id == workspace_id, entries.c.lot_id.in_(lot_ids), entries.c.action.in_(("expire", "give_back"))
    )
    return {lot_id: int(amount) for lot_id, amount in connection.execute(written.group_by(entries.c.lot_id))}
