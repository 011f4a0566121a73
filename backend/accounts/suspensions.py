"""Suspending an account and lifting it again: a person's decision, each on one ground, with its reason and a way out (6.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.accounts.appeals import require_other
from backend.accounts.cases import close_case, open_case
from backend.accounts.grounds import read_ground
from backend.accounts.records import open_email, read_row
from backend.accounts.suspension_records import door_address, find_open, of_suspension, place_of_reason, write_reason
from backend.accounts.tables import accounts, replies, suspensions
from backend.credits import change_permit
from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell
from backend.terms import current_sheet
from backend.workspaces import admins_of


@dataclass(frozen=True)
class AccountSuspended:
    """An account was suspended: the subscription goes on, and so does its billing (6.4.6, 6.4.7)."""

    account_id: int
    workspace_id: int
    ground: str
    at: datetime


@dataclass(frozen=True)
class SuspensionLifted:
    """The account works again."""

    account_id: int
    workspace_id: int
    at: datetime


class NotSuspendable(ValueError):
    """Only an active account can be suspended."""


class NotSuspended(LookupError):
    """No suspension of this account is open."""


def suspend(connection: sa.Connection, kernel: Kernel, account_id: int, ground: str, reason: str, *, by: str | None = None) -> None:
    """Suspend an active account, in the caller's transaction; the reason is in words the user reads, `by` the operator's name.

    Raises NoGround, NotSuspendable.
    """
    now, row = kernel.clock.now(), read_row(connection, account_id, lock=True)
    clause = read_ground(ground, row.lang)
    if row.state != "active":
        raise NotSuspendable(row.state)
    cure_due = now + timedelta(days=current_sheet(connection, now).policy.conduct_cure_days)
    opened = suspensions.insert().values(
        account_id=account_id,
        ground=ground,
        reason=kernel.sealer.seal(reason, place_of_reason(account_id)),
        opened_at=now,
        opened_by=by,
        due_at=cure_due,
    )
    suspension_id = connection.execute(opened.returning(suspensions.c.suspension_id)).scalar_one()
    _set_state(connection, row, "suspended", write_reason(reason, ground, row.lang))
    open_case(connection, account_id, "suspension", [f"suspended on {ground}"], now)
    facts: dict[str, Fact] = {
        "reason": reason,
        "ground": ground,
        "clause": clause,
        "cure_due": cure_due,
        "door": door_address(kernel, account_id, suspension_id),
    }
    tell(connection, kernel.sealer, Message(account_id, "suspended", str(suspension_id), now, facts))
    _tell_admins(connection, kernel, row, suspension_id, ground, cure_due)
    kernel.events.emit(connection, AccountSuspended(account_id, row.workspace_id, ground, now))


def lift(connection: sa.Connection, kernel: Kernel, account_id: int, *, by: str | None = None) -> None:
    """Make a suspended account active again, in the caller's transaction. Raises NotSuspended, and SameDecider on an appeal."""
    now, row = kernel.clock.now(), read_row(connection, account_id, lock=True)
    open_one = find_open(connection, account_id)
    if open_one is None:
        raise NotSuspended
    require_other(connection, account_id, by)
    this = of_suspension(open_one)
    connection.execute(suspensions.update().where(this).values(closed_at=now, waiting_since=None))
    unanswered = sa.and_(replies.c.account_id == account_id, replies.c.answer.is_(None))
    connection.execute(replies.update().where(unanswered).values(answer="accepted", answered_at=now))
    _set_state(connection, row, "active", None)
    for kind in ("suspension", "appeal"):
        close_case(connection, account_id, kind)
    tell(connection, kernel.sealer, Message(account_id, "suspension-lifted", str(open_one.suspension_id), now, {}))
    kernel.events.emit(connection, SuspensionLifted(account_id, row.workspace_id, now))


def _tell_admins(
    connection: sa.Connection, kernel: Kernel, row: sa.Row[Any], suspension_id: int, ground: str, cure_due: datetime
) -> None:
    """Those who act for the subscriber hear at once of a member who is suspended, and may remove them (X1)."""
    admins = admins_of(connection, row.workspace_id)
    if row.account_id in admins:
        return
    due = cure_due + timedelta(days=current_sheet(connection, cure_due).policy.breach_cure_days)
    for admin in admins:
        lang = read_row(connection, admin).lang
        facts: dict[str, Fact] = {
            "member": open_email(kernel, row),
            "ground": ground,
            "clause": read_ground(ground, lang),
            "due": due,
        }
        now = kernel.clock.now()
        tell(connection, kernel.sealer, Message(admin, "member-suspended", str(suspension_id), now, facts))


def _set_state(connection: sa.Connection, row: sa.Row[Any], state: str, reason: str | None) -> None:
    connection.execute(accounts.update().where(accounts.c.account_id == row.account_id).values(state=state))
    change_permit(connection, row.workspace_id, row.account_id, {"state": state, "reason": reason})
