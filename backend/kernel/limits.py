"""Load limits: each route has exactly one, kept by flask-limiter in a storage of ours that makes one Redis trip.

A limit is a token bucket (GCRA): `amount` in `seconds`, of which `burst` may come at once. When Redis is away the limits fail open,
with a metric: the ledger is the real guard. Somebody else's work in Redis may ride along in the same trip (`Rider`).
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import redis
from flask import Flask, g, request
from flask_limiter import Limiter
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import Storage
from limits.storage.base import SlidingWindowCounterSupport
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import NoScriptError
from redis.retry import Retry
from werkzeug import Response

from backend.kernel.metrics import LIMITER_AWAY
from backend.kernel.problems import Problem

TAKE = (Path(__file__).parent / "limits.lua").read_text()
"""The bucket's script, also for buckets that a room keeps besides its routes' limits."""
_TIMEOUT = 0.25
_PAUSE = 1.0


@dataclass(frozen=True)
class Limit:
    """`amount` requests in `seconds`, at most `burst` of them at once; one bucket for each account or address and `name`."""

    name: str
    amount: int
    seconds: int
    burst: int

    @cached_property
    def item(self) -> RateLimitItem:
        """As the library `limits` knows it."""
        return RateLimitItemPerSecond(self.amount, self.seconds)

    @cached_property
    def arguments(self) -> tuple[bytes, bytes, bytes]:
        """For the script: microseconds for each request, burst, cost."""
        return str(self.seconds * 1_000_000 // self.amount).encode(), str(self.burst).encode(), b"1"

    @cached_property
    def policy(self) -> str:
        """As the header `RateLimit-Policy` says it."""
        return f'"{self.name}";q={self.amount};w={self.seconds}'


READS = Limit("reads", 300, 60, 300)
WRITES = Limit("writes", 60, 60, 60)
LOOKUPS = Limit("lookups", 120, 60, 120)
REVEALS = Limit("reveals", 600, 3600, 60)
SIGN_INS = Limit("sign-ins", 10, 60, 10)
PAGES = Limit("pages", 240, 60, 240)
CHECKS = Limit("checks", 6000, 60, 6000)


class Load(NamedTuple):
    """What a rider brings to one trip, beside the bucket's own key and three arguments. Keys are in the bucket's slot."""

    keys: list[str]
    arguments: list[str | int]


@dataclass(frozen=True)
class Rider:
    """Work of another room in the bucket's trip: a script that takes from the bucket first, then adds a fourth thing if it passed.

    `board` says what this request brings, or None where it has no business there; `alight` is given the fourth thing.
    """

    script: str
    board: Callable[[], Load | None]
    alight: Callable[[Any], None]


class Standing(NamedTuple):
    """What the bucket said: whether the request may pass, how many are left, and in how many seconds more will be."""

    passed: bool
    left: int
    wait: float


class _Scripts(NamedTuple):
    take: Script
    take_along: Script


def _run(script: Script, keys: list[str], arguments: Iterable[bytes | str | int]) -> Any:
    client: Any = script.registered_client
    try:
        return client.execute_command("EVALSHA", script.sha, len(keys), *keys, *arguments)
    except NoScriptError:
        return script(keys=keys, args=arguments)


def _connect(url: str, rider: Rider | None) -> _Scripts:
    # A connection that Redis closed meanwhile is opened once more, at once. Whoever waited in vain does not wait again.
    again = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    patience = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT}
    client = redis.Redis.from_url(url, single_connection_client=True, protocol=2, retry=again, **patience)
    return _Scripts(client.register_script(TAKE), client.register_script(rider.script if rider else TAKE))


class OneTripStorage(Storage, SlidingWindowCounterSupport):
    """A flask-limiter storage that takes, counts and tells in one EVALSHA; the answer is left in `g.limit_standing`."""

    STORAGE_SCHEME = ["candor"]  # noqa: RUF012

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._url = str(options["redis_url"])
        self._own = threading.local()
        self._rider: Rider | None = options.get("rider")
        self._away_until = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return redis.RedisError

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Take from the bucket of the request's own limit; True where it may pass, also when Redis is away."""
        rule: Limit = g.limit
        now = time.monotonic()
        if now < self._away_until:
            LIMITER_AWAY.inc()
            return True
        load = self._rider.board() if self._rider else None
        try:
            if load is None:
                passed, left, wait = _run(self._scripts.take, [key], rule.arguments)
            else:
                along = self._scripts.take_along
                passed, left, wait, *brought = _run(along, [key, *load.keys], [*rule.arguments, *load.arguments])
        except redis.RedisError:
            self._away_until = now + _PAUSE
            LIMITER_AWAY.inc()
            return True
        g.limit_standing = Standing(bool(passed), int(left), int(wait) / 1_000_000)
        if self._rider and load is not None and brought:
            self._rider.alight(brought[0])
        return bool(passed)

    @property
    def _scripts(self) -> "_Scripts":
        """The scripts on this thread's own connection: lending one from a pool costs half as much as the trip itself."""
        found: _Scripts | None = getattr(self._own, "scripts", None)
        if found is None:
            found = self._own.scripts = _connect(self._url, self._rider)
        return found

    def check(self) -> bool:
        return bool(self._scripts.take.registered_client.ping())

    def _not_ours(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("this storage keeps buckets only")

    incr = get = get_expiry = reset = clear = _not_ours
    get_sliding_window = clear_sliding_window = _not_ours


def _bucket(limit: Limit) -> str:
    caller = g.get("caller")
    who = f"account:{caller.account_id}" if caller else f"address:{request.remote_addr}"
    return f"{{{who}}}:{limit.name}"


def install_limiter(app: Flask, redis_url: str, enabled: bool, rider: Rider | None = None) -> None:
    """Put every request of `app` under the limit its endpoint declares (`g.limit`, set before); `rider` comes along."""
    limiter = Limiter(
        lambda: _bucket(g.limit),
        strategy="sliding-window-counter",
        storage_uri="candor://",
        storage_options={"redis_url": redis_url, "rider": rider},  # type: ignore[dict-item]
        enabled=enabled,
    )
    # It would look for limits of its own in hooks around every request; ours are declared with the endpoint and asked for here.
    # Where it finds itself among the extensions it adds no hooks.
    app.extensions["limiter"] = {limiter}
    limiter.init_app(app)
    if not enabled:
        return
    strategy = limiter.limiter

    @app.before_request
    def take() -> None:
        limit: Limit = g.limit
        if not strategy.hit(limit.item, _bucket(limit)):
            _refuse()


def _refuse() -> NoReturn:
    standing: Standing = g.limit_standing
    wait = max(1, round(standing.wait + 0.5))
    raise Problem("rate-limited", f"Try again in {wait} seconds.", headers={"Retry-After": str(wait)})


def write_limit_headers(response: Response) -> None:
    """Say what was asked and what is left, as draft-ietf-httpapi-ratelimit-headers does."""
    standing: Standing | None = g.get("limit_standing")
    if standing is not None:
        limit: Limit = g.limit
        response.headers["RateLimit-Policy"] = limit.policy
        response.headers["RateLimit"] = f'"{limit.name}";r={standing.left};t={round(standing.wait + 0.5)}'
