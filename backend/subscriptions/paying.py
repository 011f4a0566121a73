"""Paying what is unpaid: another payment is opened for the same due, by its admin or through the door of a suspension (6.4.8)."""

from datetime import datetime

import sqlalchemy as sa
from babel.dates import format_date

from backend.accounts import Debt, DebtAsked, DebtPaid
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from backend.subscriptions.debts import list_unpaid
from backend.subscriptions.dues import Due, change_due, find_due
from backend.subscriptions.giving import give_again
from backend.subscriptions.payments import MEANS, Means, Payment, need_gateway
from backend.subscriptions.premiums import read_premium
from backend.subscriptions.rules import start_day
from backend.workspaces import admins_of, enter, lock_workspaces

_WORDS = {
    "en": "{plan} subscription, due on {day}",
    "fr": "Abonnement {plan}, dû le {day}",
}


def pay_again(kernel: Kernel, caller: Caller, due_id: int, means: Means) -> Due:
    """Open another payment for an unpaid due of the caller's Workspace. Where one is under way, or all is paid, nothing changes.

    Raises `admin-required`, `payment-unknown`, and `payment-closed` where it was given up.
    """
    with kernel.database.begin() as connection:
        enter(connection, caller)
        due = find_due(connection, due_id)
        if due is None or due.workspace_id != caller.workspace_id:
            raise Problem("payment-unknown")
        return _open_payment(connection, kernel, due, means, kernel.clock.now())


def list_debts(kernel: Kernel, connection: sa.Connection, asked: DebtAsked) -> None:
    """Add what is unpaid of the workspace of an admin."""
    if asked.account_id not in admins_of(connection, asked.workspace_id):
        return
    for due in list_unpaid(connection, asked.workspace_id):
        premium = read_premium(connection, due.workspace_id, due.premium_id)
        day = format_date(start_day(due.due_at), "long", locale=asked.lang)
        words = _WORDS[asked.lang].format(plan=premium.sheet.plan(premium.order.plan).name, day=day)
        asked.debts.append(Debt(kernel.ids.encode("payment", 0, due.due_id), words, due.missing))


def pay_debt(kernel: Kernel, connection: sa.Connection, paid: DebtPaid) -> None:
    """Open the payment of a debt that was shown; a reference of another room is none of ours."""
    due_id = kernel.ids.decode("payment", 0, paid.debt)
    due = find_due(connection, due_id) if due_id is not None else None
    means = next((each for each in MEANS if each == paid.means), None)
    if due is None or due.workspace_id != paid.workspace_id or means is None:
        return
    lock_workspaces(connection, paid.workspace_id)
    _open_payment(connection, kernel, due, means, kernel.clock.now())


def _open_payment(connection: sa.Connection, kernel: Kernel, found: Due, means: Means, at: datetime) -> Due:
    """A debit counts again as soon as it is submitted, a wire when all of it is there (X8)."""
    gateway = need_gateway(kernel.settings)
    premium = read_premium(connection, found.workspace_id, found.premium_id, lock=True)
    due = find_due(connection, found.due_id)
    assert due is not None
    if due.state == "dropped":
        raise Problem("payment-closed")
    if due.state in ("paid", "submitted"):
        return due
    failed = due.state == "failed"
    if due.counted_at is None and not failed:
        raise Problem("payment-open")
    opened = gateway.open(connection, Payment(due.workspace_id, due.due_id, due.missing, means))
    due = change_due(connection, due, means=means, **({"state": "submitted"} if opened == "submitted" else {}))
    if opened == "submitted" and failed and premium.state != "ended":
        give_again(connection, premium, due, at)
    return due
