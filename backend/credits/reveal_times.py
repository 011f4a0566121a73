"""When accounts revealed whom, as the ledger has it: for those who look at how somebody works, and for the robot score's replay."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from backend.credits.tables import entries, permits


class Seen(NamedTuple):
    """One person revealed at an instant, with however many kinds."""

    at: datetime
    person_id: int


def list_workspaces(connection: sa.Connection, account_ids: Sequence[int]) -> dict[int, list[int]]:
    """By account, every workspace that it is or was in. One look through all permits, however many accounts."""
    found: dict[int, list[int]] = {account_id: [] for account_id in account_ids}
    asked = sa.select(permits.c.account_id, permits.c.workspace_id).where(permits.c.account_id.in_(account_ids))
    for account_id, workspace_id in connection.execute(asked):
        found[account_id].append(workspace_id)
    return found


def read_reveal_times(
    connection: sa.Connection, workspaces: Sequence[int], account_id: int, since: datetime, until: datetime, most: int
) -> list[Seen]:
    """What an account paid for in these workspaces from `since` until before `until`, oldest first."""
    c = entries.c
    mine = sa.and_(c.workspace_id.in_(workspaces), c.account_id == account_id, c.action == "reveal")
    asked = sa.select(c.at, c.person_id).where(mine, c.at >= since, c.at < until).distinct()
    return [Seen(*row) for row in connection.execute(asked.order_by(c.at, c.person_id).limit(most))]
