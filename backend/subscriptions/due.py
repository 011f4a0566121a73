"""What time does to the freemium: at the end of a period the next one begins, by itself (X14)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.subscriptions.freemium import grant_month
from backend.subscriptions.rules import day_begins, period_end
from backend.subscriptions.tables import subscriptions
from backend.terms import read_sheet


class Renewal:
    """Due work: one freemium's next month at a time."""

    name = "freemium-renewal"

    def next_due(self, until: datetime) -> sa.Select[Any]:
        """When the oldest period that is over has ended."""
        ends = subscriptions.c.period_ends_at
        return sa.select(sa.func.min(ends)).where(ends <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Begin the next period of one freemium, and grant its credits from the instant at which the last one ended."""
        row = connection.execute(
            sa.select(subscriptions)
            .where(subscriptions.c.period_ends_at <= until)
            .order_by(subscriptions.c.period_ends_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return False
        period = row.period + 1
        grant_month(connection, row.workspace_id, row.account_id, read_sheet(row.sheet), row.started_on, period, row.period_ends_at)
        this = sa.and_(subscriptions.c.workspace_id == row.workspace_id, subscriptions.c.account_id == row.account_id)
        ends_at = day_begins(period_end(row.started_on, period))
        connection.execute(subscriptions.update().where(this).values(period=period, period_ends_at=ends_at))
        return True
