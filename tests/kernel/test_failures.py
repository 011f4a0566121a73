"""What fails of due work is written down, one row a piece, and what mends is written down, too."""

from datetime import timedelta

import psycopg
import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import read_dues, tick
from backend.kernel.failures import Failure, note_failures, read_failures
from tests.kernel.test_due import NOON, Listed


class Broken(Listed):
    """Asks the database for a table that is not there, in words nobody should read."""

    def run(self, connection: sa.Connection, until: object) -> bool:
        connection.execute(sa.text("SELECT 'ada@analytical.example' FROM nowhere"))
        return False


def work(kernel: Kernel, *pieces: Listed) -> dict[str, Failure]:
    at = kernel.clock.now()
    note_failures(kernel.database.engine, tick(kernel.database.engine, pieces, at), pieces, at)
    with kernel.database.begin() as connection:
        return read_failures(connection)


def test_a_piece_that_fails_has_one_row_with_the_kind_of_its_error(kernel: Kernel, clock: MovableClock) -> None:
    clock.set(NOON)
    for _ in range(3):
        clock.advance(timedelta(seconds=1))
        found = work(kernel, Broken("broken", [0], []), Listed("well", [0], []))
    first, last = NOON + timedelta(seconds=1), NOON + timedelta(seconds=3)
    assert found == {"broken": Failure("broken", "UndefinedTable", first, last, 3, None)}


def test_a_piece_that_goes_well_again_is_mended_and_a_new_failure_counts_anew(kernel: Kernel, clock: MovableClock) -> None:
    clock.set(NOON)
    work(kernel, Broken("piece", [0], []))
    clock.advance(timedelta(seconds=1))
    assert work(kernel, Listed("other", [0], []))["piece"].mended_at is None, "nobody tried it"
    assert work(kernel, Listed("piece", [0], []))["piece"].mended_at == clock.now()
    clock.advance(timedelta(seconds=1))
    again = work(kernel, Listed("piece", [0], [], fails=True))["piece"]
    assert (again.error, again.since, again.times, again.mended_at) == ("RuntimeError", clock.now(), 1, None)


def test_no_word_of_an_error_is_kept(kernel: Kernel, clock: MovableClock, owner: psycopg.Connection[object]) -> None:
    clock.set(NOON)
    work(kernel, Broken("broken", [0], []))
    assert "@" not in str(owner.execute("SELECT due_failures FROM due_failures").fetchall())


def test_since_when_something_is_due_is_known_by_piece(kernel: Kernel) -> None:
    pieces = [Listed("late", [2, 4], []), Listed("now", [9], []), Listed("later", [30], [])]
    now = NOON + timedelta(minutes=9)
    assert read_dues(kernel.database.engine, pieces, now) == {"late": NOON + timedelta(minutes=2)}
