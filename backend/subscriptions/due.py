"""What time does to plans: freemiums and premiums renew by themselves, premiums that were told to end do, and say so ahead."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.subscriptions.endings import alert_members, carry_out_end, lock_to_end
from backend.subscriptions.freemium import begin_next_months
from backend.subscriptions.payments import need_gateway
from backend.subscriptions.premiums import find_premium, read_premium
from backend.subscriptions.renewing import renew
from backend.subscriptions.switching import finish_switch
from backend.subscriptions.tables import RUNNING, premiums, subscriptions
from backend.workspaces import lock_workspaces

_RUNNING = premiums.c.state.in_(RUNNING)
_RENEWS, _MONTH_ENDS = subscriptions.c.not_renewed_at.is_(None), subscriptions.c.period_ends_at
_AT_ONCE = 200


class Renewal:
    """Due work: the next month of freemiums whose month ended at one instant. Those that are not renewed are left to their end."""

    name = "freemium-renewal"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest period that is over has ended."""
        return sa.select(sa.func.min(_MONTH_ENDS)).where(_RENEWS, until >= _MONTH_ENDS)

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Begin the next month of some freemiums; nobody is waited for, so that locks cannot cross."""
        rows = connection.execute(
            sa.select(subscriptions)
            .where(_RENEWS, self.next_due(until).scalar_subquery() == _MONTH_ENDS)
            .order_by(subscriptions.c.workspace_id, subscriptions.c.account_id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        begin_next_months(connection, rows)
        return len(rows)


class PremiumRenewal:
    """Due work: one premium's period that is over, renewed or ended; before the expiry of lots, so that kept ones are kept."""

    name = "premium-renewal"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest period that is over has ended."""
        ends = premiums.c.period_ends_at
        return sa.select(sa.func.min(ends)).where(_RUNNING, ends <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Renew or end one premium. Locks are taken as everywhere: accounts, then the workspace, then the premium."""
        over = sa.select(premiums).where(_RUNNING, premiums.c.period_ends_at <= until)
        row = connection.execute(over.order_by(premiums.c.period_ends_at, premiums.c.premium_id).limit(1)).one_or_none()
        if row is None:
            return False
        if row.last_period is not None and row.last_period <= row.period:
            premium = lock_to_end(connection, self._kernel, row.workspace_id)
        else:
            lock_workspaces(connection, row.workspace_id)
            premium = find_premium(connection, row.workspace_id, lock=True)
        if premium is None or (premium.period, premium.last_period) != (row.period, row.last_period):
            return True  # another worker, or a change of mind, was faster: what is due now is looked at anew
        if premium.is_in_last_period:
            carry_out_end(connection, self._kernel, premium, premium.ends_at, row.end_reason)
        else:
            renew(connection, need_gateway(self._kernel.settings), premium, premium.ends_at)
        return True


class SwitchEnd:
    """Due work: the transition of one switch to another provider is over, and the premium with it (R51)."""

    name = "premium-switch"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest transition was over."""
        return sa.select(sa.func.min(premiums.c.switch_at)).where(premiums.c.state != "ended", premiums.c.switch_at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """End one premium."""
        over = sa.select(premiums).where(premiums.c.state != "ended", premiums.c.switch_at <= until)
        row = connection.execute(over.order_by(premiums.c.switch_at, premiums.c.premium_id).limit(1)).one_or_none()
        if row is None:
            return False
        premium = lock_to_end(connection, self._kernel, row.workspace_id)
        if premium is not None and premium.switch_at == row.switch_at:
            finish_switch(connection, self._kernel, premium, row.switch_at)
        return True


class EndingAlerts:
    """Due work: the members of one premium that ends are told so, some days ahead."""

    name = "premium-ending"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest alert is due."""
        at = premiums.c.next_alert_at
        return sa.select(sa.func.min(at)).where(at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Tell the members of one premium."""
        row = connection.execute(
            sa.select(premiums)
            .where(premiums.c.next_alert_at <= until)
            .order_by(premiums.c.next_alert_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return False
        premium = read_premium(connection, row.workspace_id, row.premium_id)
        alert_members(connection, self._kernel, premium, row.next_alert_at)
        return True
