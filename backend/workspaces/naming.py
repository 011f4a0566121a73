"""A home of one becomes a Workspace when it is named; a Workspace may get another name (X23)."""

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from backend.workspaces.activity import note
from backend.workspaces.homes import enter
from backend.workspaces.tables import workspaces


def create_workspace(kernel: Kernel, caller: Caller, name: str) -> None:
    """Make the caller's home of one a Workspace. Raises `workspace-exists` where it is one already, their own or another's."""
    with kernel.database.begin() as connection:
        home = enter(connection, caller, admin=False, named=False)
        if home.name is not None:
            raise Problem("workspace-exists")
        _write(connection, caller, name)
        note(connection, caller.workspace_id, caller.account_id, "workspace-created", kernel.clock.now())


def rename_workspace(kernel: Kernel, caller: Caller, name: str) -> None:
    """Give the Workspace another name."""
    with kernel.database.begin() as connection:
        enter(connection, caller)
        _write(connection, caller, name)
        note(connection, caller.workspace_id, caller.account_id, "workspace-renamed", kernel.clock.now())


def _write(connection: sa.Connection, caller: Caller, name: str) -> None:
    connection.execute(workspaces.update().where(workspaces.c.workspace_id == caller.workspace_id).values(name=name))
