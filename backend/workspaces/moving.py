"""Changing workspace (X30): an account is in one at a time, and what is its own goes along. Joining, leaving, being removed.

Locks are taken in one order everywhere: the account (by MemberMoving), then workspaces by id, then what is inside them.
"""

from datetime import datetime

import sqlalchemy as sa

from backend.credits import carry_permit, move_personal
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Message, tell
from backend.kernel.problems import Problem
from backend.workspaces.activity import note
from backend.workspaces.events import MemberLeft, MemberMoved, MemberMoving
from backend.workspaces.homes import (
    Workspace,
    add_member,
    admins_of,
    lock_workspaces,
    members_of,
    open_home,
    read_membership,
    require_role,
)  # fmt: skip
from backend.workspaces.invitations import close, digests_of, read_token, revoke_all
from backend.workspaces.tables import invitations, members


def join(connection: sa.Connection, kernel: Kernel, account_id: int, from_workspace: int, email: str, token: str) -> int:
    """Accept an invitation, for an account that the caller has locked and whose address is `email`; returns the new workspace.

    Raises `invitation-unknown`, `invitation-lapsed`, `invitation-other`, `workspace-occupied`, `seats-exhausted`.
    """
    now, named = kernel.clock.now(), read_token(kernel, token)
    if named is None:
        raise Problem("invitation-unknown")
    to, invitation_id = named
    locked = lock_workspaces(connection, from_workspace, to)
    this = sa.and_(invitations.c.workspace_id == to, invitations.c.invitation_id == invitation_id)
    row = connection.execute(sa.select(invitations).where(this)).one_or_none()
    if row is None or to not in locked:
        raise Problem("invitation-unknown")
    if row.state != "pending" or row.lapses_at <= now:
        raise Problem("invitation-lapsed")
    if row.digest not in digests_of(kernel, email):
        raise Problem("invitation-other")
    if to == from_workspace:
        raise Problem("member-already")
    _refuse_deserting(connection, locked[from_workspace], account_id)
    seats, joined = locked[to].seats, members_of(connection, to)
    if seats is not None and len(joined) >= seats:
        raise Problem("seats-exhausted", seats=seats)
    close(connection, row, "accepted", now)
    note(connection, to, account_id, "joined", now, role=row.role)
    add_member(connection, to, account_id, row.role, now)
    _carry(connection, kernel, account_id, from_workspace, to, now)
    ref, facts = f"{to}:{account_id}:{now.isoformat()}", {"workspace": locked[to].name or ""}
    tell(connection, kernel.sealer, Message(account_id, "workspace-joined", ref, now, facts))
    for admin in joined:
        if admin.role == "admin":
            told = Message(admin.account_id, "workspace-member-joined", ref, now, {**facts, "email": email})
            tell(connection, kernel.sealer, told)
    return to


def leave(kernel: Kernel, caller: Caller) -> int:
    """Go back to a home of one; returns it. Raises `workspace-required` in a home, `last-admin` where no other admin stays."""
    with kernel.database.begin() as connection:
        workspace = _begin(connection, kernel, caller.workspace_id, caller.account_id)
        require_role(connection, caller, admin=False)
        if workspace.name is None:
            raise Problem("workspace-required")
        refuse_last_admin(connection, workspace.workspace_id, caller.account_id)
        now = kernel.clock.now()
        note(connection, workspace.workspace_id, caller.account_id, "left", now)
        home = go_home(connection, kernel, caller.account_id, workspace.workspace_id, now)
        kernel.events.emit(connection, MemberLeft(caller.account_id, workspace.workspace_id, now))
        return home


def remove_member(kernel: Kernel, caller: Caller, account_id: int) -> None:
    """An admin takes a member out, who is told and has a home of one again. Raises `admin-required`, `not-found`, `last-admin`."""
    with kernel.database.begin() as connection:
        require_role(connection, caller, admin=True)
        workspace = _begin(connection, kernel, caller.workspace_id, account_id)
        require_role(connection, caller, admin=True)
        if read_membership(connection, workspace.workspace_id, account_id) is None:
            raise Problem("not-found")
        if workspace.name is None:
            raise Problem("workspace-required")
        refuse_last_admin(connection, workspace.workspace_id, account_id)
        now = kernel.clock.now()
        note(connection, workspace.workspace_id, caller.account_id, "removed", now, about=account_id)
        go_home(connection, kernel, account_id, workspace.workspace_id, now)
        if account_id != caller.account_id:
            ref = f"{workspace.workspace_id}:{now.isoformat()}"
            told = Message(account_id, "workspace-removed", ref, now, {"workspace": workspace.name})
            tell(connection, kernel.sealer, told)


def go_home(connection: sa.Connection, kernel: Kernel, account_id: int, from_workspace: int, at: datetime) -> int:
    """Give a member of a locked workspace a new home of one, and bring them there with what is their own; returns the home."""
    home = open_home(connection, account_id, at)
    _carry(connection, kernel, account_id, from_workspace, home, at)
    return home


def move(connection: sa.Connection, kernel: Kernel, account_id: int, from_workspace: int, to_workspace: int, at: datetime) -> None:
    """Bring an account from one workspace to another as a member, with what is its own: locks both, asks nothing else."""
    kernel.events.emit(connection, MemberMoving(account_id))
    lock_workspaces(connection, from_workspace, to_workspace)
    add_member(connection, to_workspace, account_id, "member", at)
    note(connection, to_workspace, None, "joined", at, about=account_id, role="member")
    _carry(connection, kernel, account_id, from_workspace, to_workspace, at)


def drop_member(connection: sa.Connection, workspace_id: int, account_id: int, at: datetime) -> None:
    """An account that is being deleted is a member no more; nothing goes along. Its permit is the caller's matter."""
    lock_workspaces(connection, workspace_id)
    _take_out(connection, account_id, workspace_id, at)
    note(connection, workspace_id, account_id, "left", at)


def refuse_last_admin(connection: sa.Connection, workspace_id: int, account_id: int) -> None:
    """Raise `last-admin` where nobody else of a locked workspace is an admin."""
    if admins_of(connection, workspace_id) == [account_id]:
        raise Problem("last-admin")


def _begin(connection: sa.Connection, kernel: Kernel, workspace_id: int, account_id: int) -> Workspace:
    kernel.events.emit(connection, MemberMoving(account_id))
    workspace = lock_workspaces(connection, workspace_id).get(workspace_id)
    if workspace is None:
        raise Problem("session-ended")
    return workspace


def _refuse_deserting(connection: sa.Connection, workspace: Workspace, account_id: int) -> None:
    membership = read_membership(connection, workspace.workspace_id, account_id)
    if membership is None:
        raise Problem("session-ended")
    others = len(members_of(connection, workspace.workspace_id)) > 1
    if membership.role == "admin" and (others or workspace.seats is not None):
        raise Problem("workspace-occupied")


def _carry(
    connection: sa.Connection, kernel: Kernel, account_id: int, from_workspace: int, to_workspace: int, at: datetime
) -> None:
    _take_out(connection, account_id, from_workspace, at)
    carry_permit(connection, account_id, from_workspace, to_workspace)
    move_personal(connection, account_id, from_workspace, to_workspace, at)
    kernel.events.emit(connection, MemberMoved(account_id, from_workspace, to_workspace, at))


def _take_out(connection: sa.Connection, account_id: int, workspace_id: int, at: datetime) -> None:
    here = members.c.workspace_id == workspace_id
    connection.execute(members.delete().where(here, members.c.account_id == account_id))
    if not members_of(connection, workspace_id):
        revoke_all(connection, workspace_id, at)
