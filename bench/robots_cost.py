"""What the score costs: microseconds an action inside Redis, and bytes an account, with 100,000 accounts in it."""

import time
from random import Random

import redis

from backend.kernel.limits import TAKE
from backend.robots.scoring import IN_ONE_TRIP, Action, Scorer, arguments_of, keys_of
from bench.robots_people import MONDAY, name_person

ACCOUNTS = 100_000
EACH = 20
CALLS = 20_000


def measure_cost(client: "redis.Redis", scorer: Scorer) -> None:
    """Fill a Redis with 100,000 accounts of twenty reveals each, then time single calls as the limiter makes them."""
    client.flushdb()
    random = Random(1)
    empty = client.info("memory")["used_memory"]
    for each in range(EACH):
        for begin in range(0, ACCOUNTS, 1000):
            at = MONDAY + each * 40 + begin / 1000
            scorer.score_lot([_reveal(str(number), at, each) for number in range(begin, begin + 1000)])
    full = client.info("memory")["used_memory"]
    print(f"{ACCOUNTS:,} accounts of {EACH} reveals: {(full - empty) / ACCOUNTS:,.0f} bytes each, {full / 2**20:,.0f} MB in all")
    for name, text, scored in (("the bucket alone", TAKE, False), ("bucket and score of a reveal", IN_ONE_TRIP, True)):
        script = client.register_script(text)
        client.config_resetstat()
        began = time.perf_counter()
        for call in range(CALLS):
            action = _reveal(str(random.randrange(ACCOUNTS)), MONDAY + 4000 + call / 100, 100 + call)
            bucket = f"{{account:{action.account}}}:reveals"
            keys, arguments = (keys_of(action.account), arguments_of(action)) if scored else ([], [])
            script(keys=[bucket, *keys], args=[1, 60, 1, *arguments])
        trip = (time.perf_counter() - began) / CALLS
        spent = client.info("commandstats")["cmdstat_evalsha"]
        print(f"{name}: {spent['usec'] / spent['calls']:.1f} µs inside Redis, {1e6 * trip:.0f} µs with the trip")
    size = client.strlen(keys_of("0")[0])
    print(f"state {size} bytes, {EACH} people {client.strlen(keys_of('0')[1]) or client.strlen(keys_of('0')[2])} bytes")
    client.flushdb()


def _reveal(account: str, at: float, number: int) -> Action:
    return Action(account, round(at * 1000), "reveal", name_person(account, number), number % 25, 4000, "yes", "0000a001")
