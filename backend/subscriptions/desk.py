"""What those who run Candor see of a workspace's contract: premiums, dues and what became of them, breaches, formal notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.subscriptions.breaches import read_reason
from backend.subscriptions.debts import list_unpaid
from backend.subscriptions.dues import Due, list_dues_of
from backend.subscriptions.notices import open_reason
from backend.subscriptions.premiums import Premium, find_premium
from backend.subscriptions.tables import breaches, formal_notices, premiums, returns
from backend.terms import read_sheet

_MOST = 100


@dataclass(frozen=True)
class EndedPremium:
    """A premium that is over."""

    premium_id: int
    plan: str
    seats: int
    started_on: date | None
    ended_at: datetime
    end_reason: str | None


@dataclass(frozen=True)
class DueLine:
    """An amount due, and what was returned of it, both with VAT."""

    due: Due
    returned: Decimal


@dataclass(frozen=True)
class BreachLine:
    """One breach. `account_id` is whose conduct it is, None the subscriber's own; `alone` says that it concerns no premium."""

    account_id: int | None
    alone: bool
    ground: str
    reason: str
    opened_at: datetime
    due_at: datetime
    waiting_since: datetime | None
    closed_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class NoticeLine:
    """One formal notice by registered letter."""

    account_id: int
    sender: str
    cause: str
    reason: str
    registered_number: str
    sent_at: datetime
    due_at: datetime
    entered_at: datetime
    closed_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class Contract:
    """All of it; `unpaid` is what was billed and did not come, with VAT, without interest."""

    premium: Premium | None
    plan: str
    ended: Sequence[EndedPremium]
    dues: Sequence[DueLine]
    unpaid: Decimal
    breaches: Sequence[BreachLine]
    notices: Sequence[NoticeLine]


def read_contract(connection: sa.Connection, kernel: Kernel, workspace_id: int) -> Contract:
    """The contract of a workspace, the newest of everything first."""
    premium = find_premium(connection, workspace_id)
    given_back = sa.select(returns.c.due_id, returns.c.amount + returns.c.vat).where(returns.c.workspace_id == workspace_id)
    returned = {row[0]: row[1] for row in connection.execute(given_back)}
    dues = [DueLine(due, returned.get(due.due_id, Decimal("0.00"))) for due in list_dues_of(connection, workspace_id)]
    return Contract(
        premium=premium,
        plan=premium.sheet.plan(premium.order.plan).name if premium else "",
        ended=_list_ended(connection, workspace_id),
        dues=dues[::-1][:_MOST],
        unpaid=sum((due.missing for due in list_unpaid(connection, workspace_id)), Decimal("0.00")),
        breaches=_list_breaches(connection, kernel, workspace_id),
        notices=_list_notices(connection, kernel, workspace_id),
    )


def _list_ended(connection: sa.Connection, workspace_id: int) -> list[EndedPremium]:
    over = sa.select(premiums).where(premiums.c.workspace_id == workspace_id, premiums.c.state == "ended")
    rows = connection.execute(over.order_by(premiums.c.premium_id.desc()).limit(_MOST))
    return [
        EndedPremium(
            premium_id=row.premium_id,
            plan=read_sheet(row.sheet).plan(row.plan).name,
            seats=row.seats,
            started_on=row.started_on,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
        )
        for row in rows
    ]


def _list_breaches(connection: sa.Connection, kernel: Kernel, workspace_id: int) -> list[BreachLine]:
    here = sa.select(breaches).where(breaches.c.workspace_id == workspace_id)
    return [
        BreachLine(
            account_id=row.account_id,
            alone=row.premium_id is None,
            ground=row.ground,
            reason=read_reason(kernel, row),
            opened_at=row.opened_at,
            due_at=row.due_at,
            waiting_since=row.waiting_since,
            closed_at=row.closed_at,
            outcome=row.outcome,
        )
        for row in connection.execute(here.order_by(breaches.c.breach_id.desc()).limit(_MOST))
    ]


def _list_notices(connection: sa.Connection, kernel: Kernel, workspace_id: int) -> list[NoticeLine]:
    here = sa.select(formal_notices).where(formal_notices.c.workspace_id == workspace_id)
    return [
        NoticeLine(
            account_id=row.account_id,
            sender=row.sender,
            cause=row.cause,
            reason=open_reason(kernel, row),
            registered_number=row.registered_number,
            sent_at=row.sent_at,
            due_at=row.due_at,
            entered_at=row.entered_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
        )
        for row in connection.execute(here.order_by(formal_notices.c.notice_id.desc()).limit(_MOST))
    ]
