"""`python -m bench.robots`: the production score on imagined people and robots, on a Redis of its own.

Prints false alarms and detection by family with Clopper–Pearson intervals, and what is lost before the first question. `--cost`
adds what an action costs, `--climbs` what an adversary who knows the score can take, `--pictures docs/robots` writes the pictures.
The numbers in backend/robots/thresholds.toml were chosen on the people and families that are called seen.
"""

import argparse
import json
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import redis

from backend.robots.scoring import STEPS, Action, Scorer, keys_of
from backend.robots.thresholds import THRESHOLDS
from backend.up.embedded import redis_alone
from bench.robots_adversary import climb
from bench.robots_cost import measure_cost
from bench.robots_edges import EDGES
from bench.robots_families import CRUDE, PACED, REPLAYED, SEEN, TURN, TURNED, UNSEEN, robots
from bench.robots_intervals import write_share
from bench.robots_other_families import OTHER_FAMILIES, other_robots
from bench.robots_others import NOTHING_ELSE, OTHER_PEOPLE, other_people
from bench.robots_people import months

LOT = 1000
NEVER = 10**9


@dataclass
class Outcome:
    """One account: its reveals, those before each step, and its highest score."""

    reveals: int = 0
    before: dict[str, int] = field(default_factory=dict)
    highest: float = 0.0
    why: str = ""

    def asked_within(self, reveals: int) -> bool:
        """Whether it was asked before it had revealed more than that."""
        return self.before.get("ask", NEVER) <= reveals


def run_account(
    scorer: Scorer, client: "redis.Redis", actions: Sequence[Action], *, until: str = "hold", since: float = 0
) -> Outcome:
    """Score an account's actions until it reaches a step, and forget it. Reveals before `since`, a person's, do not count."""
    outcome = Outcome()
    for begin in range(0, len(actions), LOT):
        lot = actions[begin : begin + LOT]
        verdicts, highest = scorer.score_lot(lot)
        outcome.highest = max(outcome.highest, highest)
        for place, action in enumerate(lot):
            verdict = verdicts.get(place)
            if verdict is not None:
                for step in STEPS[1 : STEPS.index(verdict.step) + 1]:
                    outcome.before.setdefault(step, outcome.reveals)
                if verdict.step == "ask" and verdict.signs:
                    outcome.why = verdict.signs[0].name
            outcome.reveals += action.action == "reveal" and action.at >= 1000 * since
        if until in outcome.before:
            break
    if actions:
        client.delete(*keys_of(actions[0].account))
    return outcome


def main() -> None:
    """Print what was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=200, help="account-months of each of the two populations")
    options.add_argument("--robots", type=int, default=100, help="accounts of each family")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--others", type=int, default=0, help="account-months of each kind of the third population, held out")
    options.add_argument("--climbs", type=int, default=0, help="steps of the adversary")
    options.add_argument("--cost", action="store_true", help="microseconds and bytes at 100,000 accounts")
    options.add_argument("--pictures", type=Path, help="folder for the pictures and figures")
    given = options.parse_args()
    print(f"thresholds {THRESHOLDS.sha256}")
    with redis_alone() as url:
        client = redis.Redis.from_url(url)
        client.config_set("maxmemory", "0")
        scorer = Scorer(client)
        people = _run_people(scorer, client, given)
        edges = _run_edges(scorer, client, given)
        families = _run_robots(scorer, client, given)
        _run_others(scorer, client, given)
        if given.climbs:
            climb(lambda actions: run_account(scorer, client, actions, until="ask"), given.climbs, given.seed)
        if given.cost:
            measure_cost(client, scorer)
    if given.pictures and people and families:
        from bench.robots_pictures import draw

        draw(given.pictures, [*people["people not seen"], *edges], families)


def _run_people(scorer: Scorer, client: "redis.Redis", given: argparse.Namespace) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    began, actions = time.perf_counter(), 0
    for others in (False, True):
        outcomes: list[Outcome] = []
        for kind, month in months(given.people, given.seed, others=others):
            outcome = run_account(scorer, client, month, until="never")
            actions += len(month)
            outcomes.append(outcome)
            if "watch" in outcome.before:
                print(f"  {kind}: {json.dumps(outcome.before)} of {outcome.reveals} reveals, {outcome.why}")
        name = "people not seen" if others else "people seen"
        found[name] = outcomes
        if outcomes:
            _print_people(name, outcomes)
    if actions:
        print(f"{actions:,} actions of people, {actions / (time.perf_counter() - began):,.0f} a second, imagining included")
    return found


def _run_edges(scorer: Scorer, client: "redis.Redis", given: argparse.Namespace) -> list[Outcome]:
    found: list[Outcome] = []
    number = min(given.people // 10, 30)
    if number:
        print(f"\n{'people at the edge':<36}{'reveals':>8}{'asked':>30}{'held':>30}")
    for name, live in EDGES.items() if number else ():
        outcomes = [
            run_account(scorer, client, live(f"e{each}", Random(f"{given.seed}/{name}/{each}")), until="never")
            for each in range(number)
        ]
        found += outcomes
        shares = [write_share(sum(step in outcome.before for outcome in outcomes), number) for step in ("ask", "hold")]
        middle = statistics.median(outcome.reveals for outcome in outcomes)
        print(f"{name:<36}{middle:>8,.0f}{shares[0]:>30}{shares[1]:>30}", flush=True)
    return found


def _run_others(scorer: Scorer, client: "redis.Redis", given: argparse.Namespace) -> None:
    number, seed = given.others, given.seed
    people: dict[str, list[Outcome]] = {}
    for kind in OTHER_PEOPLE if number else ():
        people[kind] = [run_account(scorer, client, month, until="never") for month in other_people(kind, number, seed)]
        _print_people(kind, people[kind])
    if number:
        _print_people("third population, all", [outcome for outcomes in people.values() for outcome in outcomes])
        some = [outcome for kind, outcomes in people.items() if kind not in NOTHING_ELSE for outcome in outcomes]
        _print_people(f"without {' and '.join(NOTHING_ELSE)}", some)
    for family in OTHER_FAMILIES if number else ():
        _print_family(family, [run_account(scorer, client, actions) for actions in other_robots(family, number, seed)])


def _print_people(name: str, outcomes: Sequence[Outcome]) -> None:
    middle = statistics.median(outcome.reveals for outcome in outcomes)
    print(f"{name}: {len(outcomes)} account-months, {middle:,.0f} reveals in the middle one, {_most(outcomes):,} in the busiest")
    for step in STEPS[1:]:
        print(f"  {step:<6}{write_share(sum(step in outcome.before for outcome in outcomes), len(outcomes))}", flush=True)


def _most(outcomes: Iterable[Outcome]) -> int:
    return max(outcome.reveals for outcome in outcomes)


def _run_robots(scorer: Scorer, client: "redis.Redis", given: argparse.Namespace) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    if not given.robots:
        return found
    head = (
        f"{'family':<26}{'asked within 100':>28}{'within 500':>28}{'in the month':>28}{'lost: middle':>14}{'9 of 10':>9}{'held':>7}"
    )
    for title, families in (("chosen on", SEEN), ("reported on", UNSEEN)):
        print(f"\n{title}\n{head}")
        for family in families:
            since = TURN if family in TURNED else 0
            outcomes = [run_account(scorer, client, actions, since=since) for actions in robots(family, given.robots, given.seed)]
            found[family] = outcomes
            _print_family(family, outcomes)
    print()
    for name, group, reveals in (
        ("crude", CRUDE, 100),
        ("paced, single-purpose", PACED, 500),
        ("replayed people", REPLAYED, NEVER - 1),
    ):
        for seen, families in (("all", SEEN | UNSEEN), ("not seen", UNSEEN)):
            outcomes = [outcome for family in group if family in families for outcome in found[family]]
            share = write_share(sum(outcome.asked_within(reveals) for outcome in outcomes), len(outcomes))
            print(f"{name} ({seen}): {share} asked within {'the month' if reveals > 10_000 else f'{reveals} reveals'}")
    return found


def _print_family(family: str, outcomes: Sequence[Outcome]) -> None:
    total = len(outcomes)
    shares = [write_share(sum(outcome.asked_within(most) for outcome in outcomes), total) for most in (100, 500, NEVER - 1)]
    lost = sorted(outcome.before.get("ask", outcome.reveals) for outcome in outcomes)
    held = sum("hold" in outcome.before for outcome in outcomes) / total
    columns = "".join(f"{share:>28}" for share in shares)
    print(f"{family:<26}{columns}{lost[total // 2]:>14,}{lost[int(0.9 * total)]:>9,}{held:>7.0%}", flush=True)


if __name__ == "__main__":
    main()
