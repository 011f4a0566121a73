"""What those who run Candor see of an update: every account, when it was told and when it installed it (12.14)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.accounts.records import open_email
from backend.accounts.tables import accounts
from backend.kernel import Kernel
from backend.terms import find_update, read_standings


@dataclass(frozen=True)
class Line:
    """One account."""

    email: str
    told_at: datetime | None
    installed_at: datetime | None


def list_standings(connection: sa.Connection, kernel: Kernel, version: str) -> list[Line] | None:
    """Every account that was activated, oldest first; None where there is no such update."""
    update = find_update(connection, version)
    if update is None:
        return None
    rows = connection.execute(sa.select(accounts).where(accounts.c.state != "pending").order_by(accounts.c.account_id)).all()
    standings = read_standings(connection, update, [row.account_id for row in rows])
    return [Line(open_email(kernel, row), each.told_at, each.installed_at) for row, each in zip(rows, standings, strict=True)]
