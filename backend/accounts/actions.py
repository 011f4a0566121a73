"""What was done from an account, and through which session: one line for each change, only ever added to (6.2.6).

Reveals are not written here: each charge is an entry of the ledger already, with the account that acted, in the same statement.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.accounts.tables import account_actions
from backend.kernel import Kernel


@dataclass(frozen=True)
class Action:
    """One line; `session_id` is None for what came through the link of a suspension's mail."""

    at: datetime
    session_id: int | None
    action: str


def note_action(kernel: Kernel, account_id: int, session_id: int | None, action: str) -> None:
    """Write that an action succeeded."""
    row = {"account_id": account_id, "session_id": session_id, "action": action, "at": kernel.clock.now()}
    with kernel.database.begin() as connection:
        connection.execute(account_actions.insert().values(**row))


def read_actions(connection: sa.Connection, account_id: int) -> list[Action]:
    """Every line of an account, oldest first."""
    mine = sa.select(account_actions).where(account_actions.c.account_id == account_id).order_by(account_actions.c.action_id)
    return [Action(row.at, row.session_id, row.action) for row in connection.execute(mine)]
