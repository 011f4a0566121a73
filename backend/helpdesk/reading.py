"""Threads as their users and those who run Candor read them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

import sqlalchemy as sa

from backend.helpdesk.rules import WAITING
from backend.helpdesk.tables import thread_messages, thread_scans, thread_steps, threads
from backend.helpdesk.threads import Place, find_thread
from backend.kernel import Kernel


@dataclass(frozen=True)
class Step:
    """A state, and since when."""

    state: str
    at: datetime


@dataclass(frozen=True)
class Words:
    """What one side said."""

    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Scan:
    """A letter as it was scanned; the file itself stays with those who run Candor."""

    scan_id: int
    media: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Thread:
    """One thread. `confirmed_at`: serious, and mailed to the contact address and to the user then."""

    place: Place
    category: str
    severity: str
    channel: str
    state: str
    opened_at: datetime
    received_at: datetime
    answer_by: datetime | None
    confirmed_at: datetime | None
    steps: tuple[Step, ...] = ()
    messages: tuple[Words, ...] = field(default=(), repr=False)
    scans: tuple[Scan, ...] = ()

    def first(self, state: str) -> datetime | None:
        """When it first came to a state."""
        return next((step.at for step in self.steps if step.state == state), None)


@dataclass(frozen=True)
class Pace:
    """How many anomalies came to a state, and the median of the seconds that took from their receipt."""

    count: int
    seconds: float


def list_threads(connection: sa.Connection, account_id: int, before: int, most: int) -> list[Thread]:
    """The newest `most` threads of an account older than thread `before`, without what was said."""
    mine = sa.select(threads).where(threads.c.account_id == account_id, threads.c.thread_id < before)
    return _with_steps(connection, connection.execute(mine.order_by(threads.c.thread_id.desc()).limit(most)).all())


def list_waiting(connection: sa.Connection, most: int) -> list[Thread]:
    """Threads that wait for those who run Candor, the oldest first."""
    waiting = sa.select(threads).where(threads.c.state.in_(WAITING)).order_by(threads.c.received_at).limit(most)
    return _with_steps(connection, connection.execute(waiting).all())


def read_thread(connection: sa.Connection, kernel: Kernel, place: Place, most: int = 200) -> Thread:
    """One thread with the last `most` things said in it, oldest first. Raises `not-found`."""
    [thread] = _with_steps(connection, [find_thread(connection, place)])
    said, scanned = thread_messages.c, thread_scans.c
    here = sa.select(thread_messages).where(said.account_id == place.account_id, said.thread_id == place.thread_id)
    words = connection.execute(here.order_by(said.message_id.desc()).limit(most)).all()
    scans = connection.execute(
        sa.select(scanned.scan_id, scanned.media, scanned.size, scanned.sha256)
        .where(scanned.account_id == place.account_id, scanned.thread_id == place.thread_id)
        .order_by(scanned.scan_id)
    )
    told = tuple(Words(row.author, kernel.sealer.open(row.sealed, place.seal), row.at) for row in reversed(words))
    shown = tuple(Scan(row.scan_id, row.media, row.size, row.sha256.hex()) for row in scans)
    return Thread(**{**vars(thread), "messages": told, "scans": shown})


def read_pace(connection: sa.Connection, since: datetime) -> dict[str, Pace]:
    """How fast anomalies received since then were diagnosed and fixed (8.2.23)."""
    first = sa.func.min(thread_steps.c.at) - threads.c.received_at
    both = sa.and_(thread_steps.c.account_id == threads.c.account_id, thread_steps.c.thread_id == threads.c.thread_id)
    rows = connection.execute(
        sa.select(thread_steps.c.state, first.label("took"))
        .join(thread_steps, both)
        .where(threads.c.category == "anomaly", threads.c.received_at >= since)
        .where(thread_steps.c.state.in_(("diagnosed", "fixed")))
        .group_by(threads.c.account_id, threads.c.thread_id, threads.c.received_at, thread_steps.c.state)
    )
    taken: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        taken[row.state].append(row.took.total_seconds())
    return {state: Pace(len(each), median(each)) for state, each in taken.items()}


_PLAIN = ("category", "severity", "channel", "state", "opened_at", "received_at", "answer_by", "confirmed_at")


def _with_steps(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[Thread]:
    pairs = [(row.account_id, row.thread_id) for row in rows]
    if not pairs:
        return []
    these = sa.tuple_(thread_steps.c.account_id, thread_steps.c.thread_id).in_(pairs)
    steps: dict[tuple[int, int], list[Step]] = defaultdict(list)
    for step in connection.execute(sa.select(thread_steps).where(these).order_by(thread_steps.c.step_id)):
        steps[step.account_id, step.thread_id].append(Step(step.state, step.at))
    return [
        Thread(
            place=Place(row.account_id, row.thread_id),
            **{name: getattr(row, name) for name in _PLAIN},
            steps=tuple(steps[row.account_id, row.thread_id]),
        )
        for row in rows
    ]
