"""One transaction of an import: reads everything its rows touch, lets each row be taken, and writes what changed in one go."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa

from backend.directory.arrivals import Fact, Meeting, Person
from backend.directory.reading import place_of
from backend.directory.rows import RETENTION_MONTHS, Refused, Row, Source, add_months
from backend.directory.tables import facts, identities, people, sources, suppression
from backend.kernel import Kernel

_NEXT_IDS = sa.text("SELECT nextval(pg_get_serial_sequence('people', 'person_id')) FROM generate_series(1, :n)")
_STORED = (
    "digest", "source_id", "collected_at", "first_collected_at", "expires_at", "verified_at", "method", "basis",
    "consent_evidence", "visibility", "confidence", "region", "screening", "screened_at",
)  # fmt: skip
_CHANGEABLE = (
    "verified_at", "method", "confidence", "basis", "consent_evidence", "screening", "screened_at", "closed_at", "closed_reason",
)  # fmt: skip


class Arrival(Enum):
    """What a row did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Batch:
    """The rows of one transaction. Used under the directory's lock: `take` each row, then `write`."""

    def __init__(self, kernel: Kernel, connection: sa.Connection, rows: Sequence[Row], now: datetime, today: datetime) -> None:
        self._kernel = kernel
        self._connection = connection
        self._now = now
        self._today = today
        self._digests = kernel.digester.digests
        self._new_identities: list[dict[str, Any]] = []
        self._sources = self._register({row.source for row in rows})
        self._suppressed = self._read_suppressed(rows)
        self._by_digest = self._read_people(rows)
        unknown = sum(not self._persons_of(row) for row in rows)
        self._ids = iter(connection.execute(_NEXT_IDS, {"n": unknown}).scalars().all())

    def take(self, row: Row) -> Arrival:
        """Let one row say what it says. Raises Refused, and then nothing has changed."""
        if any(digest in self._suppressed for key in row.suppression_keys for digest in self._digests(*key)):
            raise Refused("suppressed", "on the suppression list")
        source_id = self._sources[row.source]
        if source_id is None:
            raise Refused("source-differs", "a source of this name is registered with another kind or licence", "source")
        if add_months(row.collected_at or self._today, RETENTION_MONTHS) <= self._now:
            raise Refused("too-old", f"collected {RETENTION_MONTHS} months ago or more: it may not be kept", "collected_at")
        person = self._find(row)
        known = person or Person(next(self._ids), row.country, row.lang, is_new=True)
        changed = Meeting(known, row, source_id, self._now, self._today, self._digests, self._open_value).take()
        changed |= self._know_by(known, row, source_id)
        if person is None:
            return Arrival.ADDED
        return Arrival.CHANGED if changed else Arrival.UNCHANGED

    def write(self) -> None:
        """Store what the rows taken have changed."""
        persons = {person.person_id: person for person in self._by_digest.values()}.values()
        self._insert_people([person for person in persons if person.is_new])
        if self._new_identities:
            self._connection.execute(identities.insert(), self._new_identities)
        for person in persons:
            if not person.is_new and (person.changes or any(fact.fact_id is None for fact in person.facts)):
                this = people.c.person_id == person.person_id
                changed = {"country": person.country, "lang": person.lang, "tell_by": person.tell_by}
                self._connection.execute(people.update().where(this).values(changed))
        # Closed before opened: of a value, one fact at a time is open.
        self._update_facts(persons)
        self._insert_facts(persons)

    def _register(self, named: Iterable[Source]) -> dict[Source, int | None]:
        ids: dict[Source, int | None] = {}
        for source in sorted(named, key=lambda each: each.name):
            papers = {"name": source.name, "kind": source.kind, "licence": source.licence}
            kept = self._connection.execute(sa.select(sources).where(sources.c.name == source.name)).one_or_none()
            if kept is None:
                kept = self._connection.execute(
                    sources.insert()
                    .values(
                        **papers,
                        basis=source.basis,
                        visibility=source.visibility,
                        country=source.country,
                        retention_months=RETENTION_MONTHS,
                        created_at=self._now,
                    )
                    .returning(sources)
                ).one()
            same = (kept.kind, kept.licence) == (source.kind, source.licence)
            ids[source] = kept.source_id if same else None
        return ids

    def _read_suppressed(self, rows: Sequence[Row]) -> set[bytes]:
        asked = {digest for row in rows for key in row.suppression_keys for digest in self._digests(*key)}
        found = sa.select(suppression.c.digest).where(suppression.c.digest == sa.func.any(list(asked)))
        return {bytes(digest) for digest in self._connection.execute(found).scalars()}

    def _read_people(self, rows: Sequence[Row]) -> dict[bytes, Person]:
        asked = list({digest for row in rows for key in row.keys for digest in self._digests(key.kind, key.value)})
        ids = self._connection.execute(
            sa.select(identities.c.person_id).where(identities.c.digest == sa.func.any(asked)).distinct()
        ).scalars().all()  # fmt: skip
        if not ids:
            return {}
        persons = {
            row.person_id: Person(row.person_id, row.country, row.lang, row.tell_by, is_hidden=row.hidden_at is not None)
            for row in self._connection.execute(sa.select(people).where(people.c.person_id == sa.func.any(ids)))
        }
        stored = sa.select(facts).where(facts.c.person_id == sa.func.any(ids)).order_by(facts.c.fact_id)
        for row in self._connection.execute(stored):
            columns = {name: getattr(row, name) for name in (*_STORED, "closed_at", "closed_reason", "sealed")}
            persons[row.person_id].facts.append(Fact(fact_id=row.fact_id, field=row.field, **columns))
        by_digest = {}
        for row in self._connection.execute(sa.select(identities).where(identities.c.person_id == sa.func.any(ids))):
            person = by_digest[bytes(row.digest)] = persons[row.person_id]
            if row.kind == "member":
                person.members.add(bytes(row.digest))
        return by_digest

    def _persons_of(self, row: Row) -> list[Person]:
        found = {
            person.person_id: person
            for key in row.keys
            for digest in self._digests(key.kind, key.value)
            if (person := self._by_digest.get(digest)) is not None
        }
        return list(found.values())

    def _find(self, row: Row) -> Person | None:
        persons = self._persons_of(row)
        if not persons:
            return None
        if len(persons) > 1:
            raise Refused("two-persons", "the address and the member id belong to two known persons")
        [person] = persons
        if person.is_hidden:
            raise Refused("suppressed", "on the suppression list")
        named = [digest for key in row.keys if key.kind == "member" for digest in self._digests(key.kind, key.value)]
        if named and person.members and person.members.isdisjoint(named):
            raise Refused("address-passed-on", "this address is known as another member's", "linkedin_url")
        return person

    def _know_by(self, person: Person, row: Row, source_id: int) -> bool:
        learnt = False
        for key in row.keys:
            digests = self._digests(key.kind, key.value)
            if any(digest in self._by_digest for digest in digests):
                continue
            learnt = True
            self._by_digest[digests[0]] = person
            if key.kind == "member":
                person.members.add(digests[0])
            self._new_identities.append(
                {
                    "digest": digests[0],
                    "kind": key.kind,
                    "key_id": self._kernel.digester.key_id,
                    "person_id": person.person_id,
                    "source_id": source_id,
                    "seen_at": row.collected_at or self._today,
                }
            )
        return learnt

    def _open_value(self, person: Person, fact: Fact) -> str:
        return fact.text or self._kernel.sealer.open(fact.sealed, place_of(person.person_id, fact.field))

    def _insert_people(self, new: Sequence[Person]) -> None:
        rows = [
            {
                "person_id": person.person_id,
                "country": person.country,
                "lang": person.lang,
                "tell_by": person.tell_by,
                "created_at": self._now,
            }
            for person in new
        ]
        if rows:
            self._connection.execute(people.insert(), rows)

    def _insert_facts(self, persons: Iterable[Person]) -> None:
        seal = self._kernel.sealer.seal
        rows = [
            {name: getattr(fact, name) for name in ("field", *_STORED)}
            | {"person_id": person.person_id, "sealed": seal(fact.text, place_of(person.person_id, fact.field))}
            for person in persons
            for fact in person.facts
            if fact.fact_id is None
        ]
        if rows:
            self._connection.execute(facts.insert(), rows)

    def _update_facts(self, persons: Iterable[Person]) -> None:
        rows = [
            {f"new_{name}": getattr(fact, name) for name in _CHANGEABLE} | {"of": person.person_id, "which": fact.fact_id}
            for person in persons
            for fact in person.facts
            if fact.fact_id is not None and fact.changes
        ]
        if rows:
            update = (
                facts.update()
                .where(facts.c.person_id == sa.bindparam("of"), facts.c.fact_id == sa.bindparam("which"))
                .values({name: sa.bindparam(f"new_{name}") for name in _CHANGEABLE})
            )
            self._connection.execute(update, rows)
