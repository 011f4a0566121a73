"""Robots of the third population (see robots_others.py): scripts with human-like waits, macros, schedulers, thinking browsers."""

import math
from collections.abc import Callable, Iterator
from random import Random

from backend.robots.scoring import Action
from bench.robots_others import OTHER_PEOPLE, Trace, draw
from bench.robots_people import DAY, DAYS, MONDAY

MOST = 3000
Wait = Callable[[], float]
Family = Callable[[Trace], list[Action]]


def _reveal(trace: Trace, at: float, place: int) -> int:
    person, dwell = trace.meet(), trace.random.uniform(0.8, 2)
    trace.do(at - dwell, "lookup", person, place)
    trace.do(at, "reveal", person, place, dwell)
    return person


def _run(trace: Trace, wait: Wait, hours: float, then: Callable[[float, int], float] | None = None) -> list[Action]:
    # Reveals one after the other, so many hours a day; `then` may do something between two of them.
    random = trace.random
    at = began = MONDAY + random.randrange(3) * DAY + random.uniform(7, 20) * 3600
    while trace.people < MOST and at < MONDAY + DAYS * DAY:
        at += wait()
        person = _reveal(trace, at, trace.people)
        if then:
            at = then(at, person)
        if hours < 24 and at - began > hours * 3600:
            at += (24 - hours) * 3600
            began = at
    return trace.in_order()


def _uniform(random: Random, low: float, times: float) -> Wait:
    return lambda: random.uniform(low, low * times)


def _gamma(trace: Trace) -> list[Action]:
    random, shape, mean = trace.random, trace.random.uniform(2, 5), trace.random.uniform(7, 20)
    hours = random.uniform(3, 10)
    pause = lambda at, person: at + (random.gammavariate(2, 120) if random.random() < 0.01 else 0)  # noqa: E731
    return _run(trace, lambda: max(1.2, random.gammavariate(shape, mean / shape)), hours, pause)


def _office_hours(trace: Trace) -> list[Action]:
    random, low, times = trace.random, trace.random.uniform(4, 10), trace.random.uniform(2, 4)
    for day in range(DAYS):
        for begin, end in ((9, 12), (13, 17)) if day % 7 < 5 else ():
            at, until = (MONDAY + day * DAY + hour * 3600 + random.uniform(-600, 600) for hour in (begin, end))
            while at < until and trace.people < MOST:
                at += random.uniform(low, low * times)
                _reveal(trace, at, trace.people)
    return trace.in_order()


def _macro(trace: Trace) -> list[Action]:
    # One recorded hour of somebody with a list, with other people, several times a day.
    random = trace.random
    recorded = OTHER_PEOPLE[random.choice(("SDR with lists", "spreadsheet", "quarter's end"))](
        Trace(trace.account, random, trace.full)
    )
    begins = [random.choice(recorded).at for _ in range(40)]
    tries = [[action for action in recorded if begin <= action.at < begin + 3_600_000] for begin in begins]
    full = [hour for hour in tries if sum(action.action == "reveal" for action in hour) >= 25]
    hour = full[0] if full else max(tries, key=len)
    at, hours = 1000 * (MONDAY + random.uniform(7, 20) * 3600), random.choice((4, 8, 24))
    for loop in range(int(MOST / 25)):
        for action in hour:
            person = f"{(int(action.person, 16) + 7919 * (loop + 1)) & 0xFFFFFFFF:08x}" if action.person else ""
            trace.actions.append(action._replace(at=round(at + action.at - hour[0].at), person=person))
        at += 3_600_000 + random.uniform(0, 60_000)
        if hours < 24 and loop % hours == hours - 1:
            at += (24 - hours) * 3_600_000 - random.uniform(0, 1_800_000)
    return [action for action in trace.in_order() if action.at < 1000 * (MONDAY + DAYS * DAY)]


def _thinking(trace: Trace) -> list[Action]:
    # A model in a browser: thinks for 6 to 30 s, searches every dozen people, leaves some out.
    random, low, high, skips = (
        trace.random,
        trace.random.uniform(6, 10),
        trace.random.uniform(18, 30),
        trace.random.uniform(0.05, 0.3),
    )

    def between(at: float, person: int) -> float:
        while random.random() < skips:
            at += random.uniform(low, high)
            trace.do(at, "lookup", trace.meet())
        if random.random() < 0.07:
            at += random.uniform(low, high)
            trace.do(at, random.choice(("search", "search", "filter")))
        return at

    return _run(trace, lambda: random.uniform(low, high), random.choice((8, 12, 24)), between)


def _five_in_ten_minutes(trace: Trace) -> list[Action]:
    random, start = trace.random, MONDAY + trace.random.uniform(0, 48) * 3600
    for turn in range(MOST // 5):
        at = start + turn * 600 + random.uniform(0, 3)
        for _ in range(5):
            at += random.uniform(1.5, 4)
            _reveal(trace, at, trace.people)
    return trace.in_order()


def _round_robin(trace: Trace) -> list[Action]:
    # One of three accounts served in turn.
    random, low, more = trace.random, trace.random.uniform(3, 6), trace.random.uniform(2, 8)
    return _run(trace, lambda: sum(random.uniform(low, low + more) for _ in range(3)), random.choice((8, 24)))


def _random_walk(trace: Trace) -> list[Action]:
    random, tempo = trace.random, [math.log(12)]

    def wait() -> float:
        tempo[0] = min(max(tempo[0] + random.gauss(0, 0.25), math.log(4)), math.log(60))
        return math.exp(tempo[0]) + (math.exp(random.uniform(4, 7.5)) if random.random() < 0.02 else 0)

    return _run(trace, wait, random.choice((9, 14, 24)))


def _note_every_tenth(trace: Trace) -> list[Action]:
    random = trace.random

    def note(at: float, person: int) -> float:
        if person % 10 == 0:
            at += random.uniform(2, 5)
            trace.do(at, "note", person)
        return at

    return _run(trace, _uniform(random, random.uniform(3, 6), random.uniform(1.6, 2.6)), random.choice((8, 12, 24)), note)


def _looks_again(trace: Trace) -> list[Action]:
    # Opens what it has once more, to look human.
    random, share = trace.random, trace.random.uniform(0.1, 0.4)

    def again(at: float, person: int) -> float:
        if random.random() < share:
            at += random.uniform(3, 12)
            trace.do(at, random.choice(("lookup", "known")), random.choice(trace.revealed))
        return at

    return _run(trace, _uniform(random, random.uniform(3, 6), random.uniform(1.6, 2.8)), random.choice((8, 12, 24)), again)


def _sleeper(trace: Trace) -> list[Action]:
    random, a_day = trace.random, trace.random.uniform(300, 1000)
    return _run(trace, lambda: random.expovariate(a_day / (16 * 3600)), 16)


def _poisson_bursts(trace: Trace) -> list[Action]:
    random, mean, rest = trace.random, trace.random.uniform(8, 40), trace.random.uniform(200, 1200)
    pause = lambda at, person: at + (random.expovariate(1 / rest) if random.random() < 1 / mean else 0)  # noqa: E731
    return _run(trace, _uniform(random, random.uniform(2, 6), random.uniform(1.5, 3)), random.choice((9, 14, 24)), pause)


def _one_to_three(trace: Trace) -> list[Action]:
    # Evenly drawn between a bound and about three times it, at any pace.
    random = trace.random
    return _run(trace, _uniform(random, draw(random, 3, 0.7), random.uniform(2.4, 3.2)), random.choice((8, 12, 24)))


def _without_breaks(trace: Trace) -> list[Action]:
    # A recorded month without its long waits, so many hours a day.
    random = trace.random
    recorded = OTHER_PEOPLE[random.choice(("SDR with lists", "quarter's end", "recruiter"))](trace)
    hours, at = random.uniform(10, 16) * 3_600_000, recorded[0].at
    day, last, found = at, at, []
    for action in recorded:
        at += action.at - last if action.at - last < 600_000 else random.randrange(60_000)
        last = action.at
        if at - day > hours:
            at = day = day + 86_400_000
        found.append(action._replace(at=at))
    return found


OTHER_FAMILIES: dict[str, Family] = {
    "gamma waits": _gamma,
    "office hours": _office_hours,
    "macro of an hour": _macro,
    "thinking browser": _thinking,
    "five in ten minutes": _five_in_ten_minutes,
    "one of three accounts": _round_robin,
    "random walk": _random_walk,
    "a note to every tenth": _note_every_tenth,
    "looks again": _looks_again,
    "sleeper": _sleeper,
    "Poisson bursts": _poisson_bursts,
    "evenly, one to three": _one_to_three,
    "recorded, without breaks": _without_breaks,
}


def other_robots(family: str, number: int, seed: int) -> Iterator[list[Action]]:
    """So many accounts of a family. Same seed, same robots."""
    for each in range(number):
        yield OTHER_FAMILIES[family](Trace(f"u{each}", Random(f"{seed}/{family}/{each}"), full=each % 2 == 0))
