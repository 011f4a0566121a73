"""Lowering a score: after a human check was passed, or a person lifted the hold. What is known of how somebody works stays."""

from functools import cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.kernel import Kernel
from backend.robots.scoring import keys_of
from backend.robots.scripts import write_lua
from backend.robots.thresholds import THRESHOLDS

_SCRIPT = write_lua(THRESHOLDS, "state.lua", "easing.lua")
_TIMEOUT = 1.0


class ScoreAway(ConnectionError):
    """Redis does not answer: the score could not be lowered."""


def ease(kernel: Kernel, account_id: int) -> None:
    """Set the account's score to nothing. It climbs again if the same goes on. Raises ScoreAway."""
    try:
        _store(kernel.settings.redis_url).eval(_SCRIPT, 1, keys_of(str(account_id))[0])
    except redis.RedisError:
        raise ScoreAway from None


@cache
def _store(url: str) -> "redis.Redis":
    retry = Retry(NoBackoff(), 1)
    return redis.Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=retry)
