"""The activity log: what was done in a workspace, by whom, about whom. It is only ever added to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.workspaces.tables import activity

Fact = str | int | None


@dataclass(frozen=True)
class Entry:
    """One line. `account_id` is None where Candor acted by itself, `about_id` where it concerns nobody else."""

    entry_id: int
    at: datetime
    account_id: int | None
    about_id: int | None
    action: str
    facts: Mapping[str, Fact]


def note(
    connection: sa.Connection,
    workspace_id: int,
    account_id: int | None,
    action: str,
    at: datetime,
    *,
    about: int | None = None,
    **facts: Fact,
) -> None:
    """Write a line, in the transaction of the action. `facts` hold nothing personal: people are named by `about`."""
    line = {"workspace_id": workspace_id, "at": at, "account_id": account_id, "about_id": about, "action": action, "facts": facts}
    connection.execute(activity.insert().values(line))


def read_activity(
    connection: sa.Connection, workspace_id: int, *, account_id: int | None, action: str, before: int, most: int
) -> list[Entry]:
    """The newest `most` lines older than line `before`; of one member and of one action, where these are named."""
    lines = sa.select(activity).where(activity.c.workspace_id == workspace_id, activity.c.entry_id < before)
    if account_id is not None:
        lines = lines.where(sa.or_(activity.c.account_id == account_id, activity.c.about_id == account_id))
    if action:
        lines = lines.where(activity.c.action == action)
    rows = connection.execute(lines.order_by(activity.c.entry_id.desc()).limit(most))
    return [Entry(row.entry_id, row.at, row.account_id, row.about_id, row.action, row.facts) for row in rows]
