"""`python -m bench.robots_band > backend/robots/human_band.toml`: what nine in ten people do by hour, and how long they wait.

Both generators of bench/robots_people, in equal numbers. Of each person every day on which they did anything counts; of the gaps
those within a sitting, for a break says nothing about a pace. Lookups are left out: production keeps none.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from backend.kernel.clock import PARIS
from backend.robots.scoring import Action
from backend.robots.thresholds import THRESHOLDS
from bench.robots_people import months

HOURS = 24
LOW, HIGH = 0.05, 0.95


def measure(lives: Iterable[Sequence[Action]]) -> Iterator[str]:
    """The lines of the file, from so many lives."""
    revealed: list[list[int]] = [[] for _ in range(HOURS)]
    worked: list[list[int]] = [[] for _ in range(HOURS)]
    gaps: list[float] = []
    people = days = 0
    sitting = 60 * THRESHOLDS.tree["windows"]["break_minutes"]
    for life in lives:
        people += 1
        counts: Counter[tuple[int, int, bool]] = Counter()
        seen = set[int]()
        for action in life:
            if action.action == "lookup":
                continue
            at = datetime.fromtimestamp(action.at / 1000, PARIS)
            seen.add(at.toordinal())
            counts[at.toordinal(), at.hour, action.action == "reveal"] += 1
        days += len(seen)
        for day in seen:
            for hour in range(HOURS):
                revealed[hour].append(counts[day, hour, True])
                worked[hour].append(counts[day, hour, False])
        reveals = [action.at for action in life if action.action == "reveal"]
        gaps += [gap for gap in ((after - before) / 1000 for before, after in pairwise(reveals)) if gap <= sitting]
    yield f"people = {people}"
    yield f"days = {days}"
    yield f"longest_gap = {sitting}"
    yield f"gaps = {_middle(gaps, 1)}"
    for name, hours in (("reveals", revealed), ("other", worked)):
        yield f"{name} = ["
        yield from (f"  {_middle(values, 0)}," for values in hours)
        yield "]"


def _middle(values: Sequence[float], digits: int) -> str:
    ordered = sorted(values)
    ends = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (LOW, HIGH))
    return f"[{', '.join(f'{end:.{digits}f}' for end in ends)}]"


def main() -> None:
    """Print the file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=200, help="account-months of each generator")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    print("# What nine in ten imagined people do in each hour of a day of work (in Paris, from midnight on; lookups left out),")
    print("# and how many seconds they wait between two reveals of one sitting. Made by the command below; do not edit.")
    print(f'command = "python -m bench.robots_band --people {given.people} --seed {given.seed}"')
    lives = (life for others in (False, True) for _, life in months(given.people, given.seed, others=others))
    print("\n".join(measure(lives)))


if __name__ == "__main__":
    main()
