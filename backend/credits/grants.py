"""Grants: how credits come into being, each with its own clock and its own entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    return add_lot(
        connection,
        action="grant",
        reason=given.reason or given.source,
        at=given.valid_from,
        workspace_id=given.workspace_id,
        account_id=given.account_id,
        kind=given.kind,
        source=given.source,
        granted=given.amount,
        remaining=given.amount,
        valid_from=given.valid_from,
        expires_at=given.expires_at,
        keeps=given.keeps,
        grant_key=given.key,
    )


_GRANT_ALL = sa.text("""
WITH given AS (
  SELECT * FROM unnest(
    CAST(:workspaces AS bigint[]), CAST(:accounts AS bigint[]), CAST(:kinds AS text[]), CAST(:sources AS text[]),
    CAST(:amounts AS integer[]), CAST(:begins AS timestamptz[]), CAST(:ends AS timestamptz[]), CAST(:keeps AS boolean[]),
    CAST(:keys AS text[]), CAST(:reasons AS text[]))
  WITH ORDINALITY AS one (workspace_id, account_id, kind, source, amount, valid_from, expires_at, keeps, grant_key, reason, n)),
made AS (
  INSERT INTO lots (workspace_id, account_id, kind, source, rank, granted, remaining, valid_from, expires_at, keeps, grant_key)
  SELECT workspace_id, account_id, kind, source, :rank, amount, amount, valid_from, expires_at, keeps, grant_key
  FROM given ORDER BY n
  ON CONFLICT (workspace_id, grant_key, kind) DO NOTHING
  RETURNING workspace_id, lot_id, account_id, kind, grant_key)
INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, account_id, reason, at)
SELECT workspace_id, made.lot_id, kind, :action, given.amount, given.amount, made.account_id, given.reason, given.valid_from
FROM made JOIN given USING (workspace_id, grant_key, kind) ORDER BY given.n
""")


def grant_all(connection: sa.Connection, given: Sequence[Grant], action: str = "grant") -> int:
    """What `grant` does, for many at once and in their order, each key and kind once; how many were not granted before."""
    if not given:
        return 0
    columns: dict[str, list[Any]] = {
        "workspaces": [one.workspace_id for one in given],
        "accounts": [one.account_id for one in given],
        "kinds": [one.kind for one in given],
        "sources": [one.source for one in given],
        "amounts": [one.amount for one in given],
        "begins": [one.valid_from for one in given],
        "ends": [one.expires_at for one in given],
        "keeps": [one.keeps for one in given],
        "keys": [one.key for one in given],
        "reasons": [one.reason or one.source for one in given],
    }
    return connection.execute(_GRANT_ALL, {**columns, "rank": _METERED_RANK, "action": action}).rowcount


def add_lot(connection: sa.Connection, *, action: str, reason: str, at: datetime, **lot: Any) -> bool:
    """Make a lot with its first entry; False where the workspace has one of this key and kind.

    What is carried in fills the lot of its key where it was here before; what is granted never does.
    """
    lot.setdefault("rank", _METERED_RANK)
    made = insert(lots).values(**lot)
    of_this_key = ["workspace_id", "grant_key", "kind"]
    if action == "carry_in":
        made = made.on_conflict_do_update(
            index_elements=of_this_key, set_={"remaining": lots.c.remaining + made.excluded.remaining}
        )
    else:
        made = made.on_conflict_do_nothing(index_elements=of_this_key)
    row = connection.execute(made.returning(lots.c.lot_id, lots.c.remaining)).one_or_none()
    if row is None:
        return False
    if lot["remaining"]:
        connection.execute(
            entries.insert().values(
                workspace_id=lot["workspace_id"],
                lot_id=row.lot_id,
                kind=lot["kind"],
                action=action,
                delta=lot["remaining"],
                balance=row.remaining,
                account_id=lot["account_id"],
                reason=reason,
                at=at,
            )
        )
    return True
