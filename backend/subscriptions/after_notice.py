"""Terminating after a formal notice that was not remedied: by whoever sent it, or by itself where a debt stayed unpaid."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.kernel.http import Caller
from backend.kernel.incidents import stands_still
from backend.kernel.problems import Problem
from backend.subscriptions.endings import end_at_once, lock_to_end
from backend.subscriptions.notices import FormalNotice, find_notice, is_unpaid, list_notices, lock_notice, mark_terminated, remedy
from backend.subscriptions.premiums import Premium, find_premium
from backend.subscriptions.tables import formal_notices
from backend.subscriptions.terminating import terminate_account, terminate_for_breach
from backend.workspaces import enter


def read_own(kernel: Kernel, caller: Caller) -> list[FormalNotice]:
    """Every notice about the caller's subscription, newest first. Raises `admin-required`."""
    with kernel.database.begin() as connection:
        enter(connection, caller, named=False)
        return list_notices(connection, find_premium(connection, caller.workspace_id), caller.account_id)


def terminate_own(kernel: Kernel, caller: Caller, registered_number: str) -> Decimal:
    """The subscriber terminates after their own notice: nothing more falls due; how much is returned, without VAT.

    Raises `admin-required`, `plan-required`, `notice-unknown`, and what `terminate_after` raises.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        premium = lock_to_end(connection, kernel, caller.workspace_id)
        enter(connection, caller)
        if premium is None:
            raise Problem("plan-required")
        notice = find_notice(connection, premium, caller.account_id, registered_number)
        if notice is None or notice.sender != "subscriber":
            raise Problem("notice-unknown")
        return terminate_after(connection, kernel, premium, notice, now)


def terminate_after(
    connection: sa.Connection, kernel: Kernel, premium: Premium | None, notice: FormalNotice, at: datetime
) -> Decimal:
    """Terminate in the name of whoever sent the notice, with `premium` as `lock_to_end` locked it; what is returned to them.

    At the subscriber's word the months not begun are returned and everybody goes home (X16); at the provider's it is for breach.
    Raises `notice-closed` where it was remedied, `notice-running` before its days are over.
    """
    if notice.outcome is not None:
        raise Problem("notice-closed")
    if at < notice.due_at or (notice.sender == "provider" and stands_still(connection, notice.due_at)):
        raise Problem("notice-running", retry_at=notice.due_at.isoformat())
    if notice.premium_id is None:
        mark_terminated(connection, notice, at)
        terminate_account(connection, kernel, notice.account_id)
        return Decimal()
    if premium is None or premium.premium_id != notice.premium_id:
        raise Problem("notice-closed")
    if notice.cause == "non-payment" and not is_unpaid(connection, premium, notice):
        raise Problem("notice-closed")
    mark_terminated(connection, notice, at)
    if notice.sender == "subscriber":
        return end_at_once(connection, kernel, premium, at, "formal-notice", give_back=True)
    terminate_for_breach(connection, kernel, premium, at)
    return Decimal()


class UnpaidNotices:
    """Due work: a notice for non-payment whose days are over ends the premium for breach, or was remedied by payment."""

    name = "unpaid-notices"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the days of the oldest were over."""
        return sa.select(sa.func.min(formal_notices.c.due_at)).where(*_due(until))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Carry out one. Accounts are locked first, then the workspace, the premium and the notice."""
        oldest = sa.select(formal_notices).where(*_due(until)).order_by(formal_notices.c.due_at, formal_notices.c.notice_id)
        row = connection.execute(oldest.limit(1)).one_or_none()
        if row is None:
            return False
        premium = lock_to_end(connection, self._kernel, row.workspace_id)
        notice = lock_notice(connection, row)
        if notice is None:
            return True  # remedied, or carried out by another worker, a moment ago
        assert premium is not None  # whatever ends a premium closes its notices
        if is_unpaid(connection, premium, notice):
            terminate_after(connection, self._kernel, premium, notice, notice.due_at)
        else:
            remedy(connection, self._kernel, notice, notice.due_at)
        return True


def _due(until: Until) -> tuple[sa.ColumnElement[bool], ...]:
    return (formal_notices.c.closed_at.is_(None), formal_notices.c.cause == "non-payment", formal_notices.c.due_at <= until)
