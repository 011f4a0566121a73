"""What a workspace has revealed: everybody in it sees it free of charge, so it is what a member takes out of it."""

from collections.abc import Sequence
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


def has_paid(connection: sa.Connection, workspace_id: int, persons: Sequence[int], kind: str) -> bool:
    """Whether the workspace has paid for this kind of the person: the root, or one merged into it."""
    paid = sa.select(reveals.c.kind).where(
        reveals.c.workspace_id == workspace_id, reveals.c.person_id.in_(persons), reveals.c.kind == kind
    )
    return connection.execute(paid.limit(1)).first() is not None


def read_revealed(connection: sa.Connection, workspace_id: int) -> list[Revealed]:
    """All of it, oldest first."""
    here = sa.select(reveals.c.person_id, reveals.c.kind, reveals.c.revealed_at).where(reveals.c.workspace_id == workspace_id)
    rows = connection.execute(here.order_by(reveals.c.revealed_at, reveals.c.person_id, reveals.c.kind))
    return [Revealed(row.person_id, row.kind, row.revealed_at) for row in rows]
