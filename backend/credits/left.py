"""What is left in the pool, or of an account's own: by kind, for whoever is about to lose or to keep it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.credits.lots import belongs_to, not_over
from backend.credits.tables import lots


def read_left(connection: sa.Connection, workspace_id: int, account_id: int | None, at: datetime) -> dict[str, int]:
    """Credits left by kind, of the account's own lots or of the pool where `account_id` is None; other kinds are not there."""
    left = sa.func.sum(lots.c.remaining + lots.c.frozen)
    mine = sa.select(lots.c.kind, left).where(belongs_to(workspace_id, account_id), not_over(at)).group_by(lots.c.kind)
    return {kind: int(amount) for kind, amount in connection.execute(mine.having(left > 0))}


@dataclass(frozen=True)
class Lot:
    """A grant with its own clock; it is no longer spendable after `expires_at`, and never ends where that is None."""

    lot_id: int
    kind: str
    source: str
    granted: int
    remaining: int
    frozen: int
    valid_from: datetime
    expires_at: datetime | None


def read_lots(connection: sa.Connection, workspace_id: int, account_id: int | None, at: datetime, most: int = 100) -> list[Lot]:
    """Lots that hold something, of an account's own or of the pool where it is None: what ends first stands first."""
    held = sa.or_(lots.c.remaining > 0, lots.c.frozen > 0)
    found = sa.select(*(lots.c[name] for name in Lot.__dataclass_fields__))
    found = found.where(belongs_to(workspace_id, account_id), not_over(at), held)
    ordered = found.order_by(lots.c.expires_at.asc().nulls_last(), lots.c.lot_id).limit(most)
    return [Lot(*row) for row in connection.execute(ordered)]
