"""What is left of each kind, when the next of it goes, and the ledger as its readers see it."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from backend.credits.rules import month_end
from backend.credits.tables import KINDS, UNLIMITED
from backend.kernel.database import Database

_LOTS = """
SELECT l.kind, l.source, l.remaining, l.expires_at FROM lots l
WHERE l.workspace_id = %(w)s AND l.open AND (l.account_id IS NULL OR l.account_id = %(a)s)
  AND l.valid_from <= %(at)s AND (l.expires_at IS NULL OR l.expires_at > %(at)s)
"""
_PERMIT = """
SELECT p.unlimited_kind, p.held, p.limits, EXISTS (
  SELECT FROM lots l WHERE l.workspace_id = p.workspace_id AND l.account_id = p.account_id
  AND l.source = 'unlimited' AND l.expires_at = %(end)s)
FROM permits p WHERE p.workspace_id = %(w)s AND p.account_id = %(a)s
"""
_LEFT_OF_MONTH = (
    "SELECT kind, left_of_month(%s, %s, kind, most::integer, %s) FROM jsonb_each_text(%s::jsonb) AS limits (kind, most)"
)
_ENTRIES = """
SELECT e.entry_id, e.at, e.kind, e.action, e.delta, e.balance, l.source, l.expires_at, e.person_id, e.account_id, e.reason
FROM entries e JOIN lots l ON l.workspace_id = e.workspace_id AND l.lot_id = e.lot_id
WHERE e.workspace_id = %(w)s AND (l.account_id IS NULL OR l.account_id = %(a)s) AND e.entry_id < %(before)s
ORDER BY e.entry_id DESC LIMIT %(most)s
"""
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Balance:
    """One kind: `available` counts everything spendable now, the unlimited lot included, up to the member's limit of the month."""

    available: int
    unlimited_left: int | None
    resets_at: datetime | None
    next_amount: int | None
    next_at: datetime | None
    limit_left: int | None = None


@dataclass(frozen=True)
class Entry:
    """One line of the ledger, with the lot it belongs to."""

    entry_id: int
    at: datetime
    kind: str
    action: str
    delta: int
    balance: int
    source: str
    expires_at: datetime | None
    person_id: int | None
    account_id: int | None
    reason: str | None


def read_balances(database: Database, workspace_id: int, account_id: int, at: datetime) -> dict[str, Balance]:
    """The balance of each of the four kinds, for one member of a workspace."""
    end = month_end(at)
    parameters = {"w": workspace_id, "a": account_id, "at": at, "end": end}
    permits = database.call(_PERMIT, parameters)
    unlimited_kind, held, limits, minted = permits[0] if permits else (None, False, None, False)
    rows = database.call(_LOTS, parameters)
    balances = {kind: _balance(kind, rows, kind == unlimited_kind, held, minted, end) for kind in KINDS}
    if limits:
        for kind, allowed in database.call(_LEFT_OF_MONTH, (workspace_id, account_id, at, json.dumps(limits))):
            balances[kind] = replace(balances[kind], available=min(balances[kind].available, allowed), limit_left=allowed)
    return balances


def _balance(
    kind: str,
    rows: list[tuple[str, str, int, datetime | None]],
    unlimited: bool,
    held: bool,
    minted: bool,
    end: datetime,
) -> Balance:
    mine = [row for row in rows if row[0] == kind]
    metered = [row for row in mine if row[1] != "unlimited"]
    unlimited_left = None
    if unlimited or len(mine) > len(metered):
        unlimited_left = sum(row[2] for row in mine if row[1] == "unlimited") if minted or not unlimited else UNLIMITED
    next_at = min((row[3] or _NEVER for row in metered), default=_NEVER)
    return Balance(
        available=sum(row[2] for row in metered) + (0 if held else unlimited_left or 0),
        unlimited_left=unlimited_left,
        resets_at=end if unlimited_left is not None else None,
        next_amount=None if next_at is _NEVER else sum(row[2] for row in metered if row[3] == next_at),
        next_at=None if next_at is _NEVER else next_at,
    )


def read_entries(database: Database, workspace_id: int, account_id: int, before: int, most: int) -> list[Entry]:
    """The newest `most` entries older than entry `before`, of the member's own lots and of the workspace's pool."""
    rows = database.call(_ENTRIES, {"w": workspace_id, "a": account_id, "before": before, "most": most})
    return [Entry(*row) for row in rows]
