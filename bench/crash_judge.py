"""The judge of `bench.crash`: what clients were told, held against what the database says afterwards.

Three things are faults whatever was killed: an acknowledged charge, grant or import that is gone; a detail paid for twice; a value
that was shown and no notice row covers. So is a ledger that does not add up.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa

from backend.credits.audit import audit
from backend.kernel import Kernel


class Paid(NamedTuple):
    """What is paid for once: a kind of a person, in a workspace."""

    workspace_id: int
    person_id: int
    kind: str


class Told(NamedTuple):
    """What one answer said of one kind: to whom, what it charged, and digests of the values it showed."""

    paid: Paid
    account_id: int
    charged: int
    shown: tuple[bytes, ...]


@dataclass
class Acknowledged:
    """Everything the clients were told was done: calls that showed something, grants by key, imported values by digest."""

    told: list[Told] = field(default_factory=list)
    grants: dict[str, int] = field(default_factory=dict)
    imports: list[bytes] = field(default_factory=list)


@dataclass
class Book:
    """What the database says: who paid for what, reveal entries, grants, where values are kept, how far each person was told."""

    reveals: dict[Paid, int] = field(default_factory=dict)
    charges: Counter[tuple[Paid, int]] = field(default_factory=Counter)
    grants: Counter[str] = field(default_factory=Counter)
    facts: dict[tuple[int, str, bytes], int] = field(default_factory=dict)
    told_through: dict[int, int] = field(default_factory=dict)
    unsound: list[str] = field(default_factory=list)


@dataclass
class Verdict:
    """Faults, each named by ids: nothing in it is personal."""

    lost: list[str] = field(default_factory=list)
    charged_twice: list[str] = field(default_factory=list)
    without_notice: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.charged_twice or self.without_notice or self.unsound)


def judge(said: Acknowledged, book: Book) -> Verdict:
    """Name everything that was said and is not so."""
    verdict = Verdict(unsound=list(book.unsound))
    paid_by: defaultdict[Paid, list[int]] = defaultdict(list)
    for told in said.told:
        payer = book.reveals.get(told.paid)
        if payer is None or (told.charged and payer != told.account_id):
            verdict.lost.append(f"{told.paid} was shown to account {told.account_id}, charged {told.charged}: paid by {payer}")
        if told.charged:
            paid_by[told.paid].append(told.account_id)
        if told.shown and not _is_covered(told, book):
            verdict.without_notice.append(f"{told.paid} was shown; notices go through {book.told_through.get(told.paid.person_id)}")
    for key, amount in said.grants.items():
        if book.grants[key] != amount:
            verdict.lost.append(f"grant {key} of {amount} was acknowledged: {book.grants[key]} in the entries")
    kept = {digest for _, _, digest in book.facts}
    verdict.lost += [f"import {digest.hex()[:8]} was acknowledged" for digest in said.imports if digest not in kept]
    verdict.charged_twice += [f"{paid}: accounts {payers} were told so" for paid, payers in paid_by.items() if len(payers) > 1]
    entries: Counter[Paid] = Counter()
    for (paid, _), count in book.charges.items():
        entries[paid] += count
    verdict.charged_twice += [f"{paid}: {count} entries" for paid, count in entries.items() if count > 1]
    # Every call is asked until it is answered, so what was paid for was shown to somebody.
    seen = {told.paid for told in said.told}
    verdict.unsound += [f"{paid} was paid for and never shown" for paid in entries if paid not in seen]
    verdict.unsound += [f"{paid} was paid by {account}, who has no entry" for paid, account in book.reveals.items()
                        if book.charges[paid, account] != 1]  # fmt: skip
    return verdict


def _is_covered(told: Told, book: Book) -> bool:
    person, kind = told.paid.person_id, told.paid.kind
    through = book.told_through.get(person, 0)
    return all(book.facts.get((person, kind, digest), through + 1) <= through for digest in told.shown)


@dataclass
class Run:
    """What happened: everything acknowledged, what was killed and when, how answers came, and what was seen on the way."""

    kernel: Kernel
    owner_url: str
    workspaces: range
    said: Acknowledged = field(default_factory=Acknowledged)
    killed: list[tuple[float, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    longest_outage: float = 0.0
    before_outage: str = ""
    looks: int = 0
    untold: int = 0

    @property
    def kills(self) -> Counter[str]:
        """How often each thing was killed."""
        return Counter(what for _, what in self.killed)

    @property
    def faults(self) -> dict[str, int]:
        """What answers must never be, counted."""
        return {what: n for what, n in self.counts.items() if what in ("hung", "never answered") or what.startswith("unexpected")}

    def read(self, record: Path, since: float) -> None:
        """Read what the clients wrote down; an outage is a time, after `since`, in which nobody was shown anything."""
        times = [since]

        def answers(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
            for answer in map(json.loads, lines):
                if "counts" in answer:
                    self.counts = Counter(answer["counts"])
                else:
                    times.append(answer["at"])
                    yield answer

        with record.open() as file:
            self.said.told = _read_told(self.kernel, answers(file))
        self.calls = len(times) - 1
        self.longest_outage, end = max((later - earlier, later) for earlier, later in pairwise(sorted(times)))
        self.before_outage = next((what for at, what in reversed(self.killed) if at <= end - self.longest_outage + 0.5), "start")

    def judge(self) -> Verdict:
        """Read the database as it stands now, and compare."""
        verdict = judge(self.said, _read_book(self.kernel, self.owner_url, self.workspaces))
        if self.untold:
            verdict.without_notice.append(f"{self.untold} times a reveal was committed before its notice")
        return verdict


def _read_told(kernel: Kernel, answers: Iterable[dict[str, Any]]) -> list[Told]:
    """The clients' own record, with ids and digests in place of what they saw."""
    told = []
    for answer in answers:
        workspace, person = answer["workspace"], kernel.ids.decode("person", answer["workspace"], answer["person_id"] or "")
        for kind, (outcome, charged, values) in answer["results"].items():
            if outcome not in ("revealed", "known"):
                continue
            assert person is not None, "a value of nobody was shown"
            shown = tuple(digest_of(kernel, kind, value) for value in values)
            told.append(Told(Paid(workspace, person, kind), answer["account"], charged, shown))
    return told


def digest_of(kernel: Kernel, kind: str, value: str) -> bytes:
    """As the directory stores it."""
    return kernel.digester.digest("phone" if kind == "phone" else "email", value)


def _read_book(kernel: Kernel, owner_url: str, workspaces: range) -> Book:
    """Read the books of `workspaces`, and everything the audit has to say."""
    book = Book()
    these = (workspaces.start, workspaces.stop - 1)
    with psycopg.connect(owner_url) as owner:
        rows: Callable[..., Any] = owner.execute
        for *paid, account in rows(
            "SELECT workspace_id, person_id, kind, account_id FROM reveals WHERE workspace_id BETWEEN %s AND %s", these
        ):
            book.reveals[Paid(*paid)] = account
        for *paid, account, count in rows(
            "SELECT workspace_id, person_id, kind, account_id, count(*) FROM entries"
            " WHERE action = 'reveal' AND workspace_id BETWEEN %s AND %s GROUP BY 1, 2, 3, 4", these,
        ):  # fmt: skip
            book.charges[Paid(*paid), account] = count
        for key, amount in rows(
            "SELECT l.grant_key, sum(e.delta) FROM lots l JOIN entries e USING (workspace_id, lot_id)"
            " WHERE e.action = 'grant' AND workspace_id BETWEEN %s AND %s GROUP BY 1", these,
        ):  # fmt: skip
            book.grants[key] = amount
        # A value that two sources know counts from the first.
        for person, kind, digest, first in rows("SELECT person_id, field, digest, min(fact_id) FROM facts GROUP BY 1, 2, 3"):
            book.facts[person, kind, digest] = first
        for person, through in rows("SELECT person_id, max(through_fact_id) FROM notices WHERE state <> 'impossible' GROUP BY 1"):
            book.told_through[person] = through
    with sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner_url)).begin() as connection:
        book.unsound = [f"{found.rule}: {found.rows}" for found in audit(connection)]
    return book
