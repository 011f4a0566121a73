"""Mails that wait, for those who run Candor: how many, which failed and how, and trying again at once. Never an address."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.kernel.ops import Act, log_act
from backend.kernel.tables import mails

_UNSENT = mails.c.sent_at.is_(None)


@dataclass(frozen=True)
class WaitingMail:
    """One mail by its number; `last_error` is the kind of the last failure."""

    mail_id: int
    due_at: datetime
    attempts: int
    last_error: str | None


def count_waiting(connection: sa.Connection, now: datetime) -> dict[str, int]:
    """Mails that are `due`, and those that were put off because they `failed`."""
    failed = mails.c.attempts > 0
    due = sa.func.count().filter(~failed, mails.c.due_at <= now)
    row = connection.execute(sa.select(due, sa.func.count().filter(failed)).where(_UNSENT)).one()
    return {"due": row[0], "failed": row[1]}


def list_waiting(connection: sa.Connection, *, after: int = 0, most: int = 100) -> list[WaitingMail]:
    """The mails not sent yet, in order of their number."""
    columns = (mails.c[name] for name in WaitingMail.__dataclass_fields__)
    found = sa.select(*columns).where(_UNSENT, mails.c.mail_id > after).order_by(mails.c.mail_id).limit(most)
    return [WaitingMail(*row) for row in connection.execute(found)]


def try_again(connection: sa.Connection, act: Act, mail_id: int, at: datetime) -> bool:
    """Let the worker send it in its next second; False where no such mail waits. Raises NoReason or NoOperator."""
    log_act(connection, act, "mail.retry", f"mail {mail_id}", at)
    return connection.execute(mails.update().where(mails.c.mail_id == mail_id, _UNSENT).values(due_at=at)).rowcount > 0
