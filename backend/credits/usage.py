"""Usage: what each member of a workspace has spent, by kind, between two instants."""

from datetime import datetime

from backend.kernel.database import Database

_USAGE = """
SELECT account_id, kind, -sum(delta)::integer FROM entries
WHERE workspace_id = %s AND action IN ('reveal', 'export') AND at >= %s AND at < %s GROUP BY account_id, kind
"""


def read_usage(database: Database, workspace_id: int, since: datetime, until: datetime) -> dict[int, dict[str, int]]:
    """Credits spent from `since` up to, not at, `until`: by account, then by kind. Who spent nothing is not there."""
    found: dict[int, dict[str, int]] = {}
    for account_id, kind, spent in database.call(_USAGE, (workspace_id, since, until)):
        found.setdefault(account_id, {})[kind] = spent
    return found
