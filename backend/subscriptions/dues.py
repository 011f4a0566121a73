"""Amounts due: made once for what they pay, opened at the gateway, found again by the key they were ordered under."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from backend.kernel.problems import Problem
from backend.kernel.request_keys import RequestKey
from backend.subscriptions.payments import Means, Payment, PaymentGateway
from backend.subscriptions.premiums import Premium
from backend.subscriptions.tables import dues
from backend.subscriptions.vat import vat_of


@dataclass(frozen=True)
class Due:
    """One row of `dues`. `counted_at`: what it pays for was given then."""

    workspace_id: int
    due_id: int
    premium_id: int
    what: str
    period: int
    amount: Decimal
    vat: Decimal
    asked: Decimal | None
    received: Decimal
    means: Means
    due_at: datetime
    state: str
    counted_at: datetime | None
    paid_at: datetime | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def total(self) -> Decimal:
        """The amount with its VAT."""
        return self.amount + self.vat

    @property
    def missing(self) -> Decimal:
        """What has not come of what is asked for: all of it, or what is left of it after a return."""
        return (self.total if self.asked is None else self.asked) - self.received

    @property
    def grant_key(self) -> str:
        """Names the lots that an upgrade or a pack brings."""
        return f"premium:{self.premium_id}:{self.period}:{self.what}:{self.due_id}"


_COLUMNS = [dues.c[name] for name in Due.__dataclass_fields__]


def find_ordered(connection: sa.Connection, workspace_id: int, order_key: RequestKey | None) -> Due | None:
    """What was ordered under this key before. Raises `idempotency-key-reused` where it was something else."""
    if order_key is None:
        return None
    this = sa.and_(dues.c.workspace_id == workspace_id, dues.c.order_key == order_key.key)
    row = connection.execute(sa.select(*_COLUMNS, dues.c.order_body).where(this)).one_or_none()
    if row is None:
        return None
    if row.order_body != order_key.body:
        raise Problem("idempotency-key-reused")
    return Due(*row[:-1])


def make_due(
    connection: sa.Connection,
    gateway: PaymentGateway,
    premium: Premium,
    what: str,
    amount: Decimal,
    at: datetime,
    *,
    period: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    order_key: RequestKey | None = None,
) -> Due:
    """An amount is due from now on, and asked for at the gateway with its VAT."""
    values = {
        "workspace_id": premium.workspace_id,
        "premium_id": premium.premium_id,
        "what": what,
        "period": premium.period if period is None else period,
        "amount": amount,
        "vat": vat_of(amount, premium.vat_percent),
        "means": premium.means,
        "due_at": at,
        "state": "open",
        "before": sa.null() if before is None else before,
        "after": sa.null() if after is None else after,
        "order_key": order_key.key if order_key else None,
        "order_body": order_key.body if order_key else None,
    }
    due = Due(*connection.execute(dues.insert().values(values).returning(*_COLUMNS)).one())
    opened = gateway.open(connection, Payment(due.workspace_id, due.due_id, due.total, due.means))
    return change_due(connection, due, state=opened)


def change_due(connection: sa.Connection, due: Due, **change: Any) -> Due:
    """Write a change; the due as it then is."""
    this = sa.and_(dues.c.workspace_id == due.workspace_id, dues.c.due_id == due.due_id)
    return Due(*connection.execute(dues.update().where(this).values(**change).returning(*_COLUMNS)).one())


def find_due(connection: sa.Connection, due_id: int) -> Due | None:
    """One due by the reference that the gateway names it by."""
    row = connection.execute(sa.select(*_COLUMNS).where(dues.c.due_id == due_id)).one_or_none()
    return Due(*row) if row else None


def list_dues_of(connection: sa.Connection, workspace_id: int) -> list[Due]:
    """Every due of every premium a workspace ever had, oldest first."""
    mine = sa.select(*_COLUMNS).where(dues.c.workspace_id == workspace_id)
    return [Due(*row) for row in connection.execute(mine.order_by(dues.c.due_id))]


def list_dues(connection: sa.Connection, premium: Premium, *, period: int | None = None) -> list[Due]:
    """Every due of a premium, oldest first; of one period where it is named."""
    mine = sa.select(*_COLUMNS).where(dues.c.workspace_id == premium.workspace_id, dues.c.premium_id == premium.premium_id)
    if period is not None:
        mine = mine.where(dues.c.period == period)
    return [Due(*row) for row in connection.execute(mine.order_by(dues.c.due_id))]
