"""Who is who in a workspace, and joining one: what needs both an account's address and its workspace."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.accounts.records import open_email, read_row
from backend.accounts.tables import accounts
from backend.credits import read_limits
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Message, tell
from backend.kernel.problems import Problem
from backend.workspaces import (
    Invitation,
    MemberLeft,
    MemberMoved,
    MemberMoving,
    Workspace,
    admins_of,
    invitations_of,
    join,
    members_of,
    read_workspace,
    seats_taken,
)


@dataclass(frozen=True)
class Teammate:
    """A member of the caller's workspace. `limits` are the most of each kind they may spend in a month, where there are any."""

    account_id: int
    email: str
    role: str
    joined_at: datetime
    limits: dict[str, int]


@dataclass(frozen=True)
class Team:
    """A workspace as its members see it; `invitations` is None for those who are not admins."""

    workspace: Workspace
    role: str
    seats_taken: int
    members: list[Teammate]
    invitations: list[Invitation] | None


def read_team(kernel: Kernel, caller: Caller) -> Team:
    """The caller's workspace, with everybody in it."""
    with kernel.database.begin() as connection:
        workspace = read_workspace(connection, caller.workspace_id)
        here = members_of(connection, caller.workspace_id)
        role = next((member.role for member in here if member.account_id == caller.account_id), None)
        if workspace is None or role is None:
            raise Problem("session-ended")
        limits = read_limits(connection, caller.workspace_id)
        found = sa.select(accounts).where(accounts.c.account_id.in_([member.account_id for member in here]))
        emails = {row.account_id: open_email(kernel, row) for row in connection.execute(found)}
        return Team(
            workspace=workspace,
            role=role,
            seats_taken=seats_taken(connection, caller.workspace_id, kernel.clock.now()),
            members=[
                Teammate(one.account_id, emails.get(one.account_id, ""), one.role, one.joined_at, limits.get(one.account_id, {}))
                for one in here
            ],
            invitations=invitations_of(connection, kernel, caller.workspace_id) if role == "admin" else None,
        )


def accept_invitation(kernel: Kernel, caller: Caller, token: str) -> int:
    """Join the workspace that a letter named, if it was written to this account's address; returns the workspace."""
    with kernel.database.begin() as connection:
        row = read_row(connection, caller.account_id, lock=True)
        if row.workspace_id != caller.workspace_id:
            raise Problem("session-ended")
        return join(connection, kernel, row.account_id, row.workspace_id, open_email(kernel, row), token)


def hold_account(connection: sa.Connection, event: MemberMoving) -> None:
    """Whoever changes an account's standing locks it first, also where it is moved by somebody else."""
    this = sa.select(accounts.c.account_id).where(accounts.c.account_id == event.account_id)
    connection.execute(this.with_for_update()).all()


def tell_of_departure(kernel: Kernel, connection: sa.Connection, event: MemberLeft) -> None:
    """The admins of a Workspace hear that a member has left it, or has deleted their account."""
    workspace = read_workspace(connection, event.workspace_id)
    name = workspace.name if workspace else None
    if name is None:
        return
    facts = {"workspace": name, "email": open_email(kernel, read_row(connection, event.account_id))}
    ref = f"{event.workspace_id}:{event.account_id}:{event.at.isoformat()}"
    for admin in admins_of(connection, event.workspace_id):
        tell(connection, kernel.sealer, Message(admin, "workspace-member-left", ref, event.at, facts))


def follow_member(connection: sa.Connection, event: MemberMoved) -> None:
    """The account is where its membership is: its next tokens name that workspace."""
    this = accounts.c.account_id == event.account_id
    connection.execute(accounts.update().where(this).values(workspace_id=event.to_workspace))
