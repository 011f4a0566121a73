"""Families of robots, as bench/robots imagines them. Each draws its own numbers for each account, so that none is one trace.

`SEEN` are those thresholds are chosen on, `UNSEEN` those they are reported on; CRUDE, PACED and REPLAYED are the targets' groups.
"""

import math
from collections.abc import Callable, Iterator
from itertools import count, pairwise
from random import Random

from backend.robots.scoring import Action
from bench.robots_people import DAY, DAYS, MONDAY, WORK, Diary, choose_person, work_a_month

MOST = 3000
"""Reveals after which a robot is not followed any further; a month's worth for the slow ones."""

Gaps = Iterator[float]
Family = Callable[[str, Random], list[Action]]


def _walk(
    diary: Diary, gaps: Gaps, start: float, most: int = MOST, *, looks: bool = False, skips: float = 0.0, dwell: float = 3.0
) -> None:
    # Reveals, one after the other, as long as the month lasts; each gap may be a pause or a night.
    random, at, place = diary.random, start, 0
    for _ in range(most):
        at += next(gaps)
        if at > MONDAY + DAYS * DAY:
            return
        person = diary.meet()
        place = place % 25 + 1 + (random.random() < skips)
        if looks:
            diary.do(at - min(1.0, dwell / 2), "lookup", person)
        diary.do(at, "reveal", person, place, dwell * random.uniform(0.7, 1.4))


def _start(random: Random) -> float:
    return MONDAY + 3600 * random.uniform(0, 48)


def _diary(account: str, random: Random, proof: bool = True) -> Diary:
    return Diary(account, random, tells=random.random() < 0.4 and proof)


def _simple(make: Callable[[Random], Gaps], **how: float) -> Family:
    def family(account: str, random: Random) -> list[Action]:
        diary = _diary(account, random)
        _walk(diary, make(random), _start(random), looks=random.random() < 0.5, **how)  # type: ignore[arg-type]
        return diary.actions

    return family


def _metronome(random: Random) -> Gaps:
    every = math.exp(random.uniform(math.log(2), math.log(60)))
    while True:
        yield every + random.uniform(0, 0.05)


def _jitter(random: Random) -> Gaps:
    every, part = math.exp(random.uniform(math.log(3), math.log(40))), random.uniform(0.05, 0.4)
    while True:
        yield every * (1 + random.uniform(-part, part))


def _batcher(random: Random) -> Gaps:
    while True:
        for _ in range(50):
            yield random.uniform(3, 6)
        yield 600 + random.uniform(0, 5)


def _other_batcher(random: Random) -> Gaps:
    low, size, pause = random.uniform(2, 8), random.randrange(20, 90), random.uniform(120, 1800)
    high = low * random.uniform(1.5, 3)
    while True:
        for _ in range(size):
            yield random.uniform(low, high)
        yield pause * random.uniform(0.9, 1.1)


def _poisson(random: Random) -> Gaps:
    mean = math.exp(random.uniform(math.log(8), math.log(90)))
    while True:
        yield random.expovariate(1 / mean)


def _by_day(random: Random, gap: Callable[[], float], hours: float) -> Gaps:
    # Works so many hours a day, sleeps the rest.
    at = 0.0
    while True:
        step = gap()
        if at + step > hours * 3600:
            step += (24 - hours) * 3600 + random.uniform(-1800, 1800)
            at = 0.0
        else:
            at += step
        yield step


def _log_normal(random: Random) -> Gaps:
    middle, spread = math.exp(random.uniform(math.log(15), math.log(70))), random.uniform(0.4, 1.0)
    return _by_day(random, lambda: random.lognormvariate(math.log(middle), spread), random.uniform(8, 15))


def _gamma(random: Random) -> Gaps:
    mean, shape = math.exp(random.uniform(math.log(15), math.log(70))), random.uniform(1.5, 6)
    return _by_day(random, lambda: 1 + random.gammavariate(shape, mean / shape), random.uniform(8, 16))


def _wide(random: Random) -> Gaps:
    low, high = random.uniform(2, 10), random.uniform(20, 60)
    return _by_day(random, lambda: random.uniform(low, high), random.uniform(9, 24))


def _two_modes(random: Random) -> Gaps:
    fast, slow = random.uniform(3, 8), random.uniform(30, 90)
    return _by_day(random, lambda: (fast if random.random() < 0.8 else slow) * random.uniform(0.8, 1.2), random.uniform(8, 20))


def _slow(random: Random) -> Gaps:
    a_day = random.uniform(25, 80)
    return _by_day(random, lambda: random.lognormvariate(math.log(9 * 3600 / a_day), 0.8), 10)


def _walker(account: str, random: Random) -> list[Action]:
    # Search, then page after page in order, then the next search.
    diary = _diary(account, random)
    at, low = _start(random), random.uniform(4, 20)
    high = low * random.uniform(1.6, 3)
    for page in count():
        if page % random.randrange(4, 12) == 0:
            at += random.uniform(2, 8)
            diary.do(at, "search")
        for place in range(1, 26):
            at += random.uniform(low, high)
            if len(diary.actions) > MOST:
                return diary.actions
            diary.do(at, "reveal", diary.meet(), place, random.uniform(1, 3))
    raise AssertionError


def _recorded(account: str, random: Random) -> tuple[list[Action], list[float]]:
    # What somebody did, and the gaps between the people revealed.
    while True:
        kind = choose_person(random)
        human = work_a_month(kind, account, random)
        times = [action.at / 1000 for action in human if action.action == "reveal"]
        if len(times) > 400:
            return human, [later - earlier for earlier, later in pairwise(times)]


def _replayed_gaps(account: str, random: Random) -> list[Action]:
    # Somebody's month of gaps, as recorded, with nothing but reveals.
    diary = _diary(account, random)
    _walk(diary, iter(_recorded(account, random)[1] * 3), _start(random))
    return diary.actions


def _shuffled_gaps(account: str, random: Random) -> list[Action]:
    # Drawn from somebody's gaps by day, without the order and without the nights.
    gaps = [gap for gap in _recorded(account, random)[1] if gap < 3600]
    diary = _diary(account, random)
    _walk(diary, _by_day(random, lambda: random.choice(gaps), random.uniform(8, 14)), _start(random))
    return diary.actions


def _looped_session(account: str, random: Random) -> list[Action]:
    # Some hundred recorded gaps, over and over.
    gaps = [gap for gap in _recorded(account, random)[1] if gap < 1200][: random.randrange(100, 400)]
    diary = _diary(account, random)

    def forever() -> Gaps:
        while True:
            yield from (gap + random.gauss(0, 0.05) for gap in gaps)

    _walk(diary, forever(), _start(random))
    return diary.actions


def _camouflaged(account: str, random: Random) -> list[Action]:
    # One action in twelve or so is something else, of every kind; gaps as a person's.
    diary = _diary(account, random)
    share, middle = random.uniform(0.04, 0.15), random.uniform(10, 40)
    gaps = _by_day(random, lambda: random.lognormvariate(math.log(middle), 0.5), random.uniform(8, 16))
    at = _start(random)
    while at < MONDAY + DAYS * DAY and len(diary.actions) < MOST:
        at += next(gaps)
        if random.random() < share:
            diary.do(at, random.choice((*WORK, "search", "filter")))
        else:
            diary.do(at, "reveal", diary.meet(), None, random.uniform(2, 6))
    return diary.actions


def _turned(account: str, random: Random) -> list[Action]:
    # Somebody's account for half a month, then a batcher's.
    half = MONDAY + 15 * DAY
    human = [action for action in work_a_month("sales", account, random) if action.at < half * 1000]
    diary = Diary(account, random, tells=False, people=100_000)
    _walk(diary, _batcher(random), half + 9 * 3600)
    return human + diary.actions


def _parallel(account: str, random: Random) -> list[Action]:
    # One of several accounts on one machine that share a list.
    diary = _diary(account, random)
    _walk(diary, _other_batcher(random), _start(random), looks=True)
    together = random.randrange(3, 9)
    return [action._replace(on_device=together) if place % 500 == 0 else action for place, action in enumerate(diary.actions)]


def _hidden_extension(account: str, random: Random) -> list[Action]:
    # Calls the API without the extension, at a person's pace.
    diary = _diary(account, random)
    _walk(diary, _log_normal(random), _start(random))
    return [action._replace(proof="no", dwell_ms=None, list_position=None) for action in diary.actions]


SEEN: dict[str, Family] = {
    "metronome": _simple(_metronome),
    "jitter": _simple(_jitter),
    "uniform batcher": _simple(_batcher),
    "log-normal, day and night": _simple(_log_normal),
    "shuffled human gaps": _shuffled_gaps,
}
UNSEEN: dict[str, Family] = {
    "other batcher": _simple(_other_batcher),
    "Poisson": _simple(_poisson),
    "list walker": _walker,
    "parallel accounts": _parallel,
    "turned account": _turned,
    "gamma, by day": _simple(_gamma, skips=0.1),
    "wide uniform": _simple(_wide),
    "two modes": _simple(_two_modes),
    "without the extension": _hidden_extension,
    "replayed human gaps": _replayed_gaps,
    "looped human session": _looped_session,
    "camouflaged": _camouflaged,
    "slow and low": _simple(_slow),
}
CRUDE = ("metronome", "jitter", "uniform batcher", "other batcher", "parallel accounts")
PACED = (
    "log-normal, day and night",
    "Poisson",
    "list walker",
    "gamma, by day",
    "wide uniform",
    "two modes",
    "without the extension",
)
REPLAYED = ("shuffled human gaps", "replayed human gaps", "looped human session")


def robots(family: str, number: int, seed: int) -> Iterator[list[Action]]:
    """So many accounts of a family, in order of time. Same seed, same robots."""
    make = (SEEN | UNSEEN)[family]
    for each in range(number):
        yield make(f"r{each}", Random(f"{seed}/{family}/{each}"))
