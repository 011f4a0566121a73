"""Planted people: entries that look like any other and belong to nobody, so that whoever comes upon one did not come by hand.

Candor never shows one unasked: no list, no sample, no search names them, and nobody is written to. Only ops know which they are.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from backend.directory.batches import Arrival, Batch
from backend.directory.importing import DIRECTORY_LOCK
from backend.directory.rows import read_row
from backend.directory.tables import identities, people, sources
from backend.kernel import Kernel

MARK = "planted"


class SomebodyThere(ValueError):
    """The directory knows somebody of this profile or address already."""


class NoSuchSource(LookupError):
    """A planted person's facts name a source that others have, too."""


def plant(connection: sa.Connection, kernel: Kernel, record: Mapping[str, str], why: str) -> int:
    """Take a person in as an import would, under a source that is there already; returns the person's id.

    Raises Refused as an import does, NoSuchSource, or SomebodyThere: a real person is never planted.
    """
    now = kernel.clock.now()
    connection.execute(DIRECTORY_LOCK)
    source = connection.execute(sa.select(sources).where(sources.c.name == record.get("source", ""))).one_or_none()
    if source is None:
        raise NoSuchSource(record.get("source", ""))
    papers = {name: getattr(source, name) for name in ("kind", "licence", "basis", "visibility")}
    row = read_row({**record, **papers, "source": source.name}, now)
    batch = Batch(kernel, connection, [row], now, now)
    if batch.take(row) is not Arrival.ADDED:
        raise SomebodyThere
    batch.write()
    key = row.keys[0]
    known = identities.c.digest.in_(kernel.digester.digests(key.kind, key.value))
    person_id: int = connection.execute(sa.select(identities.c.person_id).where(known)).scalar_one()
    sealed = kernel.sealer.seal(why, _place(person_id))
    connection.execute(people.update().where(people.c.person_id == person_id).values(planted=sealed, tell_by=None))
    return person_id


def read_planted(connection: sa.Connection, kernel: Kernel) -> list[tuple[int, str]]:
    """Every planted person, with why."""
    rows = connection.execute(sa.select(people.c.person_id, people.c.planted).where(people.c.planted.is_not(None)))
    return [(row.person_id, kernel.sealer.open(row.planted, _place(row.person_id))) for row in rows]


def _place(person_id: int) -> str:
    return f"{MARK}:{person_id}"
