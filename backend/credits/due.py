"""What time does to credits: lots that are over are written off, each with its entry."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.credits.tables import lots
from backend.kernel.due import Until

# The lots of the oldest instant, whatever their owners; locked as one, without waiting for anybody, so that locks cannot cross.
_WRITE_OFF = sa.text("""
WITH over AS (
  SELECT workspace_id, lot_id, kind, remaining, expires_at FROM lots
  WHERE open AND expires_at = (SELECT min(expires_at) FROM lots WHERE open AND expires_at <= :until)
  ORDER BY lot_id LIMIT :most FOR NO KEY UPDATE SKIP LOCKED),
emptied AS (
  UPDATE lots l SET remaining = 0 FROM over WHERE l.workspace_id = over.workspace_id AND l.lot_id = over.lot_id)
INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, at, reason)
SELECT workspace_id, lot_id, kind, 'expire', -remaining, 0, expires_at, 'expired' FROM over
""")
_AT_ONCE = 1000


class Expiry:
    """Due work: the lots that end at one instant. Spending never waits for it: an expired lot pays nothing from its instant on."""

    name = "expiry"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the lot that is longest over has ended."""
        return sa.select(sa.func.min(lots.c.expires_at)).where(lots.c.open, lots.c.expires_at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Write off some lots of the oldest instant."""
        return connection.execute(_WRITE_OFF, {"until": until, "most": _AT_ONCE}).rowcount
