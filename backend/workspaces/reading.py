"""What admins read of their Workspace: its log, and what each member spends (8.2.20)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.credits import read_usage as read_spent
from backend.credits.rules import month_start
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.workspaces.activity import Entry, read_activity
from backend.workspaces.homes import members_of, require_role

_A_MOMENT = timedelta(microseconds=1)

Spent = dict[int, dict[str, int]]


@dataclass(frozen=True)
class Usage:
    """By account, then by kind: spent in this calendar month of Paris, and in the one before."""

    accounts: list[int]
    this_began_at: datetime
    before_began_at: datetime
    this: Spent
    before: Spent


def list_activity(kernel: Kernel, caller: Caller, *, account_id: int | None, action: str, before: int, most: int) -> list[Entry]:
    """The newest `most` lines older than line `before`, of one member or of one action where these are named."""
    with kernel.database.begin() as connection:
        require_role(connection, caller, admin=True)
        return read_activity(connection, caller.workspace_id, account_id=account_id, action=action, before=before, most=most)


def read_usage(kernel: Kernel, caller: Caller) -> Usage:
    """What members have spent, those included who have left."""
    now = kernel.clock.now()
    began = month_start(now)
    began_before = month_start(began - _A_MOMENT)
    with kernel.database.begin() as connection:
        require_role(connection, caller, admin=True)
        here = [member.account_id for member in members_of(connection, caller.workspace_id)]
    this = read_spent(kernel.database, caller.workspace_id, began, now + _A_MOMENT)
    before = read_spent(kernel.database, caller.workspace_id, began_before, began)
    gone = sorted({*this, *before} - set(here))
    return Usage([*here, *gone], began, began_before, this, before)
