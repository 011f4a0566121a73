"""Details that turned out wrong: which values of a kind are known of a person, and closing one, so that it is never shown again."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from backend.directory.importing import DIRECTORY_LOCK
from backend.directory.reading import place_of
from backend.directory.tables import facts, people, sources
from backend.kernel import Kernel


@dataclass(frozen=True)
class KnownValue:
    """One value, whoever says it; `value_id` stays the same while it is known."""

    value_id: int
    value: str = field(repr=False)
    sources: tuple[str, ...]
    collected_at: datetime


def list_values(connection: sa.Connection, kernel: Kernel, person_id: int, kind: str, at: datetime) -> list[KnownValue]:
    """The values of a kind that are known of a person at an instant, oldest first."""
    root = _find_root(connection, person_id)
    named = sa.select(sources.c.name).where(sources.c.source_id == facts.c.source_id).scalar_subquery()
    found = sa.select(facts, named.label("source")).where(_open(root, kind), facts.c.expires_at > at)
    same: dict[bytes, KnownValue] = {}
    for row in connection.execute(found.order_by(facts.c.fact_id)):
        if row.digest in same:
            known = same[row.digest]
            same[row.digest] = KnownValue(known.value_id, known.value, (*known.sources, row.source), known.collected_at)
        else:
            value = kernel.sealer.open(row.sealed, place_of(root, kind))
            same[row.digest] = KnownValue(row.fact_id, value, (row.source,), row.collected_at)
    return list(same.values())


def close_wrong(connection: sa.Connection, person_id: int, kind: str, value_ids: Collection[int], at: datetime) -> int:
    """Close every fact of these values of a person: shown no more, and not imported again. Returns how many there were."""
    connection.execute(DIRECTORY_LOCK)
    root = _find_root(connection, person_id)
    values = connection.execute(sa.select(facts.c.digest).where(_open(root, kind), facts.c.fact_id.in_(value_ids))).scalars().all()
    wrong = facts.update().where(_open(root, kind), facts.c.digest.in_(values))
    return connection.execute(wrong.values(closed_at=at, closed_reason="wrong")).rowcount


def _find_root(connection: sa.Connection, person_id: int) -> int:
    root = sa.select(sa.func.coalesce(people.c.merged_into, people.c.person_id)).where(people.c.person_id == person_id)
    return int(connection.execute(root).scalar() or person_id)


def _open(person_id: int, kind: str) -> sa.ColumnElement[bool]:
    return sa.and_(facts.c.person_id == person_id, facts.c.field == kind, facts.c.closed_at.is_(None))
