"""What follows when a suspension is not put right: for an administrator the contract's procedure, for a member deletion (X1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.accounts.closing import close_account
from backend.accounts.records import read_row
from backend.accounts.suspension_records import of_suspension
from backend.accounts.tables import suspensions
from backend.kernel import Kernel
from backend.kernel.messages import Message, tell
from backend.terms import current_sheet
from backend.workspaces import read_membership


@dataclass(frozen=True)
class BreachOpened:
    """An administrator did not put their conduct right: from `at` on the subscription's procedure for breach runs (7.5.7)."""

    account_id: int
    workspace_id: int
    ground: str
    at: datetime


@dataclass
class BreachAsked:
    """Until when the contract's own procedure leaves time to put the conduct of an account right: who runs it says so."""

    account_id: int
    due_at: datetime | None = None


def take_step(connection: sa.Connection, kernel: Kernel, suspension: sa.Row[Any]) -> None:
    """Take the step that is due of a suspension whose account is locked."""
    account_id, row = suspension.account_id, read_row(connection, suspension.account_id)
    # A cure that was refused late stopped the clock until then.
    at = max(suspension.due_at, suspension.resumed_at or suspension.due_at)
    if suspension.stage == "last":
        close_account(connection, kernel, account_id, "conduct", {})
        return
    membership = read_membership(connection, row.workspace_id, account_id)
    ends_at = at + timedelta(days=current_sheet(connection, at).policy.breach_cure_days)
    if membership is not None and membership.role == "admin":
        _set(connection, suspension, {"stage": "breach", "due_at": None})
        code = "suspension-breach"
        kernel.events.emit(connection, BreachOpened(account_id, row.workspace_id, suspension.ground, at))
    else:
        _set(connection, suspension, {"stage": "last", "due_at": ends_at})
        code = "suspension-last"
    tell(connection, kernel.sealer, Message(account_id, code, str(suspension.suspension_id), at, {"due": ends_at}))


def _set(connection: sa.Connection, suspension: sa.Row[Any], change: dict[str, Any]) -> None:
    connection.execute(suspensions.update().where(of_suspension(suspension)).values(**change))
