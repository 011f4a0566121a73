"""What an account did around a step of the ladder, hour by hour, beside what most people do: read for a picture and a table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import sqlalchemy as sa

from backend.accounts import Action, read_actions
from backend.credits import list_workspaces, read_reveal_times
from backend.kernel import Kernel
from backend.kernel.clock import PARIS
from backend.robots import HumanBand, Range, Step, read_human_band, read_steps

KINDS = frozenset({"robots", "robots-appeal", "planted"})
"""Kinds of case that are about how somebody works."""
DAYS = 7
_AFTER = timedelta(days=1)
_MOST = 20_000
"""Reveals of a week: twice the cap of a month."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Gap:
    """The time between two reveals, at the second of them."""

    at: datetime
    seconds: float


@dataclass(frozen=True)
class Hour:
    """An hour in which something was done, with what people do in such an hour, and the steps that were taken in it."""

    begins: datetime
    reveals: int
    people_reveal: Range
    other: int
    people_do: Range
    gap: float | None
    """The middle one, in seconds."""
    steps: tuple[int, ...]
    """Numbers of the steps, as they stand in the picture."""


@dataclass(frozen=True)
class Timeline:
    """A week of an account. `hours` are those in which something was done; `steps` its ladder, from the first step on."""

    since: datetime
    until: datetime
    hours: tuple[Hour, ...]
    gaps: tuple[Gap, ...]
    steps: tuple[Step, ...]
    band: HumanBand
    cut: bool

    @property
    def busy(self) -> int:
        """Hours with reveals."""
        return sum(hour.reveals > 0 for hour in self.hours)

    @property
    def beyond(self) -> int:
        """Hours with more reveals than people make in them."""
        return sum(hour.reveals > hour.people_reveal.high for hour in self.hours)

    @property
    def sittings(self) -> list[float]:
        """Gaps that are no break, in seconds."""
        return [gap.seconds for gap in self.gaps if gap.seconds <= self.band.longest_gap]

    @property
    def within(self) -> int:
        """How many of those lie where people's do."""
        return sum(self.band.gaps.holds(seconds) for seconds in self.sittings)


def read_timeline(connection: sa.Connection, kernel: Kernel, account_id: int, opened_at: datetime) -> Timeline:
    """The week around the last hold before the case was opened, or around that."""
    steps = read_steps(connection, kernel, account_id)
    held = [step.at for step in steps if step.step == "hold" and step.at <= opened_at + _HOUR]
    last = min(kernel.clock.now(), (held[-1] if held else opened_at) + _AFTER)
    until = last.replace(minute=0, second=0, microsecond=0) + _HOUR
    since = until - timedelta(days=DAYS)
    workspaces = list_workspaces(connection, [account_id])[account_id]
    revealed = read_reveal_times(connection, workspaces, account_id, since, until, _MOST + 1)
    other = [action for action in read_actions(connection, account_id) if since <= action.at < until]
    return arrange(since, until, [seen.at for seen in revealed], other, steps, cut=len(revealed) > _MOST)


def arrange(
    since: datetime, until: datetime, revealed: Sequence[datetime], other: Sequence[Action], steps: Sequence[Step], *, cut: bool
) -> Timeline:
    """Put what was read into hours."""
    band = read_human_band()
    gaps = tuple(Gap(after, (after - before).total_seconds()) for before, after in pairwise(revealed))
    reveals_in = Counter(map(_begin, revealed))
    other_in = Counter(_begin(action.at) for action in other)
    gaps_in: dict[datetime, list[float]] = {}
    for gap in gaps:
        gaps_in.setdefault(_begin(gap.at), []).append(gap.seconds)
    steps_in: dict[datetime, list[int]] = {}
    for number, step in enumerate(steps, start=1):
        if since <= step.at < until:
            steps_in.setdefault(_begin(step.at), []).append(number)
    hours = tuple(
        Hour(
            begins=begins,
            reveals=reveals_in[begins],
            people_reveal=band.reveals[begins.astimezone(PARIS).hour],
            other=other_in[begins],
            people_do=band.other[begins.astimezone(PARIS).hour],
            gap=median(gaps_in[begins]) if begins in gaps_in else None,
            steps=tuple(steps_in.get(begins, ())),
        )
        for begins in sorted({*reveals_in, *other_in, *steps_in})
    )
    return Timeline(since, until, hours, gaps, tuple(steps), band, cut)


def _begin(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
