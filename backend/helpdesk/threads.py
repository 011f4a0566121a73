"""Threads: opened, written in, opened again by their user, closed. Every state is kept with its time (8.2.23)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.accounts import open_email, read_row
from backend.helpdesk.letters import write_copy
from backend.helpdesk.rules import Category, Channel, Severity, State, may_follow
from backend.helpdesk.tables import thread_messages, thread_steps, threads
from backend.kernel import Kernel
from backend.kernel.mail import post
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.ops import open_task
from backend.kernel.problems import Problem
from backend.kernel.request_keys import RequestKey

THREAD = "thread"
"""The kind of public id that a thread has, for its account."""


@dataclass(frozen=True)
class Opening:
    """What a thread begins with. `received_at`: of a mail or letter; now where it is None."""

    category: Category
    severity: Severity
    channel: Channel
    text: str
    received_at: datetime | None = None
    answer_by: datetime | None = None
    key: RequestKey | None = None


@dataclass(frozen=True)
class Place:
    """Which thread it is: numbers of ours, for those who run Candor."""

    account_id: int
    thread_id: int

    def __str__(self) -> str:
        return f"{self.account_id}/{self.thread_id}"

    @property
    def seal(self) -> str:
        """What texts and scans of the thread are bound to."""
        return f"thread:{self.account_id}:{self.thread_id}"

    def reference(self, kernel: Kernel) -> str:
        """Its public id: in subjects of mail, for its account alone."""
        return kernel.ids.encode(THREAD, self.account_id, self.thread_id)


def start_thread(kernel: Kernel, account_id: int, opening: Opening) -> Place:
    """Open a thread in a transaction of its own; under a key that was used before, it is the thread of before."""
    with kernel.database.begin() as connection:
        row = read_row(connection, account_id, lock=True)
        return find_sent(connection, account_id, opening.key) or open_thread(connection, kernel, row, opening)


def open_thread(connection: sa.Connection, kernel: Kernel, account: sa.Row[tuple[object, ...]], opening: Opening) -> Place:
    """Open a thread; the account's row is locked. What is serious is confirmed by mail at once; a cancellation is a task."""
    now = kernel.clock.now()
    values = {
        "account_id": account.account_id,
        "category": opening.category,
        "severity": opening.severity,
        "channel": opening.channel,
        "opened_at": now,
        "received_at": opening.received_at or now,
        "answer_by": opening.answer_by,
        "confirmed_at": now if opening.severity == "serious" else None,
    }
    thread_id = connection.execute(threads.insert().values(values).returning(threads.c.thread_id)).scalar_one()
    place = Place(account.account_id, thread_id)
    note_state(connection, place, "new", now)
    keep_words(connection, kernel, place, "user", opening.text, opening.key)
    if opening.severity == "serious":
        _confirm(connection, kernel, place, open_email(kernel, account), opening.text)
    if opening.category == "cancellation":
        open_task(connection, "cancellation", f"thread {place}", now)
    return place


def write_on(kernel: Kernel, place: Place, text: str, key: RequestKey | None) -> None:
    """The user writes in a thread. Raises `not-found`, `idempotency-key-reused`."""
    with kernel.database.begin() as connection:
        read_row(connection, place.account_id, lock=True)
        if find_sent(connection, place.account_id, key) is None:
            add_words(connection, kernel, place, text, key)


def add_words(connection: sa.Connection, kernel: Kernel, place: Place, text: str, key: RequestKey | None) -> None:
    """The same, in the caller's transaction: a thread that was fixed, answered or closed waits again. Raises `not-found`."""
    thread = find_thread(connection, place)
    keep_words(connection, kernel, place, "user", text, key)
    if may_follow(thread.category, thread.state, "new"):
        note_state(connection, place, "new", kernel.clock.now())


def close_thread(kernel: Kernel, place: Place) -> None:
    """The user is done with it; closed again, nothing changes. Raises `not-found`."""
    with kernel.database.begin() as connection:
        read_row(connection, place.account_id, lock=True)
        thread = find_thread(connection, place)
        if may_follow(thread.category, thread.state, "closed"):
            note_state(connection, place, "closed", kernel.clock.now())


def find_thread(connection: sa.Connection, place: Place) -> sa.Row[tuple[object, ...]]:
    """The thread's row. Raises `not-found`."""
    row = connection.execute(sa.select(threads).where(is_thread(place))).one_or_none()
    if row is None:
        raise Problem("not-found")
    return row


def find_sent(connection: sa.Connection, account_id: int, key: RequestKey | None) -> Place | None:
    """Where what came under this key stands. Raises `idempotency-key-reused` where it was something else."""
    if key is None:
        return None
    this = sa.and_(thread_messages.c.account_id == account_id, thread_messages.c.sent_key == key.key)
    row = connection.execute(sa.select(thread_messages.c.thread_id, thread_messages.c.sent_body).where(this)).one_or_none()
    if row is None:
        return None
    if row.sent_body != key.body:
        raise Problem("idempotency-key-reused")
    return Place(account_id, row.thread_id)


def note_state(connection: sa.Connection, place: Place, state: State, at: datetime) -> int:
    """Write the state and its time; the step's number."""
    connection.execute(threads.update().where(is_thread(place)).values(state=state))
    step = thread_steps.insert().values(account_id=place.account_id, thread_id=place.thread_id, state=state, at=at)
    return int(connection.execute(step.returning(thread_steps.c.step_id)).scalar_one())


def keep_words(
    connection: sa.Connection, kernel: Kernel, place: Place, author: str, text: str, key: RequestKey | None = None
) -> int:
    """Keep what was said, sealed; its number."""
    values = {
        "account_id": place.account_id,
        "thread_id": place.thread_id,
        "author": author,
        "sealed": kernel.sealer.seal(text, place.seal),
        "at": kernel.clock.now(),
        "sent_key": key.key if key else None,
        "sent_body": key.body if key else None,
    }
    kept = thread_messages.insert().values(values).returning(thread_messages.c.message_id)
    return int(connection.execute(kept).scalar_one())


def is_thread(place: Place) -> sa.ColumnElement[bool]:
    """The condition that a row of `threads` is this one."""
    return sa.and_(threads.c.account_id == place.account_id, threads.c.thread_id == place.thread_id)


def _confirm(connection: sa.Connection, kernel: Kernel, place: Place, email: str, text: str) -> None:
    now, reference, contact = kernel.clock.now(), place.reference(kernel), kernel.settings.contact
    post(connection, kernel.sealer, write_copy(contact, reference, str(place), email, text, now), now)
    facts: dict[str, Fact] = {"reference": reference, "contact": contact, "at": now, "text": text}
    tell(connection, kernel.sealer, Message(place.account_id, "helpdesk-serious", str(place.thread_id), now, facts))
    open_task(connection, "serious-anomaly", f"thread {place}", now)
