"""Limits: the most a member may spend of a kind in a calendar month of Paris, set by an admin and enforced inside `reveal()`."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.credits.permits import lock_permit
from backend.credits.rules import month_end, month_start
from backend.credits.tables import KINDS, entries, member_months, permits


def set_limits(connection: sa.Connection, workspace_id: int, account_id: int, limits: Mapping[str, int], at: datetime) -> bool:
    """Replace the member's limits: kinds that are not named have none. False where the account has no permit here.

    What was spent in the month so far counts, but for a reveal that is just under way: it began without a limit, and to wait for
    such ones every reveal would have to lock its permit. Raises ValueError for another kind or a limit below zero.
    """
    if not set(limits) <= set(KINDS) or any(most < 0 for most in limits.values()):
        raise ValueError(f"no such limits: {dict(limits)}")
    permit = lock_permit(connection, workspace_id, account_id)
    if permit is None:
        return False
    this = sa.and_(permits.c.workspace_id == workspace_id, permits.c.account_id == account_id)
    connection.execute(permits.update().where(this).values(limits=dict(limits) or None))
    for kind in sorted(set(limits) - set(permit.limits or {})):
        counted = insert(member_months).values(
            workspace_id=workspace_id,
            account_id=account_id,
            kind=kind,
            month_ends_at=month_end(at),
            spent=_count_month(connection, workspace_id, account_id, kind, at),
        )
        key = ["workspace_id", "account_id", "kind", "month_ends_at"]
        connection.execute(counted.on_conflict_do_update(index_elements=key, set_={"spent": counted.excluded.spent}))
    return True


def read_limits(connection: sa.Connection, workspace_id: int) -> dict[int, dict[str, int]]:
    """The limits of each member who has any."""
    found = sa.select(permits.c.account_id, permits.c.limits).where(
        permits.c.workspace_id == workspace_id, permits.c.state != "ended", permits.c.limits.is_not(None)
    )
    return {account_id: dict(limits) for account_id, limits in connection.execute(found)}


def _count_month(connection: sa.Connection, workspace_id: int, account_id: int, kind: str, at: datetime) -> int:
    spent = sa.select(sa.func.count()).where(
        entries.c.workspace_id == workspace_id,
        entries.c.account_id == account_id,
        entries.c.kind == kind,
        entries.c.action == "reveal",
        entries.c.at >= month_start(at),
        entries.c.at < month_end(at),
    )
    return int(connection.execute(spent).scalar_one())
