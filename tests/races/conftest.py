"""Two who want what only one can have, each over a connection of its own: some order of the two explains what both were told."""

import random
import threading
import time as machine
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest

from backend.credits.audit import audit
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import Tick, tick
from tests.conftest import due_pieces
from tests.subscriptions.conftest import buyer, directory, settings, time  # noqa: F401

LONGEST = 60
ATTEMPTS = range(6)
"""Each race is run so often, each time from another start."""

Race = Callable[..., list[Any]]


@pytest.fixture(params=ATTEMPTS)
def attempt(request: pytest.FixtureRequest) -> int:
    """Which start it is."""
    return int(request.param)


@pytest.fixture
def race(kernel: Kernel, attempt: int) -> Race:
    """Runs calls at once, or some milliseconds apart; what each returned, in their order. Waits are bounded."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        chance = random.Random(attempt)
        delays = [chance.random() * 0.03 if attempt else 0.0 for _ in calls]
        gate = threading.Barrier(len(calls))
        answers: list[Any] = [None] * len(calls)

        def one(number: int) -> None:
            try:
                gate.wait(timeout=LONGEST)
                machine.sleep(delays[number])
                answers[number] = calls[number]()
            except Exception as error:
                answers[number] = error
            finally:
                kernel.database.close()

        threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=LONGEST)
            assert not thread.is_alive(), "one of them never came back"
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    return run


@pytest.fixture
def work(kernel: Kernel, clock: MovableClock) -> Callable[[], Tick]:
    """What a worker does: everything that is due."""

    def run() -> Tick:
        done = tick(kernel.database.engine, due_pieces(kernel), clock.now())
        assert done.failed == ()
        return done

    return run


@pytest.fixture(autouse=True)
def audited(kernel: Kernel) -> Iterator[None]:
    """However a race ends, the ledger adds up."""
    yield
    with kernel.database.begin() as connection:
        assert audit(connection) == []


def drain(owner: psycopg.Connection[Any], workspace_id: int, kind: str, left: int) -> None:
    """Let the pool's oldest lot of a kind hold so few: the rest of it is as if it had never been granted."""
    lot = owner.execute(
        "SELECT lot_id FROM lots WHERE workspace_id = %s AND account_id IS NULL AND kind = %s AND open ORDER BY lot_id LIMIT 1",
        (workspace_id, kind),
    ).fetchone()
    assert lot is not None
    owner.execute(
        "UPDATE lots SET granted = %s, remaining = %s WHERE workspace_id = %s AND lot_id = %s", (left, left, workspace_id, lot[0])
    )
    owner.execute(
        "UPDATE entries SET delta = %s, balance = %s WHERE workspace_id = %s AND lot_id = %s AND action = 'grant'",
        (left, left, workspace_id, lot[0]),
    )


def give_up_personal(owner: psycopg.Connection[Any], account_id: int) -> None:
    """Take every credit of an account's own away, so that only a pool can pay."""
    owner.execute("DELETE FROM entries USING lots WHERE entries.lot_id = lots.lot_id AND lots.account_id = %s", (account_id,))
    owner.execute("DELETE FROM lots WHERE account_id = %s", (account_id,))


def pool_debits(owner: psycopg.Connection[Any], workspace_id: int) -> int:
    """How many credits of the pool were spent."""
    found = owner.execute(
        "SELECT coalesce(-sum(e.delta), 0) FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE e.workspace_id = %s AND l.account_id IS NULL AND e.action IN ('reveal', 'give_back')",
        (workspace_id,),
    ).fetchone()
    return int(found[0])  # type: ignore[index]


def count(outcomes: Sequence[Any], wanted: Any) -> int:
    """How often this outcome came."""
    return sum(outcome == wanted for outcome in outcomes)
