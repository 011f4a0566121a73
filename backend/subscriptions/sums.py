"""What a subscriber had actually paid at a date: the most that Candor is liable for (article 12)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa

from backend.subscriptions.dues import list_dues_of
from backend.subscriptions.rules import day_begins
from backend.subscriptions.tables import returns


@dataclass(frozen=True)
class Sums:
    """Euros paid through a day, less what was paid back by then; `with_vat` is what went over the counter."""

    paid: Decimal
    with_vat: Decimal


def sums_paid(connection: sa.Connection, workspace_id: int, day: date) -> Sums:
    """What had come of a workspace's dues by the end of a day in Paris, also when the workspace is gone.

    A debit that is under way has not come yet; one that came back is not there.
    """
    until = day_begins(day + timedelta(days=1))
    paid = {due.due_id: due for due in list_dues_of(connection, workspace_id) if due.paid_at is not None and due.paid_at < until}
    net = sum((due.amount for due in paid.values()), Decimal("0.00"))
    gross = sum((due.total for due in paid.values()), Decimal("0.00"))
    back = sa.select(returns.c.due_id, returns.c.amount, returns.c.vat).where(
        returns.c.workspace_id == workspace_id, returns.c.made_at < until
    )
    for row in connection.execute(back):
        if row.due_id in paid:
            net, gross = net - row.amount, gross - row.amount - row.vat
    return Sums(net, gross)
