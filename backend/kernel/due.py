"""What time does: pieces of work that are rows with a due instant in the room that owns them, done in order of that instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa


class Piece(Protocol):
    """One kind of due work. Each run takes one row `FOR UPDATE SKIP LOCKED` and may be run twice, or by two workers at once."""

    name: str

    def next_due(self, connection: sa.Connection, until: datetime) -> datetime | None:
        """The instant of the oldest row due at `until`, or None."""
        ...

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Do one row in this transaction; False where another worker was faster."""
        ...


@dataclass(frozen=True)
class Tick:
    """What one tick did."""

    done: int
    failed: tuple[str, ...]


def tick(engine: sa.Engine, pieces: Sequence[Piece], until: datetime, most: int = 1000) -> Tick:
    """Do what is due at `until`, oldest first, at most `most` rows. A piece that raises is set aside until the next tick."""
    done = 0
    waiting = list(pieces)
    failed: list[str] = []
    while waiting and done < most:
        with engine.begin() as connection:
            dues = [(due, piece) for piece in waiting if (due := piece.next_due(connection, until)) is not None]
        if not dues:
            break
        piece = min(dues, key=lambda pair: pair[0])[1]
        try:
            with engine.begin() as connection:
                ran = piece.run(connection, until)
        except Exception:
            failed.append(piece.name)
            ran = False
        if ran:
            done += 1
        else:
            waiting.remove(piece)
    return Tick(done, tuple(failed))
