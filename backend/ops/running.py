"""Doing a piece of due work at once, because somebody who runs Candor asked: one step of it, written into the log."""

from collections.abc import Sequence
from datetime import datetime

from backend.kernel import Kernel
from backend.kernel.due import Piece, Tick, tick
from backend.kernel.failures import note_failures
from backend.kernel.ops import Act, log_act


def run_now(kernel: Kernel, act: Act, pieces: Sequence[Piece], at: datetime) -> Tick:
    """One step of these pieces; the worker does what is left in its next seconds. Raises NoReason or NoOperator."""
    with kernel.database.begin() as connection:
        for piece in pieces:
            log_act(connection, act, "due.run", f"piece {piece.name}", at)
    done, raised, through = 0, dict[str, str](), True
    for piece in pieces:
        result = tick(kernel.database.engine, [piece], at, most=1)
        note_failures(kernel.database.engine, result, [piece], at)
        done, raised, through = done + result.done, {**raised, **result.raised}, through and result.came_through
    return Tick(done, raised, through)
