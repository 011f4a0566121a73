"""What time does: pieces of work that are rows with a due instant in the room that owns them, done in order of that instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
import structlog


class Piece(Protocol):
    """One kind of due work. Each run takes rows of one instant `FOR UPDATE SKIP LOCKED`, and two workers may run it at once."""

    name: str

    def next_due(self, until: datetime) -> sa.Select[Any]:
        """The statement whose one value is the instant of the oldest row due at `until`, or null."""
        ...

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Do one row, or some of one instant, in this transaction; how many: none where another worker was faster."""
        ...


@dataclass(frozen=True)
class Tick:
    """How many rows one tick did, and the pieces that raised."""

    done: int
    failed: tuple[str, ...]


def tick(engine: sa.Engine, pieces: Sequence[Piece], until: datetime, most: int = 1000) -> Tick:
    """Do what is due at `until`, oldest first, until `most` rows are done. A piece that raises is set aside until the next tick."""
    done = 0
    waiting = list(pieces)
    failed: list[str] = []
    while waiting and done < most and (found := find_next(engine, waiting, until)) is not None:
        piece = found[1]
        ran = run(engine, piece, until)
        if ran is None:
            failed.append(piece.name)
        if ran:
            done += ran
        else:
            waiting.remove(piece)
    return Tick(done, tuple(failed))


def run(engine: sa.Engine, piece: Piece, until: datetime) -> int | None:
    """One step of a piece in a transaction of its own; None where it raised, which is logged."""
    try:
        with engine.begin() as connection:
            return piece.run(connection, until)
    except Exception as error:
        structlog.get_logger().error("due work failed", piece=piece.name, raised=error)
        return None


def find_next(engine: sa.Engine, pieces: Sequence[Piece], until: datetime) -> tuple[datetime, Piece] | None:
    """What is due first at `until`, in one question; of several at one instant the first in order of `pieces`."""
    asked = [sa.select(sa.literal(n).label("n"), piece.next_due(until).scalar_subquery()) for n, piece in enumerate(pieces)]
    with engine.begin() as connection:
        dues = [(due, n) for n, due in connection.execute(sa.union_all(*asked)) if due is not None]
    if not dues:
        return None
    due, n = min(dues)
    return due, pieces[n]
