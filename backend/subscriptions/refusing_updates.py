"""Ending a premium because of a necessary update: at once and without charge, within the days after one was told (12.15, 12.16)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.incidents import move_limit
from backend.kernel.problems import Problem
from backend.subscriptions.endings import end_at_once, lock_to_end
from backend.terms import find_update, told_at
from backend.workspaces import enter, note

REASON = "update-refused"


@dataclass(frozen=True)
class EndedAtOnce:
    """`returned` is what comes back of what was paid, in euros without VAT."""

    ended_at: datetime
    returned: Decimal


def refuse_update(kernel: Kernel, caller: Caller, version: str) -> EndedAtOnce:
    """End the premium because of this update; whole months not begun are returned. The days run once both channels had its notice.

    Raises `admin-required`, `update-unknown`, `update-not-refusable`, `refusal-late`, `plan-required`, `payment-open`.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        premium = lock_to_end(connection, kernel, caller.workspace_id)
        enter(connection, caller)
        update = find_update(connection, version)
        if update is None:
            raise Problem("update-unknown")
        if update.minor or update.old_version_allowed:
            raise Problem("update-not-refusable")
        if premium is None:
            raise Problem("plan-required")
        if premium.period == 0:
            raise Problem("payment-open")
        told = told_at(connection, update, [caller.account_id]).get(caller.account_id)
        days = timedelta(days=premium.sheet.policy.update_refusal_days)
        if told is not None and now > move_limit(connection, told + days, now, since=told):
            raise Problem("refusal-late")
        note(connection, caller.workspace_id, caller.account_id, "premium-ending", now, way=REASON)
        return EndedAtOnce(now, end_at_once(connection, kernel, premium, now, REASON, give_back=True))
