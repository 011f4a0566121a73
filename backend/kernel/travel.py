"""Moves the sandbox's clock, and does what falls due on the way."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel import Kernel
from backend.kernel.due import Piece, find_next, run, tick
from backend.kernel.tables import sandbox_clock

LONGEST = timedelta(days=3660)
"""The longest way at once: ten years."""


class Backwards(ValueError):
    """Time goes forward only: what has been done is not undone."""


class TooFar(ValueError):
    """Ten years at once are enough."""


def travel(kernel: Kernel, pieces: Sequence[Piece], to: datetime) -> int:
    """Put the clock to `to`, having done everything due on the way, each at its instant; returns the rows done.

    One traveller at a time; the worker may run beside it. A piece that fails is left for the worker's next second.
    Raises Backwards or TooFar.
    """
    engine, waiting, done = kernel.database.engine, list(pieces), 0
    with engine.connect() as held:
        held.execute(sa.text("SELECT pg_advisory_lock(hashtext('candor.travel'))"))
        try:
            now = kernel.clock.now()
            if to < now:
                raise Backwards
            if to - now > LONGEST:
                raise TooFar
            while (found := find_next(engine, waiting, to)) is not None and found[0] < to:
                due, piece = found
                if due > now:
                    now = due
                    _put(engine, now)
                # Nothing is due before `now`: what this piece has at this instant may be done before another is asked.
                rows, ran = 0, run(engine, piece, now)
                while ran:
                    rows, ran = rows + ran, run(engine, piece, now)
                done += rows
                if ran is None or not rows:  # it failed, or a worker holds its row
                    waiting.remove(piece)
            _put(engine, to)
            return done + tick(engine, waiting, to).done
        finally:
            held.execute(sa.text("SELECT pg_advisory_unlock(hashtext('candor.travel'))"))
            held.rollback()


def _put(engine: sa.Engine, at: datetime) -> None:
    put = insert(sandbox_clock).values(stands_at=at)
    with engine.begin() as connection:
        connection.execute(put.on_conflict_do_update(index_elements=["one"], set_={"stands_at": at}))
