"""The read on the hot path: one statement says what may be shown of a person, what may not and why, and whether they were told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from backend.directory.policy import find_block, rule_for
from backend.directory.profile_key import ProfileKey
from backend.directory.ranking import agree, fade
from backend.directory.tables import CONTACT_FIELDS
from backend.kernel import Kernel
from backend.kernel.database import listed

Notice = Literal["done", "owed", "impossible"]


@dataclass(frozen=True)
class Detail:
    """One value with its papers; `value` is None unless it was asked to be opened. `note` is a code the reader is told in words."""

    kind: str
    value: str | None
    source: str
    collected_at: datetime
    verified_at: datetime | None
    method: str
    basis: str
    confidence: float
    note: str | None = None


@dataclass(frozen=True)
class Found:
    """What may be shown of a person, by kind, best first. Unknown, suppressed and hidden persons all look like `NOBODY`."""

    persons: tuple[int, ...]
    showable: dict[str, list[Detail]]
    blocked: dict[str, str]
    notice: Notice
    planted: bool = False


NOBODY = Found((), {}, {}, "done")

# Suppression and sources are reference tables; everything else is of one person, who comes by scalar subquery, never by a join
# across families. Facts that only serve to tell the person (`inform_only`) are read as a way to reach them, and for nothing else.
_SELECT = f"""
SELECT p.person_id, p.absorbed, p.country, f.fact_id, f.field, f.sealed, f.digest, f.region, s.name, f.collected_at,
       f.verified_at, f.method, f.basis, f.consent_evidence, f.confidence, f.screening, f.screened_at, f.state,
       p.planted IS NOT NULL, n.told_through, n.unreachable_through
FROM people p
LEFT JOIN LATERAL (
  SELECT max(through_fact_id) FILTER (WHERE state <> 'impossible') AS told_through,
         max(through_fact_id) FILTER (WHERE state = 'impossible') AS unreachable_through
  FROM notices WHERE notices.person_id = p.person_id
) n ON true
LEFT JOIN facts f ON f.person_id = p.person_id AND {listed("f.field", CONTACT_FIELDS)}
  AND f.closed_at IS NULL AND f.state <> 'restricted' AND f.expires_at > %(at)s AND f.collected_at <= %(at)s
  AND NOT EXISTS (SELECT FROM suppression x WHERE x.digest = f.digest)
LEFT JOIN sources s ON s.source_id = f.source_id
WHERE p.hidden_at IS NULL AND p.merged_into IS NULL
"""  # noqa: S608
_OF_KEY = f"""{_SELECT}
  AND p.person_id = (SELECT person_id FROM identities WHERE digest = ANY(%(digests)s) LIMIT 1)
  AND NOT EXISTS (SELECT FROM suppression x WHERE x.digest = ANY(%(digests)s))
"""  # noqa: S608
_OF_PERSON = f"""{_SELECT}
  AND p.person_id = (SELECT coalesce(merged_into, person_id) FROM people WHERE person_id = %(person)s)
"""  # noqa: S608


def find_person(kernel: Kernel, key: ProfileKey | int, kinds: Collection[str], at: datetime, open_values: bool = False) -> Found:
    """What of `kinds` may be shown at `at` of the person behind a profile's key or a person id. Values are opened only when asked.

    `persons` is the root followed by all that were merged into it. A kind is in `showable` or in `blocked` or in neither (nothing
    known). `notice`: whether the person was told of everything shown here, still has to be, or cannot be (no address at all).
    `planted`: nobody; whoever looks for this one did not come here by hand.
    """
    if isinstance(key, int):
        rows = kernel.database.call(_OF_PERSON, {"at": at, "person": key})
    else:
        digests = kernel.digester.digests(key.kind, key.value)
        rows = kernel.database.call(_OF_KEY, {"at": at, "digests": digests})
    if not rows:
        return NOBODY
    root, absorbed, country = rows[0][:3]
    told_through, unreachable_through = (number or 0 for number in rows[0][-2:])
    known = [_Known(*row[3:-3]) for row in rows if row[3] is not None]
    showable, blocked = {}, {}
    for kind in kinds:
        allowed = []
        for fact in known:
            if fact.field != kind or fact.state != "live":
                continue
            if reason := fact.find_block(country, at):
                blocked[kind] = reason
            else:
                allowed.append(fact)
        if allowed:
            blocked.pop(kind, None)
            showable[kind] = _rank(kernel, root, country, allowed, at, open_values)
    notice: Notice = "done"
    if showable:
        newest = max(fact.fact_id for fact in known)
        if unreachable_through >= newest or all(fact.field == "phone" for fact in known):
            notice = "impossible"
        elif told_through < newest:
            notice = "owed"
    return Found((root, *absorbed), showable, blocked, notice, planted=rows[0][-3])


class _Known(NamedTuple):
    """One row of the read, as far as it is about a fact."""

    fact_id: int
    field: str
    sealed: bytes
    digest: bytes
    region: str | None
    source: str
    collected_at: datetime
    verified_at: datetime | None
    method: str
    basis: str
    evidence: str | None
    confidence: float
    screening: str | None
    screened_at: datetime | None
    state: str

    def find_block(self, country: str | None, at: datetime) -> str | None:
        return find_block(
            rule_for(self.field, self.region or country),
            has_consent=self.basis == "consent" and self.evidence is not None,
            screening=self.screening,
            screened_at=self.screened_at,
            at=at,
        )


def _rank(kernel: Kernel, root: int, country: str | None, facts: list[_Known], at: datetime, open_values: bool) -> list[Detail]:
    """One detail for each value, under the papers of its surest fact; sources that agree raise it."""
    by_value: dict[bytes, list[tuple[float, _Known]]] = {}
    for fact in facts:
        score = fade(fact.confidence, fact.field, fact.verified_at or fact.collected_at, at)
        by_value.setdefault(fact.digest, []).append((score, fact))
    ranked: list[tuple[float, int, Detail]] = []
    for same in by_value.values():
        best = max(same, key=lambda pair: (pair[0], -pair[1].fact_id))[1]
        surest = agree(score for score, _ in same)
        detail = Detail(
            kind=best.field,
            value=kernel.sealer.open(best.sealed, place_of(root, best.field)) if open_values else None,
            source=best.source,
            collected_at=best.collected_at,
            verified_at=best.verified_at,
            method=best.method,
            basis=f"consent:{best.evidence}" if best.evidence else best.basis,
            confidence=round(surest, 2),
            note=rule_for(best.field, best.region or country).note,
        )
        ranked.append((-surest, best.fact_id, detail))
    return [detail for _, _, detail in sorted(ranked, key=lambda each: each[:2])]


def place_of(person_id: int, field: str) -> str:
    """Where a value is sealed for: it cannot be opened as another person's, nor as another field."""
    return f"fact:{person_id}:{field}"


# `through_fact_id` makes it once for what is known today, by whoever asks and however often.
_OWE = f"""
INSERT INTO notices (person_id, through_fact_id, cause, owed_at, due_at)
SELECT f.person_id, max(f.fact_id), 'disclosure', %(at)s, %(at)s FROM facts f
WHERE f.person_id = %(person)s AND {listed("f.field", CONTACT_FIELDS)} AND f.closed_at IS NULL
GROUP BY f.person_id
ON CONFLICT DO NOTHING RETURNING person_id
"""  # noqa: S608


def owe_notice(kernel: Kernel, person_id: int, at: datetime) -> None:
    """The one extra write of a first disclosure: from now on a letter to this person is owed. Running it again changes nothing."""
    kernel.database.call(_OWE, {"at": at, "person": person_id})
