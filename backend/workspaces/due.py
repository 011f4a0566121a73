"""What time does here: an invitation nobody answered lapses, and its address is forgotten."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.kernel.due import Until
from backend.workspaces.activity import note
from backend.workspaces.invitations import close
from backend.workspaces.tables import invitations

_OVER = invitations.c.lapses_at


class Lapse:
    """Due work: one invitation at a time."""

    name = "invitation-lapse"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest unanswered invitation lapsed."""
        return sa.select(sa.func.min(_OVER)).where(invitations.c.state == "pending", until >= _OVER)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Close it, and say so in the log."""
        row = connection.execute(
            sa.select(invitations)
            .where(invitations.c.state == "pending", until >= _OVER)
            .order_by(_OVER)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return False
        close(connection, row, "lapsed", row.lapses_at)
        note(connection, row.workspace_id, None, "invitation-lapsed", row.lapses_at, invitation=row.invitation_id)
        return True
