"""What signing in and refreshing tell the robot score: the account is there, and from which network. Nothing waits for it for long.

Which device it is nobody knows: the extension keeps no id of its installation, so how many accounts share one is not counted.
"""

from contextlib import suppress
from functools import cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.accounts.distance import network_of
from backend.kernel import Kernel
from backend.robots import Action, Scorer

_TIMEOUT = 0.25
_DIGEST = 8
_NETWORKS_KEPT = 10_000
_networks: dict[str, str] = {}
"""Digests by address: making one anew costs a third of what a reveal's signs cost to read."""


def note_arrival(kernel: Kernel, account_id: int, address: str) -> None:
    """One trip to Redis, outside of any transaction. Without Redis, or without limits, it is as if nobody had come."""
    if not kernel.settings.rate_limits:
        return
    at = round(kernel.clock.now().timestamp() * 1000)
    with suppress(redis.RedisError):
        _scorer(kernel.settings.redis_url).score(Action(str(account_id), at, "sign_in", network=digest_network(kernel, address)))


def digest_network(kernel: Kernel, address: str) -> str:
    """The network of an address as the robot score knows it."""
    found = _networks.get(address)
    if found is None:
        if len(_networks) >= _NETWORKS_KEPT:
            _networks.clear()
        digest = kernel.digester.digest("robots-network", network_of(address))
        found = _networks[address] = digest[:_DIGEST].hex()
    return found


@cache
def _scorer(url: str) -> Scorer:
    patience = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT}
    return Scorer(redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), **patience))
