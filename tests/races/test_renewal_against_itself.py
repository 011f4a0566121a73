"""The renewal job by several workers, some of which are killed half-way: each premium is renewed once, granted once, due once."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import Tick, tick
from backend.subscriptions import due as due_work
from tests.conftest import due_pieces
from tests.races.conftest import Race
from tests.subscriptions.conftest import Buyer

Buyers = Callable[..., Buyer]
END = datetime.fromisoformat("2026-04-15T00:00:00+02:00")


@pytest.mark.parametrize("killed", [0, 2])
def test_several_workers_renew_each_premium_once(
    buyer: Buyers,
    clock: MovableClock,
    owner: psycopg.Connection[Any],
    kernel: Kernel,
    race: Race,
    work: Callable[[], Tick],
    monkeypatch: pytest.MonkeyPatch,
    killed: int,
) -> None:
    clock.set(datetime.fromisoformat("2026-03-15T10:00:00+01:00"))
    buyers = [buyer(name) for name in ("ada", "bob", "eve")]
    for one in buyers:
        one.subscribe("business", 2, phone=1)
    clock.set(END)
    whole, deaths = due_work.renew, threading.Semaphore(killed)

    def die_afterwards(*arguments: Any, **named: Any) -> Any:
        renewed = whole(*arguments, **named)
        if deaths.acquire(blocking=False):
            raise RuntimeError("killed before it could commit")
        return renewed

    with monkeypatch.context() as patched:
        patched.setattr(due_work, "renew", die_afterwards)
        ticks = race(*[lambda: tick(kernel.database.engine, due_pieces(kernel), END)] * 3)
    assert sum(len(one.failed) for one in ticks) == killed
    work()
    work()
    for one in buyers:
        assert one.dues == [("start", "188.00", "submitted"), ("renewal", "188.00", "submitted")]
        assert one.premium["period"] == 2
        assert one.pool(owner)["phone"] == 400 + 400 + 100
    granted = owner.execute(
        "SELECT count(*), count(DISTINCT (workspace_id, grant_key, kind)) FROM lots WHERE grant_key LIKE 'premium:%:2%'"
    ).fetchone()
    assert granted is not None
    assert granted[0] == granted[1] > 0
