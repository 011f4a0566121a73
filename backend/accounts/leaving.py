"""What the end of an account means for its workspace: it goes with the account, or goes on without it (6.3.10 to 6.3.14)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from backend.accounts.tables import accounts
from backend.accounts.teams import tell_of_departure
from backend.credits import close_permit, void_lots
from backend.kernel import Kernel
from backend.kernel.problems import Problem
from backend.workspaces import MemberLeft, admins_of, delete_workspace, drop_member, members_of, read_workspace

Effect = Literal["home-goes", "workspace-goes", "workspace-stays"]


@dataclass(frozen=True)
class Departure:
    """A workspace without one of its members. `others` lose their access where the workspace goes."""

    name: str | None
    role: str
    others: int
    effect: Effect


def read_departure(connection: sa.Connection, workspace_id: int, account_id: int) -> Departure:
    """What would become of the workspace now."""
    workspace, here = read_workspace(connection, workspace_id), members_of(connection, workspace_id)
    role = next((member.role for member in here if member.account_id == account_id), None)
    if workspace is None or role is None:
        raise Problem("session-ended")
    stays = role == "member" or admins_of(connection, workspace_id) != [account_id]
    gone: Effect = "workspace-goes" if workspace.name is not None else "home-goes"
    return Departure(workspace.name, role, len(here) - 1, "workspace-stays" if stays else gone)


def lock_team(connection: sa.Connection, workspace_id: int) -> None:
    """Lock the accounts of a workspace, in the order in which everybody does who changes several."""
    here = [member.account_id for member in members_of(connection, workspace_id)]
    mine = sa.select(accounts.c.account_id).where(accounts.c.account_id.in_(here)).order_by(accounts.c.account_id)
    connection.execute(mine.with_for_update()).all()


def leave_workspace(connection: sa.Connection, kernel: Kernel, workspace_id: int, account_id: int, at: datetime) -> int:
    """Withdraw the account: its tokens are refused and its own credits are gone. Returns the workspace it was in last.

    The only admin takes the Workspace along; the other members go home with what is their own.
    """
    last = workspace_id
    if read_departure(connection, workspace_id, account_id).effect == "workspace-goes":
        last = delete_workspace(connection, kernel, workspace_id, at)[account_id]
    void_lots(connection, last, at, "account_deleted", account_id=account_id)
    close_permit(connection, last, account_id)
    drop_member(connection, last, account_id, at)
    tell_of_departure(kernel, connection, MemberLeft(account_id, last, at))
    return last
