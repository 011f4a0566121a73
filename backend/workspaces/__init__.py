"""Floor 2, workspaces: the home of one that every account gets (X23), the Workspace it becomes, who joins and who decides."""

from backend.workspaces.activity import note, read_activity
from backend.workspaces.deletion import delete_own, delete_workspace, erase_home
from backend.workspaces.events import AdminDeserting, MemberLeft, MemberMoved, MemberMoving, WorkspaceDeleted
from backend.workspaces.homes import (
    Member,
    Membership,
    Workspace,
    admins_of,
    enter,
    lock_workspaces,
    members_of,
    open_home,
    read_membership,
    read_workspace,
    set_seats,
)  # fmt: skip
from backend.workspaces.invitations import Invitation, invitations_of, invite, resend, revoke, seats_taken
from backend.workspaces.moving import drop_member, join, leave, move, remove_member
from backend.workspaces.naming import create_workspace, rename_workspace
from backend.workspaces.roles import change_member

__all__ = [
    "AdminDeserting", "Invitation", "Member", "MemberLeft", "MemberMoved", "MemberMoving", "Membership", "Workspace",
    "WorkspaceDeleted", "admins_of", "change_member", "create_workspace", "delete_own", "delete_workspace", "drop_member",
    "enter", "erase_home", "invitations_of", "invite", "join", "leave", "lock_workspaces", "members_of", "move", "note",
    "open_home", "read_activity", "read_membership", "read_workspace", "remove_member", "rename_workspace", "resend", "revoke",
    "seats_taken", "set_seats",
]  # fmt: skip
