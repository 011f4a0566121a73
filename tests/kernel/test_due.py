"""Due work is done in order of its instant; a piece that fails does not hold up the others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.due import Until, tick

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Listed:
    """A piece whose rows are in a list."""

    def __init__(self, name: str, minutes: list[int], log: list[str], fails: bool = False, start: datetime = NOON) -> None:
        self.name, self._rows, self._log, self._fails, self._start = name, sorted(minutes), log, fails, start

    def next_due(self, until: Until) -> sa.Select[Any]:
        first = self._start + timedelta(minutes=self._rows[0]) if self._rows else None
        oldest = sa.literal(first, sa.DateTime(timezone=True))
        return sa.select(oldest).where(oldest <= until)

    def __hash__(self) -> int:
        return hash((self._start, *self._rows))

    def __eq__(self, other: object) -> bool:
        """What is in the list is the question."""
        return isinstance(other, Listed) and (self._start, self._rows) == (other._start, other._rows)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        if self._fails:
            raise RuntimeError("broken")
        if not self._rows or self._start + timedelta(minutes=self._rows[0]) > until:
            return False
        self._log.append(f"{self.name}{self._rows.pop(0)}")
        return True


def test_what_is_due_first_is_done_first_across_all_pieces(kernel: Kernel) -> None:
    log: list[str] = []
    pieces = [Listed("a", [1, 4, 9], log), Listed("b", [2, 3, 5], log)]
    result = tick(kernel.database.engine, pieces, NOON + timedelta(minutes=5))
    assert log == ["a1", "b2", "b3", "a4", "b5"]
    assert result.done == 5


def test_a_piece_that_fails_is_set_aside_and_named(kernel: Kernel) -> None:
    log: list[str] = []
    pieces = [Listed("broken", [0], log, fails=True), Listed("a", [1], log)]
    result = tick(kernel.database.engine, pieces, NOON + timedelta(hours=1))
    assert (log, result.failed) == (["a1"], ("broken",))


def test_a_tick_stops_after_as_many_rows_as_it_may_do(kernel: Kernel) -> None:
    log: list[str] = []
    assert tick(kernel.database.engine, [Listed("a", list(range(9)), log)], NOON + timedelta(hours=1), most=4).done == 4
