"""What alerts need is looked at by the worker: whether the servers are there, what waits and for how long."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.database import Database
from backend.kernel.mail import Letter, post
from backend.kernel.tables import mails
from backend.kernel.watching import Watch
from backend.settings import Settings
from backend.worker import work_once
from tests.kernel.test_due import NOON, Listed


def sample(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_what_waits_is_told_with_its_age(kernel: Kernel, clock: MovableClock) -> None:
    clock.set(NOON + timedelta(minutes=5))
    with kernel.database.begin() as connection:
        for _ in range(3):
            post(connection, kernel.sealer, Letter("ada@analytical.example", "Hello", "A word."), clock.now())
        first = select(func.min(mails.c.mail_id)).scalar_subquery()
        later = clock.now() + timedelta(hours=1)
        connection.execute(mails.update().where(mails.c.mail_id == first).values(attempts=2, due_at=later))
    Watch(kernel, [Listed("late", [2], []), Listed("soon", [6], [])]).look()
    assert sample("candor_due_oldest_seconds") == 180
    assert sample("candor_mails_waiting", state="due") == 2
    assert sample("candor_mails_waiting", state="failed") == 1
    assert sample("candor_database_up") == sample("candor_redis_up") == 1


def test_servers_that_are_away_are_told_and_nothing_is_raised(kernel: Kernel, settings: Settings) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    lost = Kernel(
        settings=settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"}),
        **{name: getattr(kernel, name) for name in ("switches", "clock", "ids", "digester", "sealer")},
        database=away,
    )
    Watch(lost, [Listed("late", [2], [])]).look()
    assert sample("candor_database_up") == sample("candor_redis_up") == 0


def test_a_worker_that_stands_still_is_seen(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.kernel.metrics.time.time", lambda: 1234.0)
    work_once(kernel)
    assert sample("candor_worker_ticked_at_seconds") == 1234


def test_a_first_failure_is_growth_and_no_beginning(kernel: Kernel) -> None:
    Watch(kernel, [Listed("never failed", [], [])])
    assert sample("candor_due_failed_total", piece="never failed") == 0
