"""What those who run Candor see of the directory: sources, imports, objections, notices owed, how fresh it is, what expires.

Counts and dates only. Where there are many facts they are counted on a sample of the table, so that this always costs the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.directory.due import LATE
from backend.directory.tables import CONTACT_FIELDS, facts, imports, notices, people, sources
from backend.kernel.figures import count_days

FRESH_DAYS = 90
"""A detail checked or collected within so many days is fresh."""
QUIET = timedelta(minutes=10)
"""An import that took no batch for so long has stopped."""
_SAMPLE = 50_000
_MOST_COUNTRIES = 20


@dataclass(frozen=True)
class SourceShown:
    """A source with its papers."""

    source_id: int
    name: str
    kind: str
    licence: str
    basis: str
    visibility: str
    country: str | None
    retention_months: int
    created_at: datetime


@dataclass(frozen=True)
class ImportShown:
    """An import and how far it is; `state` is `running`, `stopped` or `ended`."""

    import_id: int
    source: str | None
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    added: int
    changed: int
    unchanged: int
    refused: int
    state: str = ""

    @property
    def rows(self) -> int:
        """Rows read."""
        return self.added + self.changed + self.unchanged + self.refused


@dataclass(frozen=True)
class Counted:
    """Open facts, as counted on `share` of the table (1: on all of it): how many of a field and country, how many of them fresh;
    how many expire in which month; how many each source has."""

    share: float
    cells: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    months: dict[date, int] = field(default_factory=dict)
    of_source: dict[int, int] = field(default_factory=dict)
    expired: int = 0

    @property
    def countries(self) -> list[str]:
        """Those with the most details first."""
        totals: Counter[str] = Counter()
        for (_, country), (count, _) in self.cells.items():
            totals[country] += count
        return [country for country, _ in totals.most_common(_MOST_COUNTRIES)]


def list_sources(connection: sa.Connection, most: int = 200) -> list[SourceShown]:
    """The sources, by name."""
    columns = (sources.c[name] for name in SourceShown.__dataclass_fields__)
    return [SourceShown(*row) for row in connection.execute(sa.select(*columns).order_by(sources.c.name).limit(most))]


def list_imports(connection: sa.Connection, now: datetime, most: int = 20) -> list[ImportShown]:
    """The last imports, the newest first."""
    columns = [imports.c[name] for name in ImportShown.__dataclass_fields__ if name != "state"]
    rows = connection.execute(sa.select(*columns).order_by(imports.c.import_id.desc()).limit(most))
    return [ImportShown(**row._mapping, state=_state(row, now)) for row in rows]


def count_objections(connection: sa.Connection, since: datetime) -> dict[date, int]:
    """Objections by Paris day."""
    return count_days(connection, people.c.hidden_at, since)


def count_all_objections(connection: sa.Connection) -> int:
    """Everybody who ever objected."""
    return connection.execute(sa.select(sa.func.count()).where(people.c.hidden_at.is_not(None))).scalar_one()


def count_owed(connection: sa.Connection, now: datetime) -> dict[str, int]:
    """Notices that have not left, by how long they have been due: `not yet`, `hour`, `day`, `late`."""
    due = notices.c.due_at
    hour, day = now - timedelta(hours=1), now - LATE
    age = sa.case((due > now, "not yet"), (due > hour, "hour"), (due > day, "day"), else_="late")
    found = sa.select(age, sa.func.count()).where(notices.c.state.in_(("owed", "posted"))).group_by(age)
    return {row[0]: row[1] for row in connection.execute(found)}


def count_facts(connection: sa.Connection, now: datetime) -> Counted:
    """Count the open contact details, on a sample where there are many."""
    estimate = connection.execute(sa.text("SELECT reltuples FROM pg_class WHERE oid = 'facts'::regclass")).scalar_one()
    share = min(1.0, _SAMPLE / max(estimate, 1))
    sampled = facts.tablesample(sa.func.system(share * 100)) if share < 1 else facts.alias()
    f = sampled.c
    age = sa.func.coalesce(f.verified_at, f.collected_at)
    fresh = sa.and_(age > now - timedelta(days=FRESH_DAYS), f.expires_at > now)
    month = sa.cast(sa.func.date_trunc("month", sa.func.timezone("Europe/Paris", f.expires_at)), sa.Date)
    country = sa.func.coalesce(people.c.country, "")
    live = f.expires_at > now
    found = connection.execute(
        sa.select(f.field, country, month, f.source_id, live, sa.func.count(), sa.func.count().filter(fresh))
        .join(people, people.c.person_id == f.person_id)
        .where(f.closed_at.is_(None), f.field.in_(CONTACT_FIELDS))
        .group_by(f.field, country, month, f.source_id, live)
    )
    return _sum_up(share, found.all())


def _sum_up(share: float, rows: Sequence[Any]) -> Counted:
    cells: dict[tuple[str, str], list[int]] = {}
    months, of_source, expired = Counter[date](), Counter[int](), 0
    for name, country, month, source_id, live, count, fresh in rows:
        if not live:
            expired += count
            continue
        cell = cells.setdefault((name, country), [0, 0])
        cell[0] += count
        cell[1] += fresh
        months[month] += count
        of_source[source_id] += count

    def whole(count: int) -> int:
        return round(count / share)

    return Counted(
        share,
        {key: (whole(all_of), whole(fresh)) for key, (all_of, fresh) in cells.items()},
        {month: whole(months[month]) for month in sorted(months)},
        {source_id: whole(count) for source_id, count in of_source.items()},
        whole(expired),
    )


def _state(row: sa.Row[Any], now: datetime) -> str:
    if row.ended_at is not None:
        return "ended"
    return "stopped" if row.seen_at < now - QUIET else "running"
