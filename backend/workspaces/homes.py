"""The home of one: opened when an account is validated, so that everybody has a workspace row."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.workspaces.tables import members, workspaces


@dataclass(frozen=True)
class Workspace:
    """A workspace; `name` is None for a home of one."""

    workspace_id: int
    name: str | None
    created_at: datetime


@dataclass(frozen=True)
class Membership:
    """What an account is in a workspace: `role` is admin or member."""

    role: str
    joined_at: datetime


def open_home(connection: sa.Connection, account_id: int, at: datetime) -> int:
    """Open a nameless workspace with the account as its admin, in the caller's transaction; returns its id."""
    opened = connection.execute(workspaces.insert().values(created_at=at).returning(workspaces.c.workspace_id))
    workspace_id = int(opened.scalar_one())
    connection.execute(members.insert().values(workspace_id=workspace_id, account_id=account_id, role="admin", joined_at=at))
    return workspace_id


def read_workspace(connection: sa.Connection, workspace_id: int) -> Workspace | None:
    """The workspace, or None where there is none."""
    row = connection.execute(sa.select(workspaces).where(workspaces.c.workspace_id == workspace_id)).one_or_none()
    return Workspace(row.workspace_id, row.name, row.created_at) if row else None


def read_membership(connection: sa.Connection, workspace_id: int, account_id: int) -> Membership | None:
    """What the account is in the workspace, or None where it is no member."""
    row = connection.execute(
        sa.select(members).where(members.c.workspace_id == workspace_id, members.c.account_id == account_id)
    ).one_or_none()
    return Membership(row.role, row.joined_at) if row else None
