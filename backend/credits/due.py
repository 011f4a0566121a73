"""What time does to credits: lots that are over are written off, each with its entry."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.credits.tables import entries, lots


class Expiry:
    """Due work: one expired lot at a time. Spending never waits for it: an expired lot pays nothing from its instant on."""

    name = "expiry"

    def next_due(self, until: datetime) -> sa.Select[Any]:
        """When the lot that is longest over has ended."""
        return sa.select(sa.func.min(lots.c.expires_at)).where(lots.c.open, lots.c.expires_at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Write off one lot."""
        lot = connection.execute(
            sa.select(lots)
            .where(lots.c.open, lots.c.expires_at <= until)
            .order_by(lots.c.expires_at, lots.c.lot_id)
            .limit(1)
            .with_for_update(skip_locked=True, key_share=True)
        ).one_or_none()
        if lot is None:
            return False
        this = sa.and_(lots.c.workspace_id == lot.workspace_id, lots.c.lot_id == lot.lot_id)
        connection.execute(lots.update().where(this).values(remaining=0))
        connection.execute(
            entries.insert().values(
                workspace_id=lot.workspace_id,
                lot_id=lot.lot_id,
                kind=lot.kind,
                action="expire",
                delta=-lot.remaining,
                balance=0,
                at=lot.expires_at,
                reason="expired",
            )
        )
        return True
