"""People at the edge, to see where the score begins to be wrong: lists in a hurry with little else, or only looks and reveals.

No threshold is chosen on them, and they are no population: nobody knows how many such people there are.
"""

import math
from collections.abc import Callable
from random import Random

from backend.robots.scoring import Action
from bench.robots_people import DAY, DAYS, MONDAY, Diary

Wait = Callable[[Random], float]
OTHER = ("search", "filter", "note", "tag", "view_contact", "known")


def _hurry(wait: Wait, others: float) -> Callable[[str, Random], list[Action]]:
    # Two or three hundred people of a list within an hour, every working day, and a little ordinary work around it.
    def month(account: str, random: Random) -> list[Action]:
        diary = Diary(account, random, tells=False)
        for day in range(DAYS):
            if day % 7 > 4:
                continue
            at = MONDAY + day * DAY + 9 * 3600 + random.gauss(0, 1000)
            diary.do(at, "sign_in")
            at = _work(diary, at, 20, lambda own: own.lognormvariate(3.3, 0.8), 0.5, 3 * others)
            at = _work(diary, at + 1800, random.randrange(200, 300), wait, 0.97, others / 4)
            _work(diary, at + 5000, 20, lambda own: own.lognormvariate(3.3, 0.8), 0.5, 3 * others)
        return diary.actions

    return month


def _plain(a_day: int) -> Callable[[str, Random], list[Action]]:
    # Looks, reveals most, and nothing else.
    def month(account: str, random: Random) -> list[Action]:
        diary = Diary(account, random, tells=False)
        for day in range(DAYS):
            at = MONDAY + day * DAY + 9 * 3600
            for _ in range(4 if day % 7 < 5 else 0):
                people = max(1, round(random.gauss(a_day / 4, a_day / 12)))
                at = _work(diary, at + random.expovariate(1 / 2400), people, lambda own: own.lognormvariate(3.2, 0.6), 0.7, 0)
        return diary.actions

    return month


def _work(diary: Diary, at: float, people: int, wait: Wait, reveals: float, others: float) -> float:
    random = diary.random
    for _ in range(people):
        at += wait(random)
        person = diary.meet()
        diary.do(at, "lookup", person)
        if random.random() < reveals:
            at += 0.8
            diary.do(at, "reveal", person)
        if random.random() < others:
            at += random.lognormvariate(2, 0.6)
            action = random.choice(OTHER)
            diary.do(at, action, random.randrange(1, person + 1) if action == "known" else None)
    return at


EDGES: dict[str, Callable[[str, Random], list[Action]]] = {
    "5–15 s a person, little else": _hurry(lambda random: random.uniform(4, 14), 0.03),
    "5–15 s a person, some else": _hurry(lambda random: random.uniform(4, 14), 0.1),
    "some 9 s a person, little else": _hurry(lambda random: random.lognormvariate(math.log(8), 0.45), 0.03),
    "some 9 s a person, some else": _hurry(lambda random: random.lognormvariate(math.log(8), 0.45), 0.1),
    "only looks and reveals, 60 a day": _plain(60),
    "only looks and reveals, 150 a day": _plain(150),
    "only looks and reveals, 300 a day": _plain(300),
}
