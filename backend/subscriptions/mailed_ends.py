"""An end that was asked for by email: entered by those who run Candor, and counted from when the email was received (7.5.1)."""

from datetime import datetime

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.problems import Problem
from backend.subscriptions.changes import counts_in_time
from backend.subscriptions.endings import Ending, Heard, Way, set_end, undo_period
from backend.subscriptions.premiums import Premium
from backend.subscriptions.revisions import is_notice_open, was_notice_open
from backend.subscriptions.rules import in_time


def end_by_mail(
    connection: sa.Connection, kernel: Kernel, premium: Premium | None, account_id: int, way: Way, received_at: datetime
) -> Ending:
    """End a locked premium as if its user had asked when the email was received.

    Where a period has begun since that the notice was in time for, it is undone: the premium ends now, and all of it is returned.
    Raises `plan-required`, `payment-open`.
    """
    now = kernel.clock.now()
    if premium is None:
        raise Problem("plan-required")
    if premium.period == 0:
        raise Problem("payment-open")
    if received_at >= premium.begins_at or premium.period == 1:
        timely = counts_in_time(connection, premium, received_at) or is_notice_open(connection, premium)
        return set_end(connection, kernel, premium, account_id, way, Heard("email", received_at, timely), now)
    policy = premium.sheet.policy
    hours, months = policy.notice_monthly_h, policy.notice_annual_months
    timely = in_time(premium.order.interval, premium.begins_at, received_at, hours=hours, months=months)
    if not timely and not was_notice_open(connection, premium, received_at):
        return set_end(connection, kernel, premium, account_id, way, Heard("email", received_at, True), now)
    return undo_period(connection, kernel, premium, way, Heard("email", received_at, True), now)
