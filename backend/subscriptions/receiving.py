"""What a gateway tells of a payment, as often as it likes: settled, failed, returned. Each outcome counts once."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.messages import Fact
from backend.kernel.problems import Problem
from backend.subscriptions.debts import need_rate
from backend.subscriptions.dues import Due, change_due, find_due
from backend.subscriptions.giving import give, give_again, take_back
from backend.subscriptions.payments import Result
from backend.subscriptions.premiums import Premium, change_premium, read_premium
from backend.subscriptions.returning import read_returned
from backend.subscriptions.subscribers import tell_subscriber
from backend.workspaces import lock_workspaces


def record_payment(kernel: Kernel, due_id: int, result: Result, amount: Decimal | None = None) -> Due:
    """Record what became of a payment; `amount` is what arrived, where it is not all that was missing.

    Raises `payment-unknown`, and `payment-closed` where the due was dropped or its premium never began.
    """
    at = kernel.clock.now()
    with kernel.database.begin() as connection:
        due = find_due(connection, due_id)
        if due is None:
            raise Problem("payment-unknown")
        lock_workspaces(connection, due.workspace_id)
        premium = read_premium(connection, due.workspace_id, due.premium_id, lock=True)
        due = find_due(connection, due_id)
        assert due is not None
        if due.state == "dropped" or (premium.state == "ended" and due.counted_at is None):
            raise Problem("payment-closed")
        if result == "settled":
            return _settle(connection, kernel, premium, due, amount, at)
        return _fail(connection, kernel, premium, due, at)


def _settle(connection: sa.Connection, kernel: Kernel, premium: Premium, due: Due, amount: Decimal | None, at: datetime) -> Due:
    if due.state == "paid":
        return due
    received = due.received + (due.missing if amount is None else amount)
    if received < due.received + due.missing:
        return change_due(connection, due, received=received)
    failed = due.state == "failed"
    due = change_due(connection, due, received=received, state="paid", paid_at=at)
    if premium.state == "ended":
        return due
    if due.counted_at is None:
        give(connection, kernel, premium, due, at)
    elif failed:
        give_again(connection, premium, due, at)
    return due


def _fail(connection: sa.Connection, kernel: Kernel, premium: Premium, due: Due, at: datetime) -> Due:
    """A debit that fails, or comes back after it was settled, is owed still; a wire that never came is given up."""
    if due.state == "failed":
        return due
    if due.counted_at is None:
        due = change_due(connection, due, state="dropped")
        if due.what == "start":
            change_premium(connection, premium, state="ended", ended_at=at, end_reason="unpaid")
        return due
    returned = read_returned(connection, due)
    asked = due.total - returned if returned else due.asked
    due = change_due(connection, due, state="failed", received=Decimal(), paid_at=None, asked=asked)
    need_rate(connection, at)
    if premium.state != "ended":
        take_back(connection, premium, due, at)
        facts: dict[str, Fact] = {"amount": due.total, "plan": premium.plan_name}
        tell_subscriber(connection, kernel, premium, "payment-failed", f"due:{due.due_id}:{at.isoformat()}", at, facts)
    return due
