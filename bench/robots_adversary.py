"""An adversary who knows the score: it turns the knobs of a robot and keeps what reveals more before the first question."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

from backend.robots.scoring import Action
from bench.robots_people import DAY, DAYS, MONDAY, WORK, Diary

CAP = 10_000
RANGES: dict[str, tuple[float, float]] = {
    "middle": (2, 120),
    "spread": (0.02, 1.2),
    "other": (0.0, 0.5),
    "kinds": (1, 7),
    "again": (0.0, 0.2),
    "looks": (0.0, 1.5),
    "hours": (4, 24),
    "pause_every": (10, 400),
    "pause": (300, 3600),
    "days": (3, 7),
}


class Result(Protocol):
    """What the bench says of a month."""

    reveals: int

    @property
    def before(self) -> dict[str, int]:
        """The reveals before each step."""


@dataclass(frozen=True)
class Robot:
    """Its gaps, its other actions and their kinds, second looks, looks beside reveals, hours, pauses, days a week."""

    middle: float
    spread: float
    other: float
    kinds: float
    again: float
    looks: float
    hours: float
    pause_every: float
    pause: float
    days: float

    def act(self, account: str, random: Random) -> list[Action]:
        """A month of it."""
        diary = Diary(account, random, tells=False)
        choice = (*WORK, "search", "filter")[: round(self.kinds)]
        revealed = 0
        for day in range(DAYS):
            if day % 7 >= round(self.days):
                continue
            at, end, run = MONDAY + day * DAY + 8 * 3600, MONDAY + day * DAY + 3600 * (8 + self.hours), 0
            while at < end and revealed < CAP:
                at += random.lognormvariate(math.log(self.middle), self.spread)
                person = diary.meet()
                if random.random() < self.looks:
                    diary.do(at - 1, "lookup", person)
                diary.do(at, "reveal", person)
                revealed, run = revealed + 1, run + 1
                if random.random() < self.other:
                    at += 1.5
                    diary.do(at, random.choice(choice))
                if random.random() < self.again:
                    at += 1.5
                    diary.do(at, "known", random.randrange(1, person + 1))
                if run >= self.pause_every * random.uniform(0.5, 1.5):
                    at, run = at + self.pause * random.uniform(0.7, 1.5), 0
        diary.actions.sort(key=lambda action: action.at)
        return diary.actions


def climb(run: Callable[[list[Action]], Result], steps: int, seed: int) -> None:
    """Hill-climb, from a known crude robot and from a humble one; a month counts until the first question."""
    best_of_all: tuple[float, Robot] | None = None
    starts = (
        Robot(4.5, 0.2, 0.0, 1, 0.0, 0.0, 24, 50, 600, 7),
        Robot(30, 0.6, 0.05, 4, 0.02, 1.0, 9, 60, 900, 5),
        Robot(60, 0.5, 0.0, 1, 0.0, 0.0, 10, 100, 900, 7),
    )
    for start in starts:
        random = Random(f"{seed}/{start}")
        robot, value = start, _value(run, start, seed)
        first = value
        for step in range(steps):
            candidate = _change(robot, random, 1 - 0.7 * step / steps)
            found = _value(run, candidate, seed)
            if found >= value:
                robot, value = candidate, found
        print(f"adversary: {first:,.0f} reveals before the first question at first, {value:,.0f} a month after {steps} tries")
        if best_of_all is None or value > best_of_all[0]:
            best_of_all = value, robot
    if best_of_all is not None:
        knobs = ", ".join(f"{name} {getattr(best_of_all[1], name):.2g}" for name in RANGES)
        print(f"  the best takes {best_of_all[0]:,.0f} of {CAP:,}: {knobs}")


def _value(run: Callable[[list[Action]], Result], robot: Robot, seed: int) -> float:
    total = 0.0
    for each in range(2):
        result = run(robot.act(f"x{each}", Random(f"{seed}/{each}")))
        total += result.before.get("ask", result.reveals)
    return total / 2


def _change(robot: Robot, random: Random, reach: float) -> Robot:
    changed = {}
    for name, (low, high) in RANGES.items():
        if random.random() < 0.4:
            value = getattr(robot, name) + reach * random.gauss(0, 0.25) * (high - low)
            changed[name] = min(high, max(low, value))
    return replace(robot, **changed)
