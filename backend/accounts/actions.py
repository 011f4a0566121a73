"""What was done from an account, and through which session: one line for each change, only ever added to (6.2.6).

The line is part of the first transaction of its request that changes something, so that neither stands without the other.
Reveals are not written here: each charge is an entry of the ledger already, with the account that acted, in the same statement.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts.tables import account_actions
from backend.kernel import Kernel

# A transaction gets its number with its first change; one that only read has none.
_CHANGED = sa.text("pg_current_xact_id_if_assigned() IS NOT NULL")


@dataclass(frozen=True)
class Action:
    """One line; `session_id` is None for what came through the link of a suspension's mail."""

    at: datetime
    session_id: int | None
    action: str


def note_first_changes(kernel: Kernel, find_line: Callable[[], Mapping[str, Any] | None], *, written: Callable[[], object]) -> None:
    """Let every transaction that changes something write the line that waits, if any; `written` is called once it stands."""

    def last(connection: sa.Connection) -> Callable[[], object] | None:
        line = find_line()
        return written if line is not None and note_change(connection, line) else None

    kernel.database.end_each_with(last)


def note_change(connection: sa.Connection, line: Mapping[str, Any]) -> bool:
    """Write a line where this transaction has changed something; False where it only read."""
    values = [sa.bindparam(name, value, type_=account_actions.c[name].type) for name, value in line.items()]
    row = account_actions.insert().from_select(list(line), sa.select(*values).where(_CHANGED))
    return connection.execute(row.returning(account_actions.c.action_id)).first() is not None


def note_action(kernel: Kernel, line: Mapping[str, Any]) -> None:
    """Write the line of an action that succeeded and changed nothing."""
    with kernel.database.engine.begin() as connection:
        connection.execute(account_actions.insert().values(**line))


def read_actions(connection: sa.Connection, account_id: int) -> list[Action]:
    """Every line of an account, oldest first."""
    mine = sa.select(account_actions).where(account_actions.c.account_id == account_id).order_by(account_actions.c.action_id)
    return [Action(row.at, row.session_id, row.action) for row in connection.execute(mine)]
