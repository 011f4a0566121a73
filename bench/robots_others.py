"""A third, held-out population: people and robots written without knowledge of the score or the other generators.

Half of the accounts tell every field of a trace, half none. Nothing is chosen on them from here on; what was mended after their
first run is said in docs/robots/README.md.
"""

import math
from collections.abc import Callable, Iterator
from random import Random

from backend.robots.scoring import Action, Proof
from bench.robots_people import DAY, DAYS, MONDAY, name_person

Blocks = list[tuple[float, float]]


class Trace:
    """One account's actions, in any order until they are sorted."""

    def __init__(self, account: str, random: Random, full: bool) -> None:
        self.account, self.random, self.full = account, random, full
        self.actions: list[Action] = []
        self.people = 0
        self.revealed: list[int] = []

    def meet(self) -> int:
        """Somebody new."""
        self.people += 1
        return self.people

    def do(self, at: float, action: str, person: int | None = None, place: int | None = None, dwell: float | None = None) -> None:
        """Write an action down."""
        digest = name_person(self.account, person) if person else ""
        told = Action(self.account, round(at * 1000), action, digest)
        if self.full:
            proof: Proof | None = "yes" if action in ("lookup", "reveal", "known") else None
            told = told._replace(
                list_position=place, dwell_ms=round(dwell * 1000) if dwell else None, proof=proof, network="0000c003"
            )
        self.actions.append(told)
        if action == "reveal" and person:
            self.revealed.append(person)

    def in_order(self) -> list[Action]:
        """As they happened."""
        return sorted(self.actions, key=lambda action: action.at)


def draw(random: Random, middle: float, spread: float) -> float:
    """A positive time with a tail."""
    return middle * math.exp(random.gauss(0, spread))


def look_again(trace: Trace, at: float) -> float:
    """Somebody known already is opened again; mostly one of the last."""
    random = trace.random
    if not trace.revealed:
        return at
    back = min(len(trace.revealed), 1 + int(random.expovariate(1 / 15)))
    person = trace.revealed[-back] if random.random() < 0.7 else random.choice(trace.revealed)
    trace.do(at, "lookup", person)
    trace.do(at + draw(random, 2, 0.5), random.choice(("view_contact", "known")), person)
    return at + draw(random, 12, 0.8)


def wander(random: Random, often: float) -> float:
    """Now and then the telephone, a coffee, a colleague."""
    chance = random.random()
    if chance < often:
        return float(min(2400, 60 * random.paretovariate(1.1)))
    return float(min(300, 15 * random.paretovariate(1.3))) if chance < 4 * often else 0.0


def walk_list(
    trace: Trace, at: float, end: float, most: int, middle: float, spread: float, *, skips: float = 0.25, again: float = 0.04,
    notes: float = 0.0, searches: float = 0.5, looks: bool = True, often: float = 0.02, least: float = 0.6,
) -> tuple[float, int]:  # fmt: skip
    """Pages of a list, chosen or skipped; the instant after, and how many were revealed."""
    random, done, place, tempo = trace.random, 0, 0, middle * math.exp(trace.random.gauss(0, 0.15))
    while at < end and done < most:
        if place % 25 == 0:
            if random.random() < searches:
                trace.do(at, "search")
                at += draw(random, 15, 0.8)
            at += draw(random, 6, 0.8)
        place += 1
        tempo = tempo * math.exp(random.gauss(0, 0.03)) * 0.98 + middle * 0.02
        if random.random() < skips:
            if looks and random.random() < 0.6:
                trace.do(at, "lookup", trace.meet(), place, draw(random, 4, 0.7))
            at += max(0.5, draw(random, tempo * 0.35, 0.7))
            continue
        person, dwell = trace.meet(), max(least, draw(random, tempo * 0.4, spread))
        if looks:
            trace.do(at, "lookup", person, place)
        at += dwell
        trace.do(at, "reveal", person, place, dwell)
        done += 1
        if random.random() < notes:
            at += draw(random, 15, 0.7)
            trace.do(at, random.choice(("note", "tag", "crm_push")), person)
        if random.random() < again:
            at = look_again(trace, at + draw(random, 4, 0.6))
        at += max(least, draw(random, tempo * 0.6, spread) + wander(random, often))
        if random.random() < 0.02:
            place = max(0, place - random.randrange(1, 4))
    return at, done


def hours_of(random: Random, midnight: float, start: float, end: float) -> Blocks:
    """What lunch and meetings leave of a day."""
    lunch = random.uniform(11.7, 12.8)
    cuts = [(lunch, lunch + draw(random, 0.75, 0.35))]
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        begin = random.uniform(start, end)
        cuts.append((begin, begin + random.choice((0.25, 0.5, 0.5, 1, 1.5))))
    free, at = [], start
    for begin, until in sorted(cuts):
        if begin - at > 0.07:
            free.append((midnight + at * 3600, midnight + min(begin, end) * 3600))
        at = max(at, until)
    return [(begin, until) for begin, until in [*free, (midnight + at * 3600, midnight + end * 3600)] if until - begin > 240]


def working_days(random: Random, weekend: float = 0.0) -> Iterator[tuple[int, float]]:
    """The month's days at work, each with its midnight."""
    for day in range(DAYS):
        if random.random() < (0.94 if day % 7 < 5 else weekend):
            yield day, MONDAY + day * DAY


def _month(
    trace: Trace, a_day: Callable[[int], float], middle: float, spread: float, start: float = 9, end: float = 17.6,
    weekend: float = 0.0, **how: float | bool,
) -> list[Action]:  # fmt: skip
    random = trace.random
    for day, midnight in working_days(random, weekend):
        wanted = int(draw(random, a_day(day), 0.4))
        late = random.gauss(0, 0.4)
        for begin, until in hours_of(random, midnight, start + late, end + late):
            if wanted > 0 and random.random() < 0.75:
                part = max(1, min(wanted, int(random.uniform(0.3, 1.05) * wanted) + 1))
                _, done = walk_list(trace, begin + random.expovariate(1 / 600), until, part, middle, spread, **how)  # type: ignore[arg-type]
                wanted -= done
    return trace.in_order()


def _sdr(trace: Trace) -> list[Action]:
    random, a_day = trace.random, trace.random.uniform(80, 250)
    looks, searches = random.random() < 0.75, random.choice((0.1, 0.6, 0.9))
    return _month(trace, lambda day: a_day, random.uniform(7, 30), random.uniform(0.45, 0.9), looks=looks, searches=searches)


def _monday(trace: Trace) -> list[Action]:
    random, big = trace.random, trace.random.uniform(250, 600)
    return _month(trace, lambda day: big if day % 7 == 0 else random.uniform(1, 12), random.uniform(6, 16), 0.65, again=0.02)


def _holiday(trace: Trace) -> list[Action]:
    random, back = trace.random, trace.random.randint(9, 16)
    actions = _month(trace, lambda day: random.uniform(200, 420) if day - back < 3 else 60, random.uniform(8, 20), 0.7)
    return [action for action in actions if action.at >= 1000 * (MONDAY + back * DAY)]


def _night_owl(trace: Trace) -> list[Action]:
    random, start = trace.random, trace.random.uniform(19.5, 23)
    return _month(trace, lambda day: 90, random.uniform(10, 35), 0.75, start, start + random.uniform(4, 7), 0.4, again=0.06)


def _quarter_end(trace: Trace) -> list[Action]:
    random, a_day = trace.random, trace.random.uniform(220, 380)
    return _month(
        trace, lambda day: a_day, random.uniform(9, 22), random.uniform(0.5, 0.8), 8.7, 20, 0.25, searches=0.1, again=0.02
    )


def _reveals_alone(trace: Trace) -> list[Action]:
    random, a_day = trace.random, trace.random.uniform(40, 180)
    spread = random.uniform(0.5, 0.9)
    return _month(trace, lambda day: a_day, random.uniform(8, 30), spread, looks=False, searches=0.0, again=0.0)


def _recruiter(trace: Trace) -> list[Action]:
    random = trace.random
    return _month(trace, lambda day: 30, random.uniform(60, 180), 0.8, notes=0.4, again=0.2)


def _trainee(trace: Trace) -> list[Action]:
    random = trace.random
    at = MONDAY + random.randint(0, 4) * DAY + random.uniform(9, 15) * 3600
    walk_list(trace, at, at + random.uniform(2400, 4200), 900, random.uniform(2.5, 6), random.uniform(0.4, 0.7), skips=0.1)
    actions = _month(trace, lambda day: 40, random.uniform(12, 40), 0.8, notes=0.1)
    return [action for action in actions if action.at < 1000 * (at + 4200) or action.at > 1000 * (at + DAY / 2)]


def _even_hands(trace: Trace) -> list[Action]:
    # Hands that hurt: even, unhurried clicks, and a program that orders a break every 20 to 30 minutes.
    random = trace.random
    middle, spread, work = random.uniform(9, 20), random.uniform(0.16, 0.3), random.uniform(1200, 1800)
    for _, midnight in working_days(random):
        left = int(draw(random, random.uniform(80, 200), 0.2))
        for at, until in hours_of(random, midnight, 9, 17.3):
            while at < until and left > 0:
                stop = min(at + work, until)
                at, done = walk_list(trace, at, stop, left, middle, spread, skips=0.12, again=0.03, often=0.008, least=2.5)
                at, left = max(at, stop) + random.uniform(180, 360) + draw(random, 20, 0.6), left - done
    return trace.in_order()


def _spreadsheet(trace: Trace) -> list[Action]:
    # Somebody else's list, in order, all day; half of them paste each name into the search.
    random, pastes, row = trace.random, trace.random.random() < 0.5, 0
    middle, spread = random.uniform(10, 28), random.uniform(0.28, 0.5)
    for _, midnight in working_days(random):
        left = int(draw(random, random.uniform(150, 450), 0.25))
        for at, until in hours_of(random, midnight, 8.8, 16.8):
            while at < until and left > 0:
                row += 1
                if pastes:
                    trace.do(at, "search")
                    at += draw(random, middle * 0.35, spread)
                if random.random() < 0.06:
                    at += draw(random, 12, 0.7)
                    continue
                person, dwell = trace.meet(), draw(random, middle * 0.25, spread)
                trace.do(at, "lookup", person, row)
                at += dwell
                trace.do(at, "reveal", person, row, dwell)
                at += draw(random, middle * (0.4 if pastes else 0.75), spread) + wander(random, 0.012)
                left -= 1
                if random.random() < 0.01:
                    at = look_again(trace, at)
    return trace.in_order()


def _tabs(trace: Trace) -> list[Action]:
    # A dozen profiles opened in tabs, then clicked through.
    random, quick = trace.random, trace.random.uniform(1.3, 3.5)
    for _, midnight in working_days(random):
        left = int(random.uniform(50, 200))
        for at, until in hours_of(random, midnight, 9.2, 17.2):
            while at < until and left > 0:
                opened = []
                for _ in range(max(2, min(30, int(draw(random, 10, 0.5))))):
                    opened.append((trace.meet(), at))
                    trace.do(at, "lookup", opened[-1][0])
                    at += draw(random, 2.2, 0.6)
                at += draw(random, 5, 0.6)
                for person, since in opened:
                    if random.random() < 0.85:
                        trace.do(at, "reveal", person, None, at - since)
                        left -= 1
                    at += max(0.5, draw(random, quick, 0.5))
                at += draw(random, 200, 0.9)
    return trace.in_order()


def _caller(trace: Trace) -> list[Action]:
    random = trace.random
    for _, midnight in working_days(random):
        for at, until in hours_of(random, midnight, 9, 17.4):
            while at < until:
                person, dwell = trace.meet(), draw(random, 12, 0.8)
                trace.do(at, "lookup", person)
                trace.do(at + dwell, "reveal", person, None, dwell)
                at += dwell + (draw(random, 45, 0.5) if random.random() < 0.65 else draw(random, 240, 0.8))
                if random.random() < 0.5:
                    trace.do(at, "note", person)
                at += draw(random, 15, 0.7)
    return trace.in_order()


OTHER_PEOPLE: dict[str, Callable[[Trace], list[Action]]] = {
    "SDR with lists": _sdr, "Monday batch": _monday, "back from holidays": _holiday, "night owl": _night_owl,
    "quarter's end": _quarter_end, "reveals alone": _reveals_alone, "recruiter": _recruiter, "trainee": _trainee,
    "even hands": _even_hands, "spreadsheet": _spreadsheet, "tabs": _tabs, "caller": _caller,
}  # fmt: skip

NOTHING_ELSE = ("spreadsheet", "reveals alone")
"""Those who do hundreds of reveals in a row and hardly anything besides."""


def other_people(kind: str, number: int, seed: int) -> Iterator[list[Action]]:
    """So many account-months of a kind of person. Same seed, same people."""
    for each in range(number):
        yield OTHER_PEOPLE[kind](Trace(f"t{each}", Random(f"{seed}/{kind}/{each}"), full=each % 2 == 0))
