"""Grants: how credits come into being, each with its own clock and its own entry."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.credits.tables import KINDS, SOURCES, entries, lots

_METERED_RANK = 1
"""All lots but the unlimited one (rank 0): among them what expires first is burnt first."""


@dataclass(frozen=True)
class Grant:
    """Credits of one kind. `account_id` None makes them the workspace's pool; `key` makes a replay harmless."""

    workspace_id: int
    account_id: int | None
    kind: str
    source: str
    amount: int
    valid_from: datetime
    expires_at: datetime | None
    key: str
    keeps: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.source not in SOURCES or self.source == "unlimited" or self.amount <= 0:
            raise ValueError(f"no such grant: {self.amount} {self.kind} from {self.source}")


def grant(connection: sa.Connection, given: Grant) -> bool:
    """Add the lot and its entry, in the caller's transaction; False where `key` was granted before."""
    lot = (
        insert(lots)
        .values(
            workspace_id=given.workspace_id,
            account_id=given.account_id,
            kind=given.kind,
            source=given.source,
            rank=_METERED_RANK,
            granted=given.amount,
            remaining=given.amount,
            valid_from=given.valid_from,
            expires_at=given.expires_at,
            keeps=given.keeps,
            grant_key=given.key,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "grant_key", "kind"])
        .returning(lots.c.lot_id)
    )
    lot_id = connection.execute(lot).scalar_one_or_none()
    if lot_id is None:
        return False
    connection.execute(
        entries.insert().values(
            workspace_id=given.workspace_id,
            lot_id=lot_id,
            kind=given.kind,
            action="grant",
            delta=given.amount,
            balance=given.amount,
            account_id=given.account_id,
            reason=given.reason or given.source,
            at=given.valid_from,
        )
    )
    return True
