"""What the overview counts: each figure by Paris day, from the rooms' rows and from the figures of the day."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from backend.accounts import count_sign_ups, count_synchronised
from backend.credits import count_expiring, count_granted, count_spent
from backend.kernel.clock import PARIS
from backend.kernel.figure_names import ANSWERS, DUE_FAILED, LIMITER_AWAY, REVEALS, TIMES, find_quantile
from backend.kernel.figures import count_bounces, read_figures

WINDOWS = (1, 7, 30)
"""Today, and the days that end with it."""
_SERVER_ERRORS = 500
Counts = dict[date, int]


@dataclass(frozen=True)
class Overview:
    """The figures of the last `days` Paris days, the oldest day first; credits expiring are those ahead."""

    days: list[date]
    counts: dict[str, dict[str, Counts]]
    """By figure, then by label."""
    buckets: dict[str, dict[date, dict[float, int]]]
    expiring: dict[int, dict[str, int]] = field(default_factory=dict)

    def total(self, figure: str, days: int, label: str | None = None) -> int:
        """Of the last so many days, of one label or of all."""
        since = self.days[-days:]
        labels = self.counts.get(figure, {})
        chosen = [labels.get(label, {})] if label is not None else list(labels.values())
        return sum(counts.get(day, 0) for counts in chosen for day in since)

    def series(self, figure: str, days: int) -> dict[str, list[int]]:
        """By label, a number for each of the last so many days."""
        since = self.days[-days:]
        found = {label: [counts.get(day, 0) for day in since] for label, counts in sorted(self.counts.get(figure, {}).items())}
        return {label: numbers for label, numbers in found.items() if any(numbers)}

    def quantile(self, group: str, share: float, days: list[date]) -> float | None:
        """Milliseconds within which this share of a group's answers came on these days."""
        added: dict[float, int] = defaultdict(int)
        for day in days:
            for bound, count in self.buckets.get(group, {}).get(day, {}).items():
                added[bound] += count
        seconds = find_quantile(added, share)
        return None if seconds is None else round(seconds * 1000, 1)


def read_overview(connection: sa.Connection, now: datetime, days: int = max(WINDOWS)) -> Overview:
    """Count everything, of the last so many days."""
    today = now.astimezone(PARIS).date()
    listed = [today - timedelta(days=n) for n in reversed(range(days))]
    since = begin_of(listed[0])
    counts: dict[str, dict[str, Counts]] = defaultdict(lambda: defaultdict(Counts))
    plain: Mapping[str, Callable[[sa.Connection, datetime], Counts]] = {
        "sign-ups": count_sign_ups,
        "syncs": count_synchronised,
        "bounces": count_bounces,
    }
    for figure, count in plain.items():
        counts[figure]["all"] = count(connection, since)
    for figure, count_kinds in (("granted", count_granted), ("spent", count_spent)):
        for (day, kind), credits in count_kinds(connection, since).items():
            counts[figure][kind][day] = credits
    buckets: dict[str, dict[date, dict[float, int]]] = defaultdict(lambda: defaultdict(dict))
    for day, name, label, value in read_figures(connection, listed[0], REVEALS, ANSWERS, TIMES, DUE_FAILED, LIMITER_AWAY):
        first, _, second = label.partition("/")
        if name == TIMES:
            buckets[first][day][float(second)] = value
        elif name == REVEALS:
            _add(counts, "outcomes", second, day, value)
            _add(counts, "kinds", first, day, value)
        elif name == ANSWERS:
            _add(counts, "answers", first, day, value)
            if int(second) >= _SERVER_ERRORS:
                _add(counts, "errors", first, day, value)
        else:
            _add(counts, name, label, day, value)
    expiring = {ahead: count_expiring(connection, now, now + timedelta(days=ahead)) for ahead in (7, 30)}
    return Overview(listed, counts, buckets, expiring)


def begin_of(day: date) -> datetime:
    """The first instant of a Paris day."""
    return datetime.combine(day, time(), PARIS)


def _add(counts: dict[str, dict[str, Counts]], figure: str, label: str, day: date, value: int) -> None:
    days = counts[figure][label]
    days[day] = days.get(day, 0) + value
