"""Redis stopped, started again, slow, emptied: no reveal is lost or doubled, the month's cap holds, and the metric shows it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import psycopg
import pytest
import redis
from flask import Flask

from backend.app import create_app
from backend.kernel.clock import MovableClock
from backend.kernel.metrics import LIMITER_AWAY
from backend.settings import Settings
from backend.up import postgres as pg
from backend.up import redis as rd
from backend.up.children import stop
from backend.up.embedded import arrange
from backend.up.server_user import choose_server_user
from tests.conftest import START
from tests.robots.production import PASSWORD, Worker

SLOWEST = 0.25 + 0.75
"""The storage's patience, and what a busy machine adds."""


class Store:
    """A Redis of its own, to be stopped."""

    def __init__(self, cache: rd.Redis) -> None:
        self.cache, self.url = cache, cache.url
        self.start()

    def start(self) -> None:
        self.child = self.cache.start()
        self.cache.wait(self.child)

    def stop(self) -> None:
        stop(self.child, rd.STOP, 10)

    def freeze(self, frozen: bool) -> None:
        os.kill(self.child.pid, signal.SIGSTOP if frozen else signal.SIGCONT)


@pytest.fixture
def store() -> Iterator[Store]:
    with ExitStack() as undo:
        folder = Path(undo.enter_context(TemporaryDirectory(prefix="candor-redis-")))
        folder.chmod(0o755)
        user = choose_server_user(folder)
        (folder / "logs").mkdir()
        _, cache = arrange(folder, user, pg.Passwords("", "", "", ""), durable=False)
        cache.prepare()
        made = Store(cache)
        undo.callback(made.stop)
        yield made


@pytest.fixture
def limited(settings: Settings, owner: psycopg.Connection[Any], store: Store, tmp_path: Path) -> Iterator[Flask]:
    """The application with its limits on a Redis that the test stops."""
    given = {"rate_limits": True, "candor_data": tmp_path, "redis_url": store.url}
    made = create_app(settings.model_copy(update=given), MovableClock(START))
    yield made
    made.extensions["candor"].database.close()


@pytest.fixture
def worker(rob: Worker, store: Store) -> Worker:
    """Rob, whose buckets nobody empties."""
    rob.store = redis.Redis()
    rob.store.scan_iter = lambda *_: iter(())  # type: ignore[method-assign]
    return rob


def away() -> float:
    return float(LIMITER_AWAY._value.get())


def charged_once(owner: psycopg.Connection[Any], reveals: int) -> None:
    found = owner.execute("SELECT (SELECT count(*) FROM reveals), (SELECT -sum(delta) FROM entries WHERE action = 'reveal')")
    assert found.fetchone() == (reveals, reveals)


def test_stopped_and_started_again(worker: Worker, store: Store, owner: psycopg.Connection[Any]) -> None:
    people = [worker.somebody() for _ in range(9)]
    for person in people[:3]:
        assert worker.reveal(person).status_code == 200
    store.stop()
    before = away()
    for person in [*people[3:6], *people[:6]]:  # new ones, and lost answers asked for again
        began = time.monotonic()
        answer = worker.reveal(person)
        assert time.monotonic() - began < SLOWEST
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers
    assert away() - before == 9
    store.start()
    time.sleep(1.1)
    for person in people[6:]:
        assert worker.reveal(person).headers["RateLimit"].startswith('"reveals";')
    assert away() - before == 9
    charged_once(owner, 9)


def test_slow_it_is_waited_for_a_quarter_of_a_second_and_then_left_alone(
    worker: Worker, store: Store, owner: psycopg.Connection[Any]
) -> None:
    people = [worker.somebody() for _ in range(4)]
    assert worker.reveal(people[0]).status_code == 200
    store.freeze(True)
    try:
        before, took = away(), []
        for person in people[1:]:
            began = time.monotonic()
            assert worker.reveal(person).status_code == 200
            took.append(time.monotonic() - began)
        assert took[0] < SLOWEST
        assert min(took[1:]) < 0.25  # the next ones do not try
        assert away() - before == 3
    finally:
        store.freeze(False)
    charged_once(owner, 4)


def test_answering_after_two_seconds_it_is_not_waited_for_and_its_late_answers_reach_nobody(
    worker: Worker, store: Store, owner: psycopg.Connection[Any]
) -> None:
    people = [worker.somebody() for _ in range(6)]
    assert worker.reveal(people[0]).headers["RateLimit"].startswith('"reveals";r=59;')
    busy = Thread(target=redis.Redis.from_url(store.url).execute_command, args=("DEBUG", "SLEEP", "2"))
    busy.start()
    time.sleep(0.1)
    before, began = away(), time.monotonic()
    for person in [*people[1:4], people[0]]:
        answer = worker.reveal(person)
        assert (answer.status_code, "RateLimit" in answer.headers) == (200, False)
    assert time.monotonic() - began < SLOWEST
    assert away() - before == 4
    busy.join(5)
    time.sleep(1.1)
    for left, person in ((58, people[4]), (57, people[5])):  # the one that was waited for in vain counts at most as one
        found = worker.reveal(person).headers["RateLimit"]
        assert found.startswith((f'"reveals";r={left};', f'"reveals";r={left - 1};'))
    assert away() - before == 4
    charged_once(owner, 6)
    assert worker.steps(owner) == []


def test_signing_in_needs_no_redis(worker: Worker, store: Store) -> None:
    given = {"email": worker.email, "password": PASSWORD}
    for frozen in (True, False):
        store.freeze(True) if frozen else store.stop()
        began = time.monotonic()
        answer = worker.call("POST", "/v1/sessions", given)
        assert (answer.status_code, time.monotonic() - began < 2 * SLOWEST) == (200, True)
        store.freeze(False) if frozen else store.start()
        time.sleep(1.1)


def test_a_connection_that_was_closed_meanwhile_is_opened_again_at_once(worker: Worker, store: Store) -> None:
    assert worker.reveal().status_code == 200
    before = away()
    store.stop()
    store.start()
    assert worker.reveal().headers["RateLimit"].startswith('"reveals";r=59;')
    assert away() == before


def test_the_cap_is_the_ledgers(worker: Worker, store: Store, owner: psycopg.Connection[Any]) -> None:
    assert worker.reveal().status_code == 200
    owner.execute("UPDATE lots SET remaining = 1 WHERE source = 'unlimited'")
    store.stop()
    assert worker.reveal().status_code == 200
    assert worker.reveal().json["code"] == "fair-use-exceeded"  # type: ignore[index]
    store.start()


def test_emptied_a_hold_stays_and_paid_credits_pay(worker: Worker, store: Store, owner: psycopg.Connection[Any]) -> None:
    worker.store = redis.Redis.from_url(store.url)
    worker.go_on_until("robot-suspected")
    worker.store.flushall()
    assert worker.reveal().json["code"] == "robot-suspected"  # type: ignore[index]
    worker.hold(1)
    assert worker.reveal().status_code == 200
    assert worker.steps(owner) == ["watch", "ask", "hold"]
