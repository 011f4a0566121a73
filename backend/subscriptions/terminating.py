"""Termination for breach, to the subscriber's exclusive detriment: every account still linked is deleted (7.5.9)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts import close_account, find_account_row
from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.subscriptions.breaches import close_breaches, close_of_premium
from backend.subscriptions.endings import close, lock_to_end
from backend.subscriptions.notices import close_notices
from backend.subscriptions.premiums import Premium
from backend.subscriptions.tables import breaches
from backend.workspaces import members_of


def terminate_for_breach(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime) -> None:
    """End a premium that `lock_to_end` locked: what is due stays due, whoever left before survives, all others are deleted (X13).

    Whoever's conduct it was goes too, wherever they are. The last admin takes the workspace along.
    """
    closed = close_of_premium(connection, premium, at, "terminated")
    close_notices(connection, premium.workspace_id, at, "terminated")
    close(connection, premium, at, "breach")
    here = members_of(connection, premium.workspace_id)
    linked = [member.account_id for member in sorted(here, key=lambda member: member.role == "admin")]
    for breach in closed:
        if breach.account_id is not None and breach.account_id not in linked:
            linked.insert(0, breach.account_id)
    for account_id in linked:
        terminate_account(connection, kernel, account_id)


def terminate_account(connection: sa.Connection, kernel: Kernel, account_id: int) -> None:
    """Delete one account for breach, with its letter and its archive (7.5.11); one that is gone is gone."""
    if find_account_row(connection, account_id) is not None:
        close_account(connection, kernel, account_id, "breach", {})


class BreachSteps:
    """Due work: what was not put right in time, and waits for no answer, ends for breach."""

    name = "breach-steps"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest was to be put right."""
        return sa.select(sa.func.min(breaches.c.due_at)).where(*_due(until))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Carry out one. Accounts are locked first, then the workspace, the premium and the breach."""
        oldest = sa.select(breaches).where(*_due(until)).order_by(breaches.c.due_at, breaches.c.breach_id).limit(1)
        row = connection.execute(oldest).one_or_none()
        if row is None:
            return False
        this = sa.and_(breaches.c.workspace_id == row.workspace_id, breaches.c.breach_id == row.breach_id)
        account = find_account_row(connection, row.account_id) if row.premium_id is None else None
        where = row.workspace_id if account is None else account.workspace_id
        premium = lock_to_end(connection, self._kernel, where, *([row.account_id] if account is not None else []))
        breach = connection.execute(sa.select(breaches).where(this, *_due(until)).with_for_update()).one_or_none()
        now = find_account_row(connection, row.account_id) if account is not None else None
        moved = account is not None and (now is None or now.workspace_id != where)
        if breach is None or breach.premium_id != row.premium_id or moved:
            return True  # cured, or carried out by another worker, a moment ago: what is due now is looked at anew
        at = max(breach.due_at, breach.resumed_at or breach.due_at)
        if breach.premium_id is None:
            close_breaches(connection, this, at, "terminated")
            terminate_account(connection, self._kernel, breach.account_id)
        elif premium is not None and premium.premium_id == breach.premium_id:
            terminate_for_breach(connection, self._kernel, premium, at)
        else:
            close_breaches(connection, this, at, "ended")
        return True


def _due(until: Until) -> tuple[sa.ColumnElement[bool], ...]:
    return (breaches.c.closed_at.is_(None), breaches.c.waiting_since.is_(None), breaches.c.due_at <= until)
