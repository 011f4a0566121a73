"""People, as bench/robots imagines them: months of work with sessions, lunch, weekends, lists, distractions and second looks.

Two generators that share nothing but the calendar. `work_a_month` draws the people on whom thresholds are chosen; `live_a_month`
those on whom they are reported: other laws of waiting, actions by a chain of habits, other hours.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from backend.robots.scoring import Action

DAY = 86_400.0
MONDAY = 1_772_406_000.0  # 2 March 2026, 00:00 in Paris
DAYS = 30
WORK = ("note", "tag", "group", "crm_push", "view_contact")


@dataclass
class Diary:
    """The actions of one account as they come, and what its calls tell (some extensions are old, some traces are poor)."""

    account: str
    random: Random
    tells: bool
    actions: list[Action] = field(default_factory=list)
    people: int = 0
    network: str = "0000a001"

    def do(self, at: float, action: str, person: int | None = None, place: int | None = None, dwell: float | None = None) -> None:
        """Write an action down."""
        told = self.tells
        self.actions.append(
            Action(
                self.account,
                round(at * 1000),
                action,
                name_person(self.account, person) if person is not None else "",
                place if told else None,
                round(dwell * 1000) if told and dwell is not None else None,
                ("yes" if self.random.random() < 0.98 else "no") if told and action in ("reveal", "known") else None,
                self.network if told else "",
            )
        )

    def meet(self) -> int:
        """Somebody new."""
        self.people += 1
        return self.people


def name_person(account: str, number: int) -> str:
    """A digest for the account's nth person."""
    return f"{(number * 2_654_435_761 + crc32(account.encode())) & 0xFFFFFFFF:08x}"


@dataclass(frozen=True)
class Habits:
    """How somebody works. Times in seconds, shares of one."""

    tempo: float
    spread: float
    distracted: float
    sessions: float
    people: float
    reveals: float
    skips: float
    work: float
    returns: float
    searches: float
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: float = 9.0
    hours: float = 8.5
    page: int = 25


def _between(random: Random, low: float, high: float) -> float:
    return math.exp(random.uniform(math.log(low), math.log(high)))


def _sales(random: Random) -> Habits:
    return Habits(_between(random, 12, 60), random.uniform(0.45, 0.9), random.uniform(0.02, 0.08), random.uniform(2, 5),
                  _between(random, 5, 25), random.uniform(0.3, 0.8), random.uniform(0.1, 0.4), _between(random, 0.05, 0.5),
                  _between(random, 0.02, 0.12), random.uniform(0.5, 2))  # fmt: skip


def _junior(random: Random) -> Habits:
    # From a list, person after person, for an hour.
    return Habits(_between(random, 6, 14), random.uniform(0.4, 0.7), random.uniform(0.01, 0.05), random.uniform(0.7, 2),
                  _between(random, 60, 220), random.uniform(0.75, 0.97), random.uniform(0.02, 0.2), _between(random, 0.01, 0.12),
                  _between(random, 0.01, 0.05), random.uniform(0.3, 1))  # fmt: skip


def _power(random: Random) -> Habits:
    return Habits(_between(random, 10, 30), random.uniform(0.45, 0.8), random.uniform(0.02, 0.06), random.uniform(4, 7),
                  _between(random, 35, 80), random.uniform(0.6, 0.9), random.uniform(0.05, 0.3), _between(random, 0.03, 0.3),
                  _between(random, 0.02, 0.08), random.uniform(0.5, 1.5), hours=10)  # fmt: skip


def _part_timer(random: Random) -> Habits:
    days = tuple(sorted(random.sample(range(5), random.choice((2, 3)))))
    return Habits(_between(random, 10, 60), random.uniform(0.45, 0.9), random.uniform(0.02, 0.08), random.uniform(2, 4),
                  _between(random, 10, 40), random.uniform(0.4, 0.8), random.uniform(0.1, 0.4), _between(random, 0.02, 0.4),
                  _between(random, 0.02, 0.1), random.uniform(0.5, 2), days=days, hours=5)  # fmt: skip


def _silent(random: Random) -> Habits:
    # Looks and reveals, and keeps the notes elsewhere.
    return Habits(_between(random, 10, 60), random.uniform(0.45, 0.9), random.uniform(0.02, 0.08), random.uniform(1, 4),
                  _between(random, 5, 25), random.uniform(0.4, 0.9), random.uniform(0.1, 0.3), 0.0,
                  _between(random, 0.005, 0.05), random.uniform(0.0, 0.3))  # fmt: skip


def _night(random: Random) -> Habits:
    return Habits(_between(random, 10, 50), random.uniform(0.45, 0.9), random.uniform(0.02, 0.08), random.uniform(2, 5),
                  _between(random, 8, 40), random.uniform(0.4, 0.8), random.uniform(0.1, 0.4), _between(random, 0.03, 0.3),
                  _between(random, 0.02, 0.1), random.uniform(0.3, 1.5), start=random.uniform(16, 23), hours=8,
                  days=tuple(sorted(random.sample(range(7), 5))))  # fmt: skip


def _assistant(random: Random) -> Habits:
    # Lists all day.
    return Habits(_between(random, 15, 50), random.uniform(0.4, 0.7), random.uniform(0.02, 0.06), random.uniform(4, 6),
                  _between(random, 25, 70), random.uniform(0.7, 0.95), random.uniform(0.03, 0.15), _between(random, 0.02, 0.15),
                  _between(random, 0.01, 0.04), random.uniform(0.4, 1))  # fmt: skip


def _looker(random: Random) -> Habits:
    return Habits(_between(random, 8, 60), random.uniform(0.45, 0.9), random.uniform(0.02, 0.08), random.uniform(1, 4),
                  _between(random, 10, 60), random.uniform(0.0, 0.1), random.uniform(0.1, 0.4), _between(random, 0.01, 0.1),
                  _between(random, 0.02, 0.1), random.uniform(0.3, 1.5))  # fmt: skip


PEOPLE: dict[str, tuple[float, Callable[[Random], Habits]]] = {
    "sales": (0.34, _sales),
    "junior with lists": (0.12, _junior),
    "power user": (0.10, _power),
    "part-timer": (0.12, _part_timer),
    "silent": (0.10, _silent),
    "night worker": (0.06, _night),
    "assistant": (0.06, _assistant),
    "mostly looks": (0.05, _looker),
    "two at one account": (0.05, _sales),
}


def choose_person(random: Random) -> str:
    """A kind of person, by its share."""
    return random.choices(list(PEOPLE), [share for share, _ in PEOPLE.values()])[0]


def work_a_month(kind: str, account: str, random: Random) -> list[Action]:
    """A month of one account, in order of time."""
    diary = Diary(account, random, tells=random.random() < 0.6)
    _, make = PEOPLE[kind]
    for _ in range(2 if kind == "two at one account" else 1):
        habits = make(random)
        away = random.randrange(DAYS) if random.random() < 0.25 else DAYS
        back = away + random.randrange(3, 12)
        for day in range(DAYS):
            if day % 7 in habits.days and not away <= day < back and random.random() > 0.04:
                _work_a_day(diary, habits, MONDAY + day * DAY)
    diary.actions.sort(key=lambda action: action.at)
    return diary.actions


def _work_a_day(diary: Diary, habits: Habits, midnight: float) -> None:
    random = diary.random
    start = midnight + 3600 * (habits.start + random.gauss(0, 0.5))
    count = max(1, round(random.gauss(habits.sessions, 1)))
    starts = sorted(start + 3600 * habits.hours * random.random() ** 1.1 for _ in range(count))
    at = starts[0]
    diary.do(at, "sign_in")
    for begin in starts:
        at = _work_a_session(diary, habits, max(at + 300, begin))
        if at > start + 3600 * (habits.hours + 2):
            break


def _work_a_session(diary: Diary, habits: Habits, at: float) -> float:
    random = diary.random
    left = max(1, round(habits.people * math.exp(random.gauss(0, 0.4))))
    place = 0
    seen: list[int] = []
    mood = habits.tempo * math.exp(random.gauss(0, 0.2))
    while left > 0:
        if place % habits.page == 0 and random.random() < habits.searches:
            at += random.lognormvariate(2.3, 0.7)
            diary.do(at, "search")
            if random.random() < 0.4:
                at += random.lognormvariate(1.6, 0.6)
                diary.do(at, "filter")
        place += 1
        if random.random() < habits.skips:
            at += random.lognormvariate(0.7, 0.6)
            continue
        left -= 1
        at += _wait(random, mood, habits.spread, habits.distracted)
        person = diary.meet()
        diary.do(at, "lookup", person)
        if random.random() < habits.reveals:
            dwell = random.lognormvariate(math.log(min(mood, 20) * 0.35), 0.6)
            at += min(dwell, 8)
            diary.do(at, "reveal", person, place, dwell)
            seen.append(person)
        if random.random() < habits.work:
            at += random.lognormvariate(2.2, 0.8)
            diary.do(at, random.choice(WORK), person)
        if seen and random.random() < habits.returns:
            at += random.lognormvariate(1.8, 0.8)
            diary.do(at, random.choice(("known", "view_contact")), random.choice(seen))
    if seen and random.random() < 0.15:
        diary.do(at + 20, "export")
    return at


def _wait(random: Random, tempo: float, spread: float, distracted: float) -> float:
    wait = 1.2 + random.lognormvariate(math.log(tempo), spread)
    if random.random() < distracted:
        wait += random.lognormvariate(4.5, 1.0)
    return wait


# The others: waiting times of a gamma law with a heavy tail now and then, and a chain of habits instead of tasks.
CHAIN = ("search", "filter", "lookup", "reveal", "known", *WORK)


def live_a_month(account: str, random: Random) -> list[Action]:
    """A month of somebody the thresholds have not seen, in order of time."""
    diary = Diary(account, random, tells=random.random() < 0.4)
    diary.network = "0000b002"
    shape, tempo = random.uniform(1.4, 5.0), _between(random, 7, 45)
    chain = _habits_of(random)
    rises, works = random.choice((6.5, 8, 9, 10, 14, 20)), random.uniform(3, 10)
    busy, free = random.uniform(0.4, 2.5), random.sample(range(7), random.choice((1, 2, 2, 2, 3)))
    length = _between(random, 10, 150)
    for day in range(DAYS):
        if day % 7 in free and random.random() < 0.92:
            continue
        at = MONDAY + day * DAY + 3600 * (rises + random.gauss(0, 0.7))
        end = at + 3600 * works
        diary.do(at, "sign_in")
        while at < end:
            at = _follow_chain(diary, chain, at, max(1, round(random.expovariate(1 / length))), shape, tempo)
            at += random.expovariate(busy / 3600) + 120
    return diary.actions


def _habits_of(random: Random) -> dict[str, list[float]]:
    reveals = _between(random, 0.5, 8)
    weights = {"search": _between(random, 0.05, 1), "filter": _between(random, 0.01, 0.5), "lookup": _between(random, 1, 4)}
    weights |= {"reveal": reveals, "known": _between(random, 0.02, 0.5)}
    weights |= {kind: _between(random, 0.005, 0.5) * (random.random() < 0.7) for kind in WORK}
    base = [weights[action] for action in CHAIN]
    rows = {action: [weight * _between(random, 0.4, 2.5) for weight in base] for action in CHAIN}
    rows["lookup"][CHAIN.index("reveal")] *= 4
    return rows


def _follow_chain(diary: Diary, chain: dict[str, list[float]], at: float, steps: int, shape: float, tempo: float) -> float:
    random = diary.random
    action, place, person = "search", 0, None
    for _ in range(steps):
        at += 0.8 + random.gammavariate(shape, tempo / shape / 1.2)
        if random.random() < 0.03:
            at += 20 * random.paretovariate(1.2)
        if action in ("lookup", "reveal"):
            person = person if action == "reveal" and person is not None and random.random() < 0.6 else diary.meet()
            place += random.choice((1, 1, 1, 2, 3))
        elif action == "known" and diary.people:
            person = max(1, diary.people - int(random.expovariate(0.05)))
        diary.do(at, action, person if action in ("lookup", "reveal", "known") else None, place, random.lognormvariate(1.2, 0.7))
        if action == "reveal":
            person = None
        action = random.choices(CHAIN, chain[action])[0]
    return at


def months(count: int, seed: int, *, others: bool = False) -> Iterator[tuple[str, list[Action]]]:
    """So many account-months: of the people thresholds are chosen on, or of the others. Same seed, same people."""
    for number in range(count):
        random = Random(f"{seed}/{others}/{number}")
        account = f"{'o' if others else 'p'}{number}"
        if others:
            yield "others", live_a_month(account, random)
        else:
            kind = choose_person(random)
            yield kind, work_a_month(kind, account, random)
