"""What is counted in `/metrics` and in no row: added up by Paris day, once a minute, so that it outlives a restart.

A registry's counters begin at 0 at each start and are shared by the processes of one machine. How far they were added up is kept
with the registry's name, under a lock: a second worker finds them added up already, and a new start is another registry.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.clock import PARIS
from backend.kernel.due import Until, at_instant
from backend.kernel.figure_names import name_figure
from backend.kernel.metrics import name_registry, read_counters
from backend.kernel.tables import counted, daily_figures, messages

_EVERY = timedelta(minutes=1)
_KEPT = timedelta(days=7)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=PARIS)


class Figures:
    """Due work in every minute: adds what the counters grew by to the figures of the day."""

    name = "figures"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """After everything else, unless a worker was here less than a minute ago."""
        here = sa.exists().where(counted.c.registry == name_registry(), counted.c.at > until - _EVERY)
        return sa.select(sa.case((~here, at_instant(until))))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Add up once; never counted as work done."""
        this = counted.c.registry == (registry := name_registry())
        new = insert(counted).values(registry=registry, counts={}, at=_LONG_AGO)
        connection.execute(new.on_conflict_do_nothing())
        last = connection.execute(sa.select(counted).where(this).with_for_update(skip_locked=True)).one_or_none()
        if last is None or last.at > until - _EVERY:
            return False
        counts = _count()  # only now: what was read before the lock may be older than what was added up
        grown = Counter({name: count - _before(last.counts, name, count) for name, count in counts.items()})
        _add(connection, until.astimezone(PARIS).date(), grown)
        connection.execute(counted.update().where(this).values(counts=counts, at=until))
        connection.execute(counted.delete().where(counted.c.at < until - _KEPT, counted.c.at > _LONG_AGO))
        return False


def read_figures(connection: sa.Connection, since: date, *names: str) -> list[tuple[date, str, str, int]]:
    """Day, name, label and value of the figures of these names since a day, the newest first."""
    t = daily_figures.c
    found = sa.select(t.day, t.name, t.label, t.value).where(t.day >= since, t.name.in_(names))
    return [tuple(row) for row in connection.execute(found.order_by(t.day.desc(), t.name, t.label))]


def count_bounces(connection: sa.Connection, since: datetime) -> dict[date, int]:
    """Messages whose mail came back, by Paris day."""
    return count_days(connection, messages.c.bounced_at, since)


def count_days(connection: sa.Connection, instant: sa.Column[Any], since: datetime) -> dict[date, int]:
    """Rows of a table by the Paris day of an instant of theirs."""
    day = paris_day(instant)
    found = connection.execute(sa.select(day, sa.func.count()).where(instant >= since).group_by(day))
    return {row[0]: row[1] for row in found}


def paris_day(instant: Any) -> sa.ColumnElement[date]:
    """The Paris day of an instant."""
    return sa.cast(sa.func.timezone(PARIS.key, at_instant(instant)), sa.Date)


def _count() -> dict[str, int]:
    """By `name label`, so that it can be kept as it is."""
    found: Counter[str] = Counter()
    for sample, labels, value in read_counters():
        if named := name_figure(sample, labels):
            found[" ".join(named)] += value
    return dict(found)


def _before(counts: dict[str, int], name: str, now: int) -> int:
    """Where it stood; 0 where it begins anew, as when the files of dead processes are removed."""
    before = counts.get(name, 0)
    return before if before <= now else 0


def _add(connection: sa.Connection, day: date, grown: Counter[str]) -> None:
    rows = [
        {"day": day, "name": name, "label": label, "value": value}
        for (name, _, label), value in sorted((whole.partition(" "), value) for whole, value in grown.items())
        if value
    ]
    if rows:
        made = insert(daily_figures)
        more = {"value": daily_figures.c.value + made.excluded.value}
        connection.execute(made.on_conflict_do_update(index_elements=["day", "name", "label"], set_=more), rows)
