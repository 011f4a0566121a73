"""Which pieces of due work fail: written down by the worker, one row a piece, for those who run Candor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.due import Piece, Tick
from backend.kernel.tables import due_failures


@dataclass(frozen=True)
class Failure:
    """What failed last of a piece: the kind of the error, since when, how often; `mended_at` says that it went well since."""

    piece: str
    error: str
    since: datetime
    last_at: datetime
    times: int
    mended_at: datetime | None


def note_failures(engine: sa.Engine, result: Tick, pieces: Sequence[Piece], at: datetime) -> None:
    """Write down which of the pieces raised, and that the others go well again where everything due of them was done."""
    with engine.begin() as connection:
        for piece, error in sorted(result.raised.items()):
            note_failure(connection, piece, error, at)
        if result.came_through:
            well = due_failures.c.piece.in_([piece.name for piece in pieces if piece.name not in result.raised])
            connection.execute(due_failures.update().where(due_failures.c.mended_at.is_(None), well).values(mended_at=at))


def note_failure(connection: sa.Connection, piece: str, error: str, at: datetime) -> None:
    """A piece raised."""
    t = due_failures.c
    first = insert(due_failures).values(piece=piece, error=error, since=at, last_at=at, times=1)
    still = t.mended_at.is_(None)
    again = {
        "error": error,
        "since": sa.case((still, t.since), else_=at),
        "last_at": at,
        "times": sa.case((still, t.times + 1), else_=1),
        "mended_at": None,
    }
    connection.execute(first.on_conflict_do_update(index_elements=["piece"], set_=again))


def read_failures(connection: sa.Connection) -> dict[str, Failure]:
    """By name of the piece."""
    rows = connection.execute(sa.select(*(due_failures.c[name] for name in Failure.__dataclass_fields__)))
    return {row.piece: Failure(*row) for row in rows}
