"""What a suspended user hands in: a cure, which stops the clock until operators answer, or an appeal (6.4.4, 6.4.8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from backend.accounts.cases import open_case
from backend.accounts.records import read_row
from backend.accounts.suspension_records import find_open, of_suspension
from backend.accounts.suspensions import NotSuspended, lift
from backend.accounts.tables import replies, suspensions
from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell

Kind = Literal["cure", "appeal"]
Answer = Literal["accepted", "refused"]


@dataclass(frozen=True)
class CureHandedIn:
    """What was put right waits for operators to look at it: what else runs against the account waits, too."""

    account_id: int
    at: datetime


@dataclass
class CureRefused:
    """It was not enough: the clock goes on. Who runs one against the account says when it is over, in `due_at`."""

    account_id: int
    at: datetime
    due_at: datetime


class NothingHandedIn(LookupError):
    """No cure of this account waits for an answer."""


@dataclass(frozen=True)
class Reply:
    """What was handed in, and how it was answered; `answer` is None while it waits."""

    kind: str
    text: str
    at: datetime
    answer: str | None


def hand_in(connection: sa.Connection, kernel: Kernel, account_id: int, kind: Kind, text: str) -> None:
    """Keep a reply to the open suspension; a cure stops the clock. Raises NotSuspended."""
    now = kernel.clock.now()
    read_row(connection, account_id, lock=True)
    suspension = find_open(connection, account_id)
    if suspension is None:
        raise NotSuspended
    sealed = kernel.sealer.seal(text, _place(account_id))
    row = {"account_id": account_id, "suspension_id": suspension.suspension_id, "kind": kind, "text": sealed, "at": now}
    connection.execute(replies.insert().values(**row))
    if kind == "appeal":
        open_case(connection, account_id, "appeal", ["the user appeals against the suspension"], now)
    elif suspension.waiting_since is None:
        connection.execute(suspensions.update().where(of_suspension(suspension)).values(waiting_since=now))
        kernel.events.emit(connection, CureHandedIn(account_id, now))


def answer_cure(connection: sa.Connection, kernel: Kernel, account_id: int, answer: Answer, words: str, *, by: str | None) -> None:
    """Accept the cure, which lifts the suspension, or refuse it: the clock goes on, and what fell due meanwhile is done next.

    `words` are read by the user. Raises NotSuspended, NothingHandedIn, and SameDecider where lifting would answer an appeal.
    """
    now = kernel.clock.now()
    read_row(connection, account_id, lock=True)
    suspension = find_open(connection, account_id)
    if suspension is None:
        raise NotSuspended
    if suspension.waiting_since is None:
        raise NothingHandedIn
    waiting = sa.and_(replies.c.account_id == account_id, replies.c.kind == "cure", replies.c.answer.is_(None))
    connection.execute(replies.update().where(waiting).values(answer=answer, answered_at=now))
    if answer == "accepted":
        lift(connection, kernel, account_id, by=by)
        return
    resumed = {"waiting_since": None, "resumed_at": now}
    connection.execute(suspensions.update().where(of_suspension(suspension)).values(**resumed))
    refused = CureRefused(account_id, now, max(now, suspension.due_at or now))
    kernel.events.emit(connection, refused)
    facts: dict[str, Fact] = {"words": words, "due": refused.due_at}
    ref = f"{suspension.suspension_id}:{now.isoformat()}"
    tell(connection, kernel.sealer, Message(account_id, "cure-refused", ref, now, facts))


def read_replies(connection: sa.Connection, kernel: Kernel, suspension: sa.Row[Any]) -> list[Reply]:
    """What was handed in against one suspension, oldest first."""
    this = sa.and_(replies.c.account_id == suspension.account_id, replies.c.suspension_id == suspension.suspension_id)
    found = connection.execute(sa.select(replies).where(this).order_by(replies.c.reply_id))
    return [Reply(row.kind, kernel.sealer.open(row.text, _place(row.account_id)), row.at, row.answer) for row in found]


def read_open_replies(connection: sa.Connection, kernel: Kernel, account_id: int) -> list[Reply]:
    """What was handed in against the suspension that is open; empty where none is."""
    suspension = find_open(connection, account_id)
    return read_replies(connection, kernel, suspension) if suspension is not None else []


def _place(account_id: int) -> str:
    return f"account:{account_id}:reply"
