"""Candor with its limits on, and people at work in it whose clock the test moves: the score as it runs in production."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import psycopg
import pytest
import redis
from flask import Flask
from werkzeug.test import TestResponse

from backend.accounts.sample import arrange
from backend.accounts.sessions import open_session
from backend.app import create_app
from backend.credits import Grant, change_permit, grant
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.http import Caller
from backend.kernel.tokens import make_access_token
from backend.settings import Settings
from backend.up.embedded import Servers
from tests.conftest import START
from tests.lookup.conftest import Directory, profile

PASSWORD = "nine-boats-under-the-moon"
EXTENSION = {"X-Candor-Client": "extension/0.1.0"}


@dataclass
class Worker:
    """Somebody signed in, who works by script or by hand. Every person they reveal is new unless they are named."""

    app: Flask
    kernel: Kernel
    clock: MovableClock
    store: "redis.Redis"
    directory: Directory
    email: str
    caller: Caller
    people: int = 0
    random: Random = field(default_factory=lambda: Random(7))

    def __post_init__(self) -> None:
        with self.app.app_context():
            self.token = make_access_token(self.caller)

    @property
    def account_id(self) -> int:
        return self.caller.account_id

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        # The buckets of the limits run on the machine's clock, which the test does not wait for.
        for bucket in self.store.scan_iter(f"LIMITER*{{account:{self.account_id}}}*"):
            self.store.delete(bucket)
        given = {"Authorization": f"Bearer {self.token}", **headers}
        return self.app.test_client().open(path, method=method, json=body, headers=given)

    def look_up(self, vanity: str, **headers: str) -> dict[str, Any]:
        return dict(self.call("POST", "/v1/lookups", {"profile": profile(vanity)}, **headers).json or {})

    def reveal(self, vanity: str = "", after: float = 3.0, client: Any = None, **headers: str) -> TestResponse:
        """One person's phone, so many seconds after the last."""
        self.clock.advance(timedelta(seconds=after))
        if not vanity:
            vanity = self.somebody()
        body = {"profile": profile(vanity), "kinds": ["phone"], **({"client": client} if client else {})}
        return self.call("POST", "/v1/reveals", body, **headers)

    def somebody(self) -> str:
        """A person nobody has looked at."""
        self.people += 1
        vanity = f"{self.account_id}-{self.people}-candor-sample"
        self.directory.add(vanity, phone="+31 6 1234 5678", b2b_email=f"{vanity}@molen.example", told=True)
        return vanity

    def go_on_until(self, code: str, most: int = 400, after: float = 3.0) -> int:
        """Reveal like a clock until the answer is this problem; how many answers were not."""
        for done in range(most):
            answer = self.reveal(after=after)
            if answer.status_code != 200 and answer.json and answer.json["code"] == code:
                return done
        raise AssertionError(f"never {code}: {answer.json}")

    def hold(self, amount: int, kind: str = "phone") -> None:
        """Credits paid for."""
        with self.kernel.database.begin() as connection:
            given = Grant(self.caller.workspace_id, None, kind, "purchased", amount, self.kernel.clock.now(), None, f"t{amount}")
            grant(connection, given)

    def change(self, **change: Any) -> None:
        with self.kernel.database.begin() as connection:
            change_permit(connection, self.caller.workspace_id, self.account_id, change)  # type: ignore[arg-type]

    def steps(self, owner: psycopg.Connection[Any]) -> list[str]:
        """The ladder, as recorded."""
        rows = owner.execute("SELECT step FROM robot_steps WHERE account_id = %s ORDER BY step_id", (self.account_id,))
        return [row[0] for row in rows.fetchall()]

    def cases(self, owner: psycopg.Connection[Any]) -> list[str]:
        """The kinds of the open cases."""
        rows = owner.execute("SELECT kind FROM cases WHERE account_id = %s AND state = 'open' ORDER BY 1", (self.account_id,))
        return [row[0] for row in rows.fetchall()]


Hire = Callable[..., Worker]


@pytest.fixture
def limited(settings: Settings, owner: psycopg.Connection[Any], stand: Servers, tmp_path: Any) -> Iterator[Flask]:
    """The application with its limits on, on empty tables and an empty Redis."""
    redis.Redis.from_url(stand.redis_url).flushall()
    made = create_app(settings.model_copy(update={"rate_limits": True, "candor_data": tmp_path}), MovableClock(START))
    yield made
    made.extensions["candor"].database.close()


@pytest.fixture
def kernel(limited: Flask) -> Kernel:
    """Of the application with limits; `ops` acts on it, too."""
    found: Kernel = limited.extensions["candor"]
    return found


@pytest.fixture
def hire(limited: Flask, kernel: Kernel, owner: psycopg.Connection[Any], stand: Servers) -> Hire:
    """Makes workers whose phones are unlimited."""
    store, directory = redis.Redis.from_url(stand.redis_url), Directory(kernel, owner)

    def make(name: str = "rob") -> Worker:
        email = f"{name}@{name}-company.example"
        account_id = arrange(kernel, email, PASSWORD, "ready", "en", sub=f"sub-{name}")
        clock = kernel.clock
        assert isinstance(clock, MovableClock)
        worker = Worker(limited, kernel, clock, store, directory, email, open_session(kernel, account_id).caller)
        owner.execute("UPDATE lots SET remaining = 0 WHERE workspace_id = %s", (worker.caller.workspace_id,))
        worker.change(unlimited_kind="phone")
        return worker

    return make


@pytest.fixture
def rob(hire: Hire) -> Worker:
    """Rob, who works by script."""
    return hire()
