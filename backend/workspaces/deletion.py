"""Deleting a Workspace (6.3): its consequences first, then a typed phrase, then everything goes but what is the members' own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.credits import read_left, void_lots
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Message, tell
from backend.kernel.problems import Problem
from backend.workspaces.events import MemberMoving, WorkspaceDeleted
from backend.workspaces.homes import admins_of, enter, lock_workspaces, members_of, require_role
from backend.workspaces.invitations import seats_taken
from backend.workspaces.moving import go_home


@dataclass(frozen=True)
class Consequences:
    """What a deletion would do, for exactly this Workspace and admin. `pool` is lost by everybody, `own` is kept by the admin."""

    phrase: str
    other_admins: int
    other_members: int
    invited: int
    premium: bool
    pool: Mapping[str, int]
    own: Mapping[str, int]


def read_consequences(kernel: Kernel, caller: Caller) -> Consequences:
    """What it would do now. Raises `admin-required`, `workspace-required`."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        workspace = enter(connection, caller)
        here = members_of(connection, workspace.workspace_id)
        return Consequences(
            phrase=_phrase(workspace.name),
            other_admins=len(admins_of(connection, workspace.workspace_id)) - 1,
            other_members=len(here) - 1,
            invited=seats_taken(connection, workspace.workspace_id, now) - len(here),
            premium=workspace.seats is not None,
            pool=read_left(connection, workspace.workspace_id, None, now),
            own=read_left(connection, workspace.workspace_id, caller.account_id, now),
        )


def delete_own(kernel: Kernel, caller: Caller, phrase: str) -> int:
    """The only admin deletes the Workspace; returns their new home. Raises `other-admins`, `phrase-wrong`, nothing changed."""
    with kernel.database.begin() as connection:
        require_role(connection, caller, admin=True)
        _lock(connection, kernel, caller.workspace_id)
        workspace = enter(connection, caller)
        if len(admins_of(connection, workspace.workspace_id)) > 1:
            raise Problem("other-admins")
        if phrase.strip() != _phrase(workspace.name):
            raise Problem("phrase-wrong", "GET /v1/workspace/deletion names it, after the consequences.")
        return delete_workspace(connection, kernel, workspace.workspace_id, kernel.clock.now())[caller.account_id]


def delete_workspace(connection: sa.Connection, kernel: Kernel, workspace_id: int, at: datetime) -> dict[int, int]:
    """Delete a Workspace with everything in it; its members go home with what is their own. Returns each member's home.

    The pool is voided first, and WorkspaceDeleted is told while everybody is still there: who hears of it finds what there was.
    """
    name = _lock(connection, kernel, workspace_id)
    void_lots(connection, workspace_id, at, "workspace_deleted", account_id=None)
    here, homes = members_of(connection, workspace_id), {}
    kernel.events.emit(connection, WorkspaceDeleted(workspace_id, tuple(member.account_id for member in here), at))
    for member in here:
        homes[member.account_id] = go_home(connection, kernel, member.account_id, workspace_id, at)
        told = Message(member.account_id, "workspace-deleted", str(workspace_id), at, {"workspace": name})
        tell(connection, kernel.sealer, told)
    connection.execute(sa.text("SELECT erase_workspace(:workspace)"), {"workspace": workspace_id})
    return homes


def erase_home(connection: sa.Connection, workspace_id: int) -> None:
    """A workspace that a deleted account was in goes with everything in it where nobody is left there."""
    if not members_of(connection, workspace_id):
        connection.execute(sa.text("SELECT erase_workspace(:workspace)"), {"workspace": workspace_id})


def _lock(connection: sa.Connection, kernel: Kernel, workspace_id: int) -> str:
    for account_id in sorted(member.account_id for member in members_of(connection, workspace_id)):
        kernel.events.emit(connection, MemberMoving(account_id))
    workspace = lock_workspaces(connection, workspace_id)[workspace_id]
    return workspace.name or ""


def _phrase(name: str | None) -> str:
    return f"delete {name}"
