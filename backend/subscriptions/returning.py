"""What is returned where a premium ends at once and rightfully: the whole months that have not begun of what was paid (X16)."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from backend.subscriptions.dues import Due, change_due, list_dues
from backend.subscriptions.premiums import Premium
from backend.subscriptions.prices import to_cents
from backend.subscriptions.rules import MONTHS, months_left, months_not_begun, start_day
from backend.subscriptions.tables import returns


def return_months(connection: sa.Connection, premium: Premium, at: datetime, reason: str) -> Decimal:
    """Return the months of the running period that have not begun at `at`; how much of what was paid, without VAT.

    A debit under way counts as paid. Of what failed or is awaited that part is not asked for any more.
    """
    if premium.period == 0:
        return Decimal()
    left = months_not_begun(premium.first_day, premium.begun_months, start_day(at), premium.order.interval)
    back = Decimal("0.00")
    for due in list_dues(connection, premium, period=premium.period):
        if due.state == "dropped" or due.counted_at is None:
            continue
        part = Decimal(left) / _months_paid(premium, due)
        amount = record_return(connection, due, part, at, reason)
        if due.state in ("paid", "submitted"):
            back += amount
    return back


def record_return(connection: sa.Connection, due: Due, part: Decimal, at: datetime, reason: str) -> Decimal:
    """Return this part of a due, and of its VAT; how much that is without VAT."""
    amount, vat = to_cents(due.amount * part), to_cents(due.vat * part)
    if amount:
        if due.state not in ("paid", "submitted"):
            change_due(connection, due, asked=due.total - amount - vat)
        row = {"workspace_id": due.workspace_id, "due_id": due.due_id, "premium_id": due.premium_id}
        connection.execute(returns.insert().values(**row, amount=amount, vat=vat, reason=reason, made_at=at))
    return amount


def read_returned(connection: sa.Connection, due: Due) -> Decimal:
    """What was returned of a due, with VAT."""
    this = sa.and_(returns.c.workspace_id == due.workspace_id, returns.c.due_id == due.due_id)
    return connection.execute(sa.select(returns.c.amount + returns.c.vat).where(this)).scalar() or Decimal()


def _months_paid(premium: Premium, due: Due) -> int:
    """How many months of the running period a due paid for: all of them, or from a change on the started ones that were left."""
    if due.what in ("start", "renewal") or premium.order.interval == "month":
        return MONTHS[premium.order.interval]
    return months_left(premium.first_day, premium.begun_months, start_day(due.due_at))
