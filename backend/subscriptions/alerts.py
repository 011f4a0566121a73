"""Credits about to expire: their owners are told some days ahead how many of which kind, the pool's through the admins."""

from collections import Counter
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend.credits import KINDS, Expiring, next_expiry_alert, take_expiring
from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.kernel.messages import Message, tell_all
from backend.terms import current_sheet, read_sheet, sheet_versions
from backend.workspaces import admins_of


class ExpiryAlerts:
    """Due work: what ends on one Paris day, so many days ahead. One message for an account and a day, whatever the kinds."""

    def __init__(self, kernel: Kernel, days_ahead: int) -> None:
        self._kernel, self._days_ahead = kernel, days_ahead
        self.name = f"expiry-alerts-{days_ahead}"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the next day's alerts are due."""
        return next_expiry_alert(self._days_ahead, until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Tell the owners in some workspaces; False where another worker is at it."""
        expiring = take_expiring(connection, self._days_ahead, until)
        if expiring is None:
            return False
        if self._days_ahead not in current_sheet(connection, until).policy.expiry_alert_days:
            return True
        owners = sorted(_by_account(connection, expiring).items())
        tell_all(connection, self._kernel.sealer, [self._message(account_id, parts, until) for account_id, parts in owners])
        return True

    def _message(self, account_id: int, parts: list[Expiring], at: datetime) -> Message:
        day: date = parts[0].day
        amounts = Counter[str]()
        for part in parts:
            amounts.update(part.amounts)
        kept = sum(part.kept for part in parts)
        facts: dict[str, Any] = {kind: amounts[kind] for kind in KINDS}
        facts |= {"ends_at": min(part.ends_at for part in parts)} | ({"kept": kept} if kept else {})
        code = "credits-expire-or-kept" if kept else "credits-expire"
        return Message(account_id, code, f"{day.isoformat()}:{self._days_ahead}", at, facts)


def expiry_alerts(kernel: Kernel) -> list[ExpiryAlerts]:
    """A piece for each number of days ahead that a plan sheet names; it tells where the one in force does."""
    named = {days for version in sheet_versions() for days in read_sheet(version).policy.expiry_alert_days}
    return [ExpiryAlerts(kernel, days) for days in sorted(named, reverse=True)]


def _by_account(connection: sa.Connection, expiring: list[Expiring]) -> dict[int, list[Expiring]]:
    """Who is told of what: an account of its own lots, each admin of the pool's."""
    found: dict[int, list[Expiring]] = {}
    for part in expiring:
        told = [part.account_id] if part.account_id is not None else admins_of(connection, part.workspace_id)
        for account_id in told:
            found.setdefault(account_id, []).append(part)
    return found
