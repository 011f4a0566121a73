"""The figures of `bench.faults`: what clients were answered before, during and after each fault, and when all was well again."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bench.crash_judge import Run
from bench.faults_mail import MailServer

WELL = 0.99
_WINDOW_S = 1.0
_STEP_S = 0.25


class Try(NamedTuple):
    """One asking: when it was sent, how long it took, and `200`, a status with its problem, or why there was no answer."""

    what: str
    asked_at: float
    seconds: float
    said: str

    @property
    def done_at(self) -> float:
        """When its answer came, or its end."""
        return self.asked_at + self.seconds


@dataclass(frozen=True)
class Slot:
    """A fault's time: it `began`, it was `ended`, and what came of it was watched `until`."""

    name: str
    began: float
    ended: float
    until: float


@dataclass(frozen=True)
class Figures:
    """Of one fault: answers by what they said, seconds without a success and until 99 % succeeded again (None: never), p99 in ms
    before, during and after it, sign-ins' longest, seconds without a letter, and letters that came twice."""

    slot: Slot
    answers: Counter[str]
    longest_gap: float
    back_after: float | None
    p99: tuple[float, float, float]
    slowest_sign_in: float
    silence: float
    twice: int


def read_tries(path: Path) -> list[Try]:
    """Every try in order of its end; one that is being written is left out."""
    with path.open() as file:
        return sorted((Try(*json.loads(line)) for line in file if line.endswith("\n")), key=lambda each: each.done_at)


def measure(slots: Sequence[Slot], tries: Sequence[Try], mail: MailServer, before_s: float) -> list[Figures]:
    """The figures of every fault."""
    return [_measure(slot, tries, mail, before_s) for slot in slots]


def _measure(slot: Slot, tries: Sequence[Try], mail: MailServer, before_s: float) -> Figures:
    mine = [each for each in tries if slot.began <= each.done_at < slot.until]
    back_after = find_recovery(slot, mine)
    over = max(slot.ended, slot.began + (back_after or 0))
    successes = [slot.began, *(each.done_at for each in mine if each.said == "200"), slot.until]
    taken = [name for at, name in mail.taken if slot.began <= at < slot.until]
    earlier = {name for at, name in mail.taken if at < slot.began}
    return Figures(
        slot=slot,
        answers=Counter(each.said for each in mine),
        longest_gap=max(later - sooner for sooner, later in pairwise(successes)),
        back_after=back_after,
        p99=(
            _p99([each for each in tries if slot.began - before_s <= each.asked_at and each.done_at < slot.began]),
            _p99([each for each in mine if each.asked_at < over]),
            _p99([each for each in mine if each.asked_at >= over]),
        ),
        slowest_sign_in=max((each.seconds for each in mine if each.what == "sign-in"), default=0.0),
        silence=mail.longest_silence(slot.began, slot.until),
        twice=len(taken) - len(set(taken) - earlier),
    )


def find_recovery(slot: Slot, mine: Sequence[Try]) -> float | None:
    """Seconds until the last failure in a second of which less than 99 % succeeded; 0 without any, None where it was not over."""
    back = slot.began
    at = slot.began
    while at + _WINDOW_S <= slot.until:
        within = [each for each in mine if at <= each.done_at < at + _WINDOW_S]
        if not within:
            back = at + _WINDOW_S
        elif sum(each.said == "200" for each in within) < WELL * len(within):
            back = max(each.done_at for each in within if each.said != "200")
        at += _STEP_S
    return None if back > slot.until - _WINDOW_S else back - slot.began


def _p99(tries: Sequence[Try]) -> float:
    if not tries:
        return 0.0
    waits = sorted(each.seconds for each in tries)
    return waits[min(len(waits) - 1, int(0.99 * len(waits)))] * 1000


def print_figures(figures: Sequence[Figures], run: Run, mail: MailServer) -> None:
    """The table."""
    head = ("", "200", "503", "none", "gap s", "back s", "p99 before", "during", "after ms", "sign-in s", "no letter s", "twice")
    print("{:<20}{:>7}{:>6}{:>6}{:>7}{:>8}{:>12}{:>8}{:>10}{:>11}{:>13}{:>7}".format(*head))
    for one in figures:
        none = one.answers["unanswered"] + one.answers["hung"]
        back = "never" if one.back_after is None else f"{one.back_after:.1f}"
        answers = f"{one.answers['200']:>7,}{one.answers['503 unavailable']:>6,}{none:>6,}{one.longest_gap:>7.1f}{back:>8}"
        waits = f"{one.p99[0]:>12,.0f}{one.p99[1]:>8,.0f}{one.p99[2]:>10,.0f}{one.slowest_sign_in:>11.1f}"
        print(f"{one.slot.name:<20}{answers}{waits}{one.silence:>13.1f}{one.twice:>7}")
        others = {
            said: count for said, count in one.answers.items() if said not in ("200", "503 unavailable", "unanswered", "hung")
        }
        if others:
            print(f"  {others}")
    print(f"{run.calls:,} reveals acknowledged; {len(run.said.imports):,} values imported, {len(run.said.grants)} grants")
    twice = sum(mail.times.values()) - len(mail.times)
    print(f"{len(mail.times):,} letters delivered, {twice} of them twice; 451 said {mail.refused['451']:,} times")
