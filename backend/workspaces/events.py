"""What the floors above hear of workspaces, in the transaction that changes them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class MemberMoving:
    """An account is about to change its workspace: its row is to be locked now, before any workspace."""

    account_id: int


@dataclass(frozen=True)
class MemberMoved:
    """The account is in another workspace now: membership, permit and personal lots have gone along."""

    account_id: int
    from_workspace: int
    to_workspace: int
    at: datetime


@dataclass(frozen=True)
class MemberLeft:
    """The account has left a Workspace of its own will; the others are still there."""

    account_id: int
    workspace_id: int
    at: datetime


@dataclass(frozen=True)
class WorkspaceDeleted:
    """Nothing of the workspace will be there when this transaction ends. `members` are about to go home; the pool is voided."""

    workspace_id: int
    members: tuple[int, ...]
    at: datetime
