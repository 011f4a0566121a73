"""What a workspace has revealed: everybody in it sees it free of charge, so it is what a member takes out of it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.credits.tables import reveals


@dataclass(frozen=True)
class Revealed:
    """One kind of one person."""

    person_id: int
    kind: str
    revealed_at: datetime


def read_revealed(connection: sa.Connection, workspace_id: int) -> list[Revealed]:
    """All of it, oldest first."""
    here = sa.select(reveals.c.person_id, reveals.c.kind, reveals.c.revealed_at).where(reveals.c.workspace_id == workspace_id)
    rows = connection.execute(here.order_by(reveals.c.revealed_at, reveals.c.person_id, reveals.c.kind))
    return [Revealed(row.person_id, row.kind, row.revealed_at) for row in rows]
