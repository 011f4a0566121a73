"""What a row changes in what is known of a person. Pure: here they are in memory; `batches.py` reads and writes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.directory.rows import RETENTION_MONTHS, Refused, Row, Value, add_months
from backend.directory.tables import CONTACT_FIELDS, LONGEST_RETENTION_MONTHS

OF_THE_JOB = frozenset({"b2b_email", "phone", "company", "title"})
_ONE_AT_A_TIME = frozenset({"name", "title"})
_MAY_COME_BACK = frozenset({"job_change", "replaced", "expired"})

Digests = Callable[[str, str], list[bytes]]
"""(kind, normalised value) to the digests it may be stored under, the current first."""


@dataclass
class Fact:
    """A fact as stored, or as it will be (`fact_id` None, `text` to be sealed)."""

    fact_id: int | None
    field: str
    digest: bytes
    source_id: int
    collected_at: datetime
    first_collected_at: datetime
    expires_at: datetime
    verified_at: datetime | None
    method: str
    basis: str
    consent_evidence: str | None
    visibility: str
    confidence: float
    region: str | None
    screening: str | None
    screened_at: datetime | None
    closed_at: datetime | None = None
    closed_reason: str | None = None
    sealed: bytes = b""
    text: str = ""
    changes: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed; it may have expired all the same."""
        return self.closed_at is None

    @property
    def seen_at(self) -> datetime:
        """When it was last known to be so."""
        return self.verified_at or self.collected_at

    def set(self, **values: Any) -> None:
        """Change what a stored fact may change; `expires_at` is not among it."""
        for name, value in values.items():
            setattr(self, name, value)
        self.changes += 1


@dataclass
class Person:
    """A person with everything known, open and closed."""

    person_id: int
    country: str | None = None
    lang: str | None = None
    tell_by: datetime | None = None
    is_new: bool = False
    is_hidden: bool = False
    changes: int = 0
    members: set[bytes] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Meeting:
    """One row meeting one person, at one instant."""

    person: Person
    row: Row
    source_id: int
    now: datetime
    today: datetime
    digests: Digests
    open_value: Callable[[Person, Fact], str]

    @property
    def collected_at(self) -> datetime:
        """The day the row names, else the day of the import."""
        return self.row.collected_at or self.today

    def take(self) -> bool:
        """Let the row say what it says; True where anything changed. Raises Refused, and then nothing has changed."""
        before = self._count_changes()
        if not self._meet_employer():
            return False
        for value in self.row.values:
            self._meet_value(value)
        person, row = self.person, self.row
        if (row.country and not person.country) or (row.lang and not person.lang):
            person.country, person.lang = person.country or row.country, person.lang or row.lang
            person.changes += 1
        return self._count_changes() > before

    def _count_changes(self) -> int:
        return self.person.changes + len(self.person.facts) + sum(fact.changes for fact in self.person.facts)

    def _digests_of(self, value: Value) -> list[bytes]:
        return self.digests(value.digest_kind, value.compared)

    def _meet_employer(self) -> bool:
        """Close what belonged to an employer the person has left (compliance K4); False where the row itself is of such a one."""
        company = next((value for value in self.row.values if value.field == "company"), None)
        employers = [fact for fact in self.person.facts if fact.field == "company"]
        current = [fact for fact in employers if fact.is_open]
        if company is None or not current:
            return True
        names = self._digests_of(company)
        if any(fact.digest in names for fact in current) or self._writes_from_the_same_domain():
            return True
        left = [fact for fact in employers if fact.digest in names and fact.source_id == self.source_id]
        if left and (self.row.collected_at is None or self.row.collected_at <= max(fact.collected_at for fact in left)):
            return False
        row_seen, known_seen = self._row_seen_at.date(), max(fact.seen_at for fact in current).date()
        if row_seen < known_seen:
            raise Refused("earlier-employer", "older than what is known of this person's present employer", "company")
        if row_seen > known_seen:
            kept = {digest for value in self.row.values for digest in self._digests_of(value)}
            for fact in self.person.facts:
                if fact.field in OF_THE_JOB and fact.is_open and fact.digest not in kept and fact.seen_at.date() < row_seen:
                    fact.set(closed_at=self.now, closed_reason="job_change")
        return True

    @property
    def _row_seen_at(self) -> datetime:
        return max(self.row.verified_at or self.collected_at, self.collected_at)

    def _writes_from_the_same_domain(self) -> bool:
        # Suppliers spell one company in many ways; a shared mail domain says that it is one.
        domains = {value.text.rpartition("@")[2] for value in self.row.values if value.field == "b2b_email"}
        open_emails = [fact for fact in self.person.facts if fact.field == "b2b_email" and fact.is_open]
        return any(self.open_value(self.person, fact).rpartition("@")[2] in domains for fact in open_emails if domains)

    def _meet_value(self, value: Value) -> None:
        digests = self._digests_of(value)
        same_value = [fact for fact in self.person.facts if fact.field == value.field and fact.digest in digests]
        if any(fact.closed_reason == "wrong" for fact in same_value):
            return  # found wrong by people who used it: whichever source says it again
        known = [fact for fact in same_value if fact.source_id == self.source_id]
        if known:
            latest = max(known, key=lambda fact: fact.collected_at)
            if latest.is_open and latest.expires_at > self.now:
                self._refresh(latest, value)
                return
            if not self._collected_anew(latest):
                return
        if value.field in _ONE_AT_A_TIME and not self._replace_others(value, digests):
            return
        first = min([self.collected_at, *(fact.first_collected_at for fact in same_value)])
        cap = add_months(first, LONGEST_RETENTION_MONTHS)
        expires_at = min(add_months(self.collected_at, RETENTION_MONTHS), cap)
        if expires_at <= self.now:
            return
        if known and latest.is_open:
            latest.set(closed_at=self.now, closed_reason="expired")
        self._add(value, digests[0], first, expires_at)

    def _collected_anew(self, fact: Fact) -> bool:
        """Whether the row was collected after the fact ended, and says so: a new collection is a new fact, and a new notice."""
        ended = fact.closed_at if fact.closed_at is not None else fact.expires_at
        may = fact.is_open or fact.closed_reason in _MAY_COME_BACK
        return may and self.row.collected_at is not None and self.row.collected_at >= ended

    def _replace_others(self, value: Value, digests: list[bytes]) -> bool:
        others = [
            fact
            for fact in self.person.facts
            if fact.field == value.field and fact.is_open and fact.source_id == self.source_id and fact.digest not in digests
        ]
        if any(fact.seen_at.date() > self._row_seen_at.date() for fact in others):
            return False
        for fact in others:
            if fact.seen_at.date() < self._row_seen_at.date():
                fact.set(closed_at=self.now, closed_reason="replaced")
        return True

    def _refresh(self, fact: Fact, value: Value) -> None:
        row = self.row
        if row.verified_at is not None and (fact.verified_at is None or row.verified_at > fact.verified_at):
            fact.set(verified_at=row.verified_at, method=row.method, confidence=row.confidence)
        if value.field == "phone" and row.screened_at and (fact.screened_at is None or row.screened_at > fact.screened_at):
            fact.set(screening=row.screening, screened_at=row.screened_at)
        basis, evidence = row.basis_of(value)
        if evidence and evidence != fact.consent_evidence:
            fact.set(basis=basis, consent_evidence=evidence)

    def _add(self, value: Value, digest: bytes, first: datetime, expires_at: datetime) -> None:
        row = self.row
        basis, evidence = row.basis_of(value)
        is_phone = value.field == "phone"
        if value.field in CONTACT_FIELDS:
            month_on = add_months(self.collected_at, 1)
            self.person.tell_by = min(self.person.tell_by or month_on, month_on)
        self.person.facts.append(
            Fact(
                fact_id=None,
                field=value.field,
                digest=digest,
                source_id=self.source_id,
                collected_at=self.collected_at,
                first_collected_at=first,
                expires_at=expires_at,
                verified_at=row.verified_at,
                method=row.method,
                basis=basis,
                consent_evidence=evidence,
                visibility=row.source.visibility,
                confidence=row.confidence,
                region=value.region,
                screening=row.screening if is_phone else None,
                screened_at=row.screened_at if is_phone else None,
                text=value.text,
            )
        )
