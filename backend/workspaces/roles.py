"""What an admin decides about a member: the role, and how much they may spend in a month (8.2.14, 2.WorkspaceAdmin)."""

from collections.abc import Mapping

from backend.credits import set_limits
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Message, tell
from backend.kernel.problems import Problem
from backend.workspaces.activity import note
from backend.workspaces.homes import enter, read_membership
from backend.workspaces.moving import refuse_last_admin
from backend.workspaces.tables import members


def change_member(kernel: Kernel, caller: Caller, account_id: int, role: str | None, limits: Mapping[str, int] | None) -> None:
    """Set a member's role, or what they may spend of each kind in a calendar month; what is None stays.

    Raises `admin-required`, `not-found`, `last-admin`; `plan-required` for limits where there is no pool to limit.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        workspace = enter(connection, caller, named=False)
        member = read_membership(connection, workspace.workspace_id, account_id)
        if member is None:
            raise Problem("not-found")
        if role is not None and role != member.role:
            refuse_last_admin(connection, workspace.workspace_id, account_id)
            this = (members.c.workspace_id == workspace.workspace_id, members.c.account_id == account_id)
            connection.execute(members.update().where(*this).values(role=role))
            note(connection, workspace.workspace_id, caller.account_id, "role-changed", now, about=account_id, role=role)
            ref = f"{workspace.workspace_id}:{now.isoformat()}"
            told = Message(account_id, f"workspace-now-{role}", ref, now, {"workspace": workspace.name or ""})
            tell(connection, kernel.sealer, told)
        if limits is not None:
            if workspace.seats is None:
                raise Problem("plan-required")
            set_limits(connection, workspace.workspace_id, account_id, limits, now)
            note(connection, workspace.workspace_id, caller.account_id, "limits-changed", now, about=account_id, **limits)
