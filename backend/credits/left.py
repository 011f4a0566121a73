"""What is left in the pool, or of an account's own: by kind, for whoever is about to lose or to keep it."""

from datetime import datetime

import sqlalchemy as sa

from backend.credits.lots import belongs_to, not_over
from backend.credits.tables import lots


def read_left(connection: sa.Connection, workspace_id: int, account_id: int | None, at: datetime) -> dict[str, int]:
    """Credits left by kind, of the account's own lots or of the pool where `account_id` is None; other kinds are not there."""
    left = sa.func.sum(lots.c.remaining + lots.c.frozen)
    mine = sa.select(lots.c.kind, left).where(belongs_to(workspace_id, account_id), not_over(at)).group_by(lots.c.kind)
    return {kind: int(amount) for kind, amount in connection.execute(mine.having(left > 0))}
