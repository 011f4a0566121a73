"""Limits of one account, beside those of one address: wrong passwords, and letters that strangers can cause (6.2.4).

They never touch who is signed in already, so that a stranger's guessing locks nobody out of their devices. Without Redis they
fail open, like the routes' limits.
"""

import math
from functools import cache

import redis

from backend.kernel import Kernel
from backend.kernel.limits import TAKE, Limit
from backend.kernel.metrics import LIMITER_AWAY
from backend.kernel.problems import Problem

PASSWORDS = Limit("passwords", 10, 900, 5)
LETTERS = Limit("letters", 5, 3600, 5)
_TIMEOUT = 0.25


def refuse_guessing(kernel: Kernel, login: bytes) -> None:
    """Count one attempt at this login's password, known or not; raises `rate-limited` with the seconds to wait."""
    wait = _take(kernel, PASSWORDS, login)
    if wait:
        raise Problem("rate-limited", f"Try again in {wait} seconds.", headers={"Retry-After": str(wait)})


def forget_guessing(kernel: Kernel, login: bytes) -> None:
    """The password was right: the count starts anew."""
    if kernel.settings.rate_limits:
        try:
            _redis(kernel.settings.redis_url).delete(_key(PASSWORDS, login))
        except redis.RedisError:
            LIMITER_AWAY.inc()


def may_write(kernel: Kernel, login: bytes) -> bool:
    """Whether one more letter may go to this address; the caller is told the same either way."""
    return not _take(kernel, LETTERS, login)


def _take(kernel: Kernel, rule: Limit, login: bytes) -> int:
    """Take one; 0, or the seconds until the next is there."""
    if not kernel.settings.rate_limits:
        return 0
    try:
        script = _redis(kernel.settings.redis_url).register_script(TAKE)
        passed, _, wait = script(keys=[_key(rule, login)], args=[rule.seconds * 1_000_000 // rule.amount, rule.burst, 1])
    except redis.RedisError:
        LIMITER_AWAY.inc()
        return 0
    return 0 if passed else max(1, math.ceil(int(wait) / 1_000_000))


def _key(rule: Limit, login: bytes) -> str:
    return f"{{login:{login.hex()}}}:{rule.name}"


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
