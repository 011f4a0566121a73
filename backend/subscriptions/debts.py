"""What is owed for premiums: what was asked for and did not come, late interest and the indemnity on it (10.4)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.ops import open_task
from backend.subscriptions.dues import Due, list_dues_of
from backend.subscriptions.interest import half_year, late_interest
from backend.subscriptions.premiums import read_premium
from backend.subscriptions.rules import start_day
from backend.subscriptions.tables import legal_rates


@dataclass(frozen=True)
class Owed:
    """One due that is late. `unpaid` is with VAT; interest and indemnity carry none."""

    due: Due
    unpaid: Decimal
    interest: Decimal
    indemnity: Decimal


@dataclass(frozen=True)
class Debt:
    """All that a workspace owes, also when the workspace is gone."""

    owed: tuple[Owed, ...]

    @property
    def unpaid(self) -> Decimal:
        """What was billed and not paid, with VAT."""
        return sum((each.unpaid for each in self.owed), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """With interest and indemnities."""
        return sum((each.unpaid + each.interest + each.indemnity for each in self.owed), Decimal("0.00"))


def list_unpaid(connection: sa.Connection, workspace_id: int) -> list[Due]:
    """The dues whose payment failed, or never came for what was given; a debit under way is not one of them (X8)."""
    given = (due for due in list_dues_of(connection, workspace_id) if due.counted_at is not None)
    return [due for due in given if due.state in ("failed", "open") and due.missing > 0]


def read_debt(connection: sa.Connection, workspace_id: int, at: datetime) -> Debt:
    """What a workspace owes at an instant. Raises NoRate where a half-year that interest runs through has no legal rate."""
    rates = read_rates(connection)
    owed = []
    for due in list_unpaid(connection, workspace_id):
        policy = read_premium(connection, workspace_id, due.premium_id).sheet.policy
        due_on, today = start_day(due.due_at), start_day(at)
        interest = late_interest(due.missing, due_on, today, policy, rates)
        owed.append(Owed(due, due.missing, interest, policy.late_indemnity if today > due_on else Decimal("0.00")))
    return Debt(tuple(owed))


def need_rate(connection: sa.Connection, at: datetime) -> None:
    """Something is unpaid: where the legal rate of this half-year was never entered, those who run Candor are asked for it."""
    half = half_year(start_day(at))
    if half not in read_rates(connection):
        open_task(connection, "legal-rate-missing", half, at)


def enter_rate(connection: sa.Connection, half_year: str, percent: Decimal, decree: str, at: datetime) -> None:
    """Enter the legal rate of a half-year, or correct it."""
    row = {"percent": percent, "decree": decree, "entered_at": at}
    entered = insert(legal_rates).values(half_year=half_year, **row)
    connection.execute(entered.on_conflict_do_update(index_elements=["half_year"], set_=row))


def read_rates(connection: sa.Connection) -> dict[str, Decimal]:
    """The legal rates there are, in percent, by half-year."""
    return {row.half_year: row.percent for row in connection.execute(sa.select(legal_rates))}
