"""Workspaces and who is in them: the home of one that everybody gets (X23), the Workspace it becomes, and the questions about both.

Whoever changes who is in a workspace locks its row first: that orders every race for its seats and for its last admin.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from backend.workspaces.tables import members, workspaces


@dataclass(frozen=True)
class Workspace:
    """A workspace; `name` is None for a home of one, `seats` None where no premium counts them."""

    workspace_id: int
    name: str | None
    created_at: datetime
    seats: int | None = None


@dataclass(frozen=True)
class Membership:
    """What an account is in a workspace: `role` is admin or member, `invited_by` the account that asked it in."""

    role: str
    joined_at: datetime
    invited_by: int | None = None


@dataclass(frozen=True)
class Member:
    """An account in a workspace; `invited_by` is the account that asked it in."""

    account_id: int
    role: str
    joined_at: datetime
    invited_by: int | None = None


def open_home(connection: sa.Connection, account_id: int, at: datetime) -> int:
    """Open a nameless workspace with the account as its admin, in the caller's transaction; returns its id."""
    opened = connection.execute(workspaces.insert().values(created_at=at).returning(workspaces.c.workspace_id))
    workspace_id = int(opened.scalar_one())
    add_member(connection, workspace_id, account_id, "admin", at)
    return workspace_id


def add_member(
    connection: sa.Connection, workspace_id: int, account_id: int, role: str, at: datetime, invited_by: int | None = None
) -> None:
    """The account is a member from now on."""
    row = {"workspace_id": workspace_id, "account_id": account_id, "role": role, "joined_at": at, "invited_by": invited_by}
    connection.execute(members.insert().values(row))


def read_workspace(connection: sa.Connection, workspace_id: int, *, lock: bool = False) -> Workspace | None:
    """The workspace, or None where there is none; locked until the transaction ends where `lock` is set."""
    this = sa.select(workspaces).where(workspaces.c.workspace_id == workspace_id)
    row = connection.execute(this.with_for_update() if lock else this).one_or_none()
    return Workspace(row.workspace_id, row.name, row.created_at, row.seats) if row else None


def lock_workspaces(connection: sa.Connection, *workspace_ids: int) -> dict[int, Workspace]:
    """Lock several, always in the same order; those that are gone are missing."""
    found = [read_workspace(connection, workspace_id, lock=True) for workspace_id in sorted(set(workspace_ids))]
    return {workspace.workspace_id: workspace for workspace in found if workspace}


def read_membership(connection: sa.Connection, workspace_id: int, account_id: int) -> Membership | None:
    """What the account is in the workspace, or None where it is no member."""
    row = connection.execute(
        sa.select(members).where(members.c.workspace_id == workspace_id, members.c.account_id == account_id)
    ).one_or_none()
    return Membership(row.role, row.joined_at, row.invited_by) if row else None


def members_of(connection: sa.Connection, workspace_id: int) -> list[Member]:
    """Everybody in the workspace, in the order in which they joined."""
    here = sa.select(members).where(members.c.workspace_id == workspace_id)
    rows = connection.execute(here.order_by(members.c.joined_at, members.c.account_id))
    return [Member(row.account_id, row.role, row.joined_at, row.invited_by) for row in rows]


def admins_of(connection: sa.Connection, workspace_id: int) -> list[int]:
    """The accounts of its admins, in the order in which they joined."""
    return [member.account_id for member in members_of(connection, workspace_id) if member.role == "admin"]


def set_seats(connection: sa.Connection, workspace_id: int, seats: int | None) -> None:
    """So many may be in it, the invited included; None: a premium no longer counts them."""
    connection.execute(workspaces.update().where(workspaces.c.workspace_id == workspace_id).values(seats=seats))


def enter(connection: sa.Connection, caller: Caller, *, admin: bool = True, named: bool = True) -> Workspace:
    """Lock the caller's workspace and see that they may act there. Raises the Problem why not."""
    workspace = read_workspace(connection, caller.workspace_id, lock=True)
    require_role(connection, caller, admin=admin)
    assert workspace is not None
    if named and workspace.name is None:
        raise Problem("workspace-required")
    return workspace


def require_role(connection: sa.Connection, caller: Caller, *, admin: bool) -> None:
    """See that the caller is in their workspace still, and its admin where that is asked."""
    membership = read_membership(connection, caller.workspace_id, caller.account_id)
    if membership is None:
        raise Problem("session-ended")
    if admin and membership.role != "admin":
        raise Problem("admin-required")
